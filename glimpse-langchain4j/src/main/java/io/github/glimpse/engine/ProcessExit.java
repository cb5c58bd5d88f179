package io.github.glimpse.engine;

import io.github.glimpse.EngineClosedException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the native library to rest before the process ends. The virtual machine stops Java code at its end but not native
 * calls, and the C library takes libtorch's compiled kernels and thread pools down meanwhile: a call that still runs then ends
 * the process by a SIGSEGV instead.
 *
 * <p>So a shutdown hook refuses native calls from some moment on and waits for those under way. The moment: after everybody who
 * stops the application in order has {@linkplain #hold() said so} and is done; nobody knows the order of shutdown hooks, so they
 * have a second to say it.
 */
public final class ProcessExit {

    private static final Logger LOG = LoggerFactory.getLogger(ProcessExit.class);

    private static final Duration TO_SPEAK_UP = Duration.ofSeconds(1);
    // A request that runs makes its next call sooner.
    private static final Duration PAUSE = Duration.ofMillis(50);
    private static final Duration MOST_PATIENCE = Duration.ofMinutes(2);
    // Of the largest models' slowest layers.
    private static final Duration LONGEST_CALL = Duration.ofSeconds(30);

    private static final AtomicBoolean HOOKED = new AtomicBoolean();
    private static final AtomicInteger HOLDS = new AtomicInteger();
    private static final AtomicInteger CALLS = new AtomicInteger();
    private static volatile long lastCall = System.nanoTime();
    private static volatile boolean over;

    private ProcessExit() {}

    /** Somebody's wish that native calls go on, until it is closed. */
    public static final class Hold implements AutoCloseable {

        private final AtomicBoolean closed = new AtomicBoolean();

        private Hold() {
            HOLDS.incrementAndGet();
        }

        /** Further calls do nothing. */
        @Override
        public void close() {
            if (closed.compareAndSet(false, true)) {
                HOLDS.decrementAndGet();
            }
        }
    }

    /**
     * Lets requests go on while the process is told to end, for at most two minutes: to be closed when the application has been
     * stopped in order. Engines that are drained or closed do this themselves.
     */
    public static Hold hold() {
        return new Hold();
    }

    /** From the first use of the native library on. */
    static void watch() {
        if (HOOKED.compareAndSet(false, true)) {
            try {
                Runtime.getRuntime().addShutdownHook(new Thread(ProcessExit::end, "glimpse-exit"));
            } catch (IllegalStateException e) {
                throw new EngineClosedException("The process ends; start no model any more", e);
            }
        }
    }

    /**
     * A native call begins, which is to be {@linkplain #leave() left}.
     *
     * @throws EngineClosedException if the process ends
     */
    static void enter() {
        // Counted before looking, so that of this and the end one sees the other.
        CALLS.incrementAndGet();
        if (over) {
            CALLS.decrementAndGet();
            throw new EngineClosedException("The process ends, and the model with it; ask another instance");
        }
    }

    static void leave() {
        lastCall = System.nanoTime();
        CALLS.decrementAndGet();
    }

    private static void end() {
        try {
            long start = System.nanoTime();
            while (isBusy() && HOLDS.get() == 0 && isWithin(start, TO_SPEAK_UP)) {
                Thread.sleep(1);
            }
            while (HOLDS.get() > 0 && isWithin(start, MOST_PATIENCE)) {
                Thread.sleep(1);
            }
            over = true;
            start = System.nanoTime();
            while (CALLS.get() > 0 && isWithin(start, LONGEST_CALL)) {
                Thread.sleep(1);
            }
            if (CALLS.get() > 0) {
                LOG.warn(
                        "{} native calls have not ended within {}: the process may end by a SIGSEGV",
                        CALLS.get(),
                        LONGEST_CALL);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean isBusy() {
        return CALLS.get() > 0 || isWithin(lastCall, PAUSE);
    }

    private static boolean isWithin(long start, Duration limit) {
        return System.nanoTime() - start < limit.toNanos();
    }
}
