package io.github.glimpse.engine;

import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Throttle of the spinning of idle OpenMP threads while other processes compete for the cores. Safe for concurrent use.
 *
 * <p>libgomp lets an idle thread spin 300000 times by default, and 100 times while it manages more threads than there are
 * cores. So a {@link ParkedTeam} keeps libgomp above that number while other processes are busy. A daemon thread samples
 * {@code /proc} while native operations run, at most twice a second; it ends, and releases the team, after five seconds
 * without any.
 */
final class SpinThrottle {

    /** Name of the daemon thread. */
    static final String THREAD_NAME = "glimpse-spin-throttle";

    private static final Logger LOG = LoggerFactory.getLogger(SpinThrottle.class);
    private static final Duration INTERVAL = Duration.ofMillis(500);
    private static final Duration LINGER = Duration.ofSeconds(5);

    private final SharedCores cores;
    private final IntSupplier threads;
    private final Duration interval;
    private final Duration linger;
    private final ContentionRule rule = new ContentionRule();

    private volatile boolean used;
    private volatile @Nullable ParkedTeam team;
    private @Nullable Thread sampler;
    // Used by the sampler thread only, like the rule.
    private SharedCores.Ticks last;

    /**
     * Takes the first sample.
     *
     * @param threads threads of a native operation
     * @throws IOException if the load of other processes cannot be read
     */
    SpinThrottle(SharedCores cores, IntSupplier threads) throws IOException {
        this(cores, threads, INTERVAL, LINGER);
    }

    /** With other times. */
    SpinThrottle(SharedCores cores, IntSupplier threads, Duration interval, Duration linger) throws IOException {
        this.cores = cores;
        this.threads = threads;
        this.interval = interval;
        this.linger = linger;
        this.last = cores.ticks();
    }

    /** Reports that a native operation begins. */
    void used() {
        if (!used) {
            wake();
        }
    }

    /** Whether idle threads spin briefly now, because other processes compete for the cores. */
    boolean isOn() {
        ParkedTeam current = team;
        return current != null && current.isParked();
    }

    /** Threads of the parked team; 0 if there is none. */
    int parkedThreads() {
        ParkedTeam current = team;
        return current == null ? 0 : current.threads();
    }

    private synchronized void wake() {
        used = true;
        if (sampler != null) {
            notifyAll();
            return;
        }
        Thread thread = new Thread(null, this::run, THREAD_NAME, 0, false);
        thread.setDaemon(true);
        try {
            thread.start();
            sampler = thread;
        } catch (OutOfMemoryError e) {
            // The request goes on without; used stays true, so that no other thread is tried.
            warn(e);
        }
    }

    private void run() {
        try {
            while (awaitUse()) {
                sample();
                Thread.sleep(interval.toMillis());
            }
        } catch (IOException | RuntimeException | OutOfMemoryError e) {
            // The sampler stays set, so that no other one starts.
            used = true;
            release();
            warn(e);
        } catch (InterruptedException e) {
            end();
        }
    }

    private static void warn(Throwable failure) {
        LOG.warn(
                "The load of other processes is unknown from now on ({}): idle threads spin for milliseconds; set {}={}"
                        + " in the environment of the JVM if other processes use its cores",
                failure.toString(),
                ThreadWaitPolicy.POLICY,
                ThreadWaitPolicy.PASSIVE);
    }

    /** False, and no sampler any more, if no operation begins. */
    private synchronized boolean awaitUse() throws InterruptedException {
        long end = System.nanoTime() + linger.toNanos();
        while (!used) {
            long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
            if (left <= 0) {
                end();
                return false;
            }
            wait(left);
        }
        used = false;
        return true;
    }

    private synchronized void end() {
        release();
        used = false;
        sampler = null;
    }

    private void sample() throws IOException {
        SharedCores.Ticks now = cores.ticks();
        double others = SharedCores.Ticks.otherCores(last, now);
        last = now;
        int operationThreads = threads.getAsInt();
        boolean contended = rule.add(others, now.cores(), operationThreads);
        if (contended && operationThreads > 1) {
            park(ParkedTeam.threadsFor(now.cores(), operationThreads), others);
        } else if (team != null) {
            LOG.debug("Other processes use {} cores: idle threads spin again", format(others));
            release();
        }
    }

    private void park(int parked, double others) {
        ParkedTeam current = team;
        if (current != null && current.threads() == parked) {
            return;
        }
        release();
        LOG.debug("Other processes use {} cores: idle threads sleep at once", format(others));
        team = ParkedTeam.start(parked);
    }

    private void release() {
        ParkedTeam current = team;
        if (current != null) {
            current.release();
            team = null;
        }
    }

    private static String format(double cores) {
        return String.format(Locale.ROOT, "%.1f", cores);
    }
}
