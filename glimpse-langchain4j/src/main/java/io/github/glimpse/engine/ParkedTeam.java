package io.github.glimpse.engine;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.glimpse.GlimpseException;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Parked OpenMP thread team: a daemon thread that has run one parallel region and then sleeps until it is released. libgomp
 * counts the threads of its team as managed for as long as the daemon thread lives. The team holds nothing but its stacks.
 * Safe for concurrent use.
 */
final class ParkedTeam {

    /** Name of the daemon thread. */
    static final String THREAD_NAME = "glimpse-parked-team";

    private static final Logger LOG = LoggerFactory.getLogger(ParkedTeam.class);

    /** libtorch runs an operation in parallel from 32768 elements on. */
    private static final int ELEMENTS = 1 << 16;

    private final int threads;
    private final CountDownLatch released = new CountDownLatch(1);
    private volatile boolean parked;

    private ParkedTeam(int threads) {
        this.threads = threads;
    }

    /**
     * Threads of a parked team with which libgomp manages more threads than there are cores. libgomp counts one thread, and
     * for each team all threads but the first: {@code 1 + (operationThreads - 1) + (parked - 1) > cores}.
     *
     * @param cores cores that this process may use
     * @param operationThreads threads of a native operation, at least 2
     */
    static int threadsFor(int cores, int operationThreads) {
        return Math.max(2, cores - operationThreads + 2);
    }

    /** Starts a team; returns before it is {@link #isParked() parked}. */
    static ParkedTeam start(int threads) {
        ParkedTeam team = new ParkedTeam(threads);
        Thread thread = new Thread(null, team::run, THREAD_NAME, 0, false);
        thread.setDaemon(true);
        thread.start();
        return team;
    }

    /** Threads of the team, the daemon thread included. */
    int threads() {
        return threads;
    }

    /** Whether the team has been formed and not been released. */
    boolean isParked() {
        return parked && released.getCount() > 0;
    }

    /** Ends the team's threads; does not wait for that. */
    void release() {
        released.countDown();
    }

    private void run() {
        try {
            TorchRuntime.withThreads(threads, ParkedTeam::runParallelRegion);
            parked = true;
            released.await();
        } catch (GlimpseException e) {
            // Also where the process ends.
            LOG.debug("No parked team of {} threads: {}", threads, e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            parked = false;
        }
    }

    private static void runParallelRegion() {
        NativeCall.once("a parked team", () -> {
            try (NDManager manager = Engine.getEngine("PyTorch").newBaseManager(Device.cpu())) {
                manager.ones(new Shape(ELEMENTS)).close();
            }
            return true;
        });
    }
}
