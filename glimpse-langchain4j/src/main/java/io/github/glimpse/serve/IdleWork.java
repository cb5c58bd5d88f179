package io.github.glimpse.serve;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Work that nobody waits for and that stands in nobody's way: it starts only while nothing else runs or waits, one piece at a
 * time, on a thread of its own, and is told to end when a request comes. Which pieces are due is settled by counting, not by
 * chance. Safe for concurrent use.
 */
public final class IdleWork implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(IdleWork.class);

    private static final long IDLE_SECONDS = 10;

    private final double ratio;
    private final BooleanSupplier idle;
    private final ExecutorService threads;

    private long offered;
    private volatile @Nullable AtomicBoolean running;

    /** What becomes of an offer. */
    public enum Start {
        /** It is one of those that are left out. */
        NOT_DUE,
        /** It is due, but there is something else to do, or this is closed. */
        SKIPPED,
        /** It runs. */
        STARTED
    }

    /**
     * Nothing runs yet.
     *
     * @param thread name of the thread
     * @param ratio share of offers that are due, 0..1
     * @param idle whether nothing else runs or waits
     */
    public IdleWork(String thread, double ratio, BooleanSupplier idle) {
        this.ratio = ratio;
        this.idle = idle;
        this.threads = new ThreadPoolExecutor(
                0, 1, IDLE_SECONDS, TimeUnit.SECONDS, new SynchronousQueue<>(), work -> daemon(thread, work));
    }

    @SuppressWarnings("ThreadPriorityCheck") // a hint where the platform heeds it; nothing relies on it
    private static Thread daemon(String name, Runnable work) {
        Thread thread = new Thread(null, work, name, 0, false);
        thread.setDaemon(true);
        thread.setPriority(Thread.MIN_PRIORITY);
        return thread;
    }

    /**
     * Offers a piece of work. Returns at once.
     *
     * @param piece asked for the piece, on this thread, if it is to run: gets whether it is to end, throws nothing, and returns
     *     what is left to do when the next one may start
     */
    public Start offer(Supplier<Function<BooleanSupplier, Runnable>> piece) {
        if (!isDue()) {
            return Start.NOT_DUE;
        }
        AtomicBoolean cancelled = new AtomicBoolean();
        // Claimed before looking, so that of two that look at each other one sees the other.
        if (!claim(cancelled)) {
            return Start.SKIPPED;
        }
        if (!idle.getAsBoolean()) {
            release(cancelled);
            return Start.SKIPPED;
        }
        try {
            Function<BooleanSupplier, Runnable> work = piece.get();
            threads.execute(() -> run(work, cancelled));
            return Start.STARTED;
        } catch (RejectedExecutionException e) {
            // Closed, or the thread of the last one is still leaving, which is as good as no room.
            release(cancelled);
            return Start.SKIPPED;
        } catch (RuntimeException | Error e) {
            // A full heap, or no thread more: whoever offers has an answer that must not be lost by it.
            LOG.warn("Work for idle times could not begin", e);
            release(cancelled);
            return Start.SKIPPED;
        }
    }

    private void run(Function<BooleanSupplier, Runnable> work, AtomicBoolean cancelled) {
        Runnable rest = () -> {};
        try {
            rest = work.apply(cancelled::get);
        } finally {
            release(cancelled);
            rest.run();
        }
    }

    /** A request has come: whatever runs here is told to end. */
    public void stepAside() {
        AtomicBoolean current = running;
        if (current != null) {
            current.set(true);
        }
    }

    /** Of n offers the one that makes {@code (int) (n * ratio)} rise: deterministic, and even. */
    private synchronized boolean isDue() {
        offered++;
        return (long) (offered * ratio) > (long) ((offered - 1) * ratio);
    }

    private synchronized boolean claim(AtomicBoolean cancelled) {
        if (running != null) {
            return false;
        }
        running = cancelled;
        return true;
    }

    private synchronized void release(AtomicBoolean cancelled) {
        if (running == cancelled) {
            running = null;
        }
    }

    /** Tells what runs to end; nothing is started any more. */
    @Override
    public void close() {
        stepAside();
        threads.shutdown();
    }
}
