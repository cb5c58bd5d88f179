package io.github.glimpse.engine;

import com.sun.jna.Function;
import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.PointerByReference;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * NVIDIA's driver, asked without libtorch: whether there is one, and what its GPUs are. The order of GPUs is libtorch's own, since
 * both go by the driver's. Safe for concurrent use.
 */
final class CudaDriver {

    private static final Path KERNEL_MODULE = Path.of("/proc/driver/nvidia/version");
    private static final int NAME_BYTES = 256;
    static final int CAPABILITY_MAJOR = 75;
    static final int CAPABILITY_MINOR = 76;
    private static final int SUCCESS = 0;

    private final com.sun.jna.@Nullable NativeLibrary library;
    private final String failure;

    private CudaDriver(com.sun.jna.@Nullable NativeLibrary library, String failure) {
        this.library = library;
        this.failure = failure;
    }

    /** Opens the driver's library if there is one. */
    static CudaDriver open() {
        try {
            return new CudaDriver(library(), "");
        } catch (UnsatisfiedLinkError e) {
            return new CudaDriver(null, reason(String.valueOf(e.getMessage())));
        }
    }

    /**
     * The driver's library.
     *
     * @throws UnsatisfiedLinkError if there is none
     */
    static com.sun.jna.NativeLibrary library() {
        boolean windows =
                System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("win");
        return com.sun.jna.NativeLibrary.getInstance(windows ? "nvcuda" : "libcuda.so.1");
    }

    /** Whether there is a driver in this machine, whether or not its library can be loaded here. */
    boolean isThere() {
        return library != null || Files.exists(KERNEL_MODULE);
    }

    /** Why its library cannot be loaded; empty if it can. */
    String failure() {
        return failure;
    }

    /** The first line of what the kernel's module says of itself, if there is one. */
    Optional<String> kernelModule() {
        try {
            return Files.exists(KERNEL_MODULE)
                    ? Files.readString(KERNEL_MODULE, StandardCharsets.UTF_8)
                            .lines()
                            .findFirst()
                    : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** The newest CUDA that the driver runs, such as {@code 12.8}. */
    Optional<String> cudaVersion() {
        IntByReference version = new IntByReference();
        return call("cuDriverGetVersion", version)
                ? Optional.of(version.getValue() / 1_000 + "." + version.getValue() % 1_000 / 10)
                : Optional.empty();
    }

    /** Its GPUs in their order; none if it cannot be asked. */
    List<GpuDescription> gpus() {
        List<GpuDescription> found = new ArrayList<>();
        IntByReference count = new IntByReference();
        if (!call("cuInit", 0) || !call("cuDeviceGetCount", count)) {
            return found;
        }
        for (int i = 0; i < count.getValue(); i++) {
            IntByReference handle = new IntByReference();
            IntByReference major = new IntByReference();
            IntByReference minor = new IntByReference();
            try (Memory name = new Memory(NAME_BYTES);
                    Memory total = new Memory(Long.BYTES)) {
                name.clear();
                total.clear();
                if (call("cuDeviceGet", handle, i)
                        && call("cuDeviceGetName", name, NAME_BYTES, handle.getValue())
                        && call("cuDeviceGetAttribute", major, CAPABILITY_MAJOR, handle.getValue())
                        && call("cuDeviceGetAttribute", minor, CAPABILITY_MINOR, handle.getValue())
                        && call("cuDeviceTotalMem_v2", total, handle.getValue())) {
                    found.add(new GpuDescription(
                            i,
                            name.getString(0, StandardCharsets.UTF_8.name()),
                            major.getValue(),
                            minor.getValue(),
                            total.getLong(0)));
                }
            }
        }
        return found;
    }

    /** Bytes of a GPU's memory that nobody has; -1 if the driver does not tell. */
    long freeBytes(int gpu) {
        IntByReference handle = new IntByReference();
        PointerByReference context = new PointerByReference();
        if (!call("cuInit", 0)
                || !call("cuDeviceGet", handle, gpu)
                || !call("cuDevicePrimaryCtxRetain", context, handle.getValue())) {
            return -1;
        }
        // The context that libtorch uses as well; it is made here if nobody had it before.
        try (Memory free = new Memory(Long.BYTES);
                Memory total = new Memory(Long.BYTES)) {
            if (!call("cuCtxPushCurrent_v2", context.getValue())) {
                return -1;
            }
            boolean known = call("cuMemGetInfo_v2", free, total);
            call("cuCtxPopCurrent_v2", new PointerByReference(Pointer.NULL));
            return known ? free.getLong(0) : -1;
        } finally {
            call("cuDevicePrimaryCtxRelease_v2", handle.getValue());
        }
    }

    private boolean call(String name, Object... arguments) {
        if (library == null) {
            return false;
        }
        try {
            Function function = library.getFunction(name);
            return function.invokeInt(arguments) == SUCCESS;
        } catch (UnsatisfiedLinkError older) {
            // A driver that does not have this call does not tell.
            return false;
        }
    }

    /** JNA tells where it looked as well; the loader's own line is the one that helps. */
    private static String reason(String message) {
        return message.lines()
                .filter(line -> line.contains("cannot open"))
                .findFirst()
                .or(() -> message.lines().findFirst())
                .orElse("")
                .strip();
    }
}
