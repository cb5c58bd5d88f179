package io.github.glimpse.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Wait policy of idle OpenMP threads. libgomp's own default is to spin for about 3 ms after each parallel region, and a
 * spinning thread takes the core from the thread that it waits for as soon as another process needs a core. So idle
 * threads sleep at once where a quota or an affinity limits the cores. Elsewhere libgomp's default stays, and a
 * {@link SpinThrottle} shortens the spinning while other processes use the cores.
 *
 * <p>libgomp reads the policy once, in a constructor, from the environment of the C library. So {@link #choose} must run
 * before libtorch is loaded. Variables that the operator has set win. Elsewhere than on Linux nothing happens: other
 * OpenMP libraries have other variables. Safe for concurrent use.
 */
final class ThreadWaitPolicy {

    /** OpenMP's variable, {@code PASSIVE} or {@code ACTIVE}. */
    static final String POLICY = "OMP_WAIT_POLICY";

    /** libgomp's variable, iterations of a spin; it wins over {@link #POLICY}. */
    static final String SPIN_COUNT = "GOMP_SPINCOUNT";

    /** Threads sleep at once. See docs/guide/performance.md, "Beside one busy core". */
    static final String PASSIVE = "PASSIVE";

    private static final Logger LOG = LoggerFactory.getLogger(ThreadWaitPolicy.class);
    private static final Path PROC = Path.of("/proc");
    private static final Path MAPPED_FILES = PROC.resolve("self/maps");
    private static final String LIBRARY = "libgomp";

    private static @Nullable String chosen;
    private static volatile @Nullable SpinThrottle throttle;

    private ThreadWaitPolicy() {}

    /**
     * Sets the policy, once, unless the operator has set one or libgomp has read its environment already.
     *
     * @return the policy in force, for people
     */
    static synchronized String choose() {
        if (chosen == null) {
            chosen = set();
        }
        return chosen;
    }

    /** Reports that a native operation begins. */
    static void used() {
        SpinThrottle current = throttle;
        if (current != null) {
            current.used();
        }
    }

    /** Whether the throttle is on. */
    static boolean isThrottled() {
        SpinThrottle current = throttle;
        return current != null && current.isOn();
    }

    private static String set() {
        Optional<String> before = inForce();
        if (before.isPresent()) {
            return before.get();
        }
        if (!CLibrary.isLinux()) {
            return "the OpenMP library's default";
        }
        SharedCores cores = new SharedCores(PROC);
        Optional<String> limit = cores.limit(Runtime.getRuntime().availableProcessors());
        if (limit.isEmpty()) {
            return "libgomp's default" + throttled(cores);
        }
        if (isLoaded()) {
            LOG.warn(
                    "libgomp was loaded before Glimpse could choose {}: idle threads spin for milliseconds, which"
                            + " multiplies the time of prompts, since {}; set {}={} in the environment of the JVM",
                    POLICY,
                    limit.get(),
                    POLICY,
                    PASSIVE);
            return "libgomp's default";
        }
        CLibrary.setUnlessSet(POLICY, PASSIVE);
        return inForce().map(policy -> policy + ", since " + limit.get()).orElse("libgomp's default");
    }

    private static String throttled(SharedCores cores) {
        try {
            throttle = new SpinThrottle(cores, TorchRuntime::operationThreads);
            return ", throttled while other processes use the cores";
        } catch (IOException | RuntimeException e) {
            LOG.debug("Load of other processes is unknown: {}", e.toString());
            return ", not throttled, since the load of other processes cannot be read";
        }
    }

    /** Of the C library's environment, which tells of another class loader's choice too. */
    private static Optional<String> inForce() {
        return variable(SPIN_COUNT).or(() -> variable(POLICY));
    }

    private static Optional<String> variable(String name) {
        Map<String, String> ofOperator = System.getenv();
        return CLibrary.variable(name)
                .map(value ->
                        name + "=" + value + (ofOperator.containsKey(name) ? " of the environment" : " by default"));
    }

    private static boolean isLoaded() {
        try {
            return Files.isReadable(MAPPED_FILES)
                    && Files.readString(MAPPED_FILES).contains(LIBRARY);
        } catch (IOException e) {
            LOG.debug("{} cannot be read: {}", MAPPED_FILES, e.getMessage());
            return false;
        }
    }
}
