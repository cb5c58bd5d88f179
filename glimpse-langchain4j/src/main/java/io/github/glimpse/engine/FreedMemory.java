package io.github.glimpse.engine;

import java.util.List;
import java.util.Map;

/**
 * Native memory that was freed: it stays for the next tensors while requests work, and goes back to the system behind them. Both by glibc alone;
 * with other C libraries nothing happens here. Safe for concurrent use.
 */
public final class FreedMemory {

    private static final int TRIM_THRESHOLD = -1;
    private static final int MMAP_THRESHOLD = -3;
    private static final int GIGABYTE = 1 << 30;

    /** Whoever has set one of these for his process is not overruled. */
    private static final List<String> SETTINGS = List.of("MALLOC_MMAP_THRESHOLD_", "MALLOC_TRIM_THRESHOLD_");

    private static final String TUNABLES = "GLIBC_TUNABLES";
    private static final List<String> THRESHOLDS =
            List.of("glibc.malloc.mmap_threshold", "glibc.malloc.trim_threshold");

    /** The variable by which MKL gives its buffers back; whoever has set it is asked no more. */
    static final String MKL_BUFFERS = "MKL_DISABLE_FAST_MM";

    private FreedMemory() {}

    /**
     * Lets freed memory stay, for whoever asks next; must happen before libtorch is loaded. MKL by itself keeps buffers of 5 MB and more for each
     * thread that ever multiplied, and for each that libtorch gave that one for help: any thread of an application may compute here, and 200
     * of them held 2 GB so.
     *
     * <p>By itself glibc asks the system for every tensor of more than 32 MiB anew, and the system clears each page that it hands
     * out. An area of a thread has 64 MiB, so larger tensors are asked for anew in any case.
     */
    static void keep() {
        CLibrary.setUnlessSet(MKL_BUFFERS, "1");
        if (!isSet(System.getenv())) {
            CLibrary.call("mallopt", MMAP_THRESHOLD, GIGABYTE);
            CLibrary.call("mallopt", TRIM_THRESHOLD, GIGABYTE);
        }
    }

    /** Whether an environment says when memory goes back. */
    static boolean isSet(Map<String, String> environment) {
        String tunables = environment.getOrDefault(TUNABLES, "");
        return SETTINGS.stream().anyMatch(environment::containsKey)
                || THRESHOLDS.stream().anyMatch(tunables::contains);
    }

    /**
     * Gives it back to the system, in milliseconds. The allocator takes tensors of some megabytes from areas that shrink at their end only, so a
     * single tensor that stays holds what was freed before it: quantising a model left a tenth of its size behind so.
     */
    public static void giveBack() {
        CLibrary.call("malloc_trim", 0);
    }
}
