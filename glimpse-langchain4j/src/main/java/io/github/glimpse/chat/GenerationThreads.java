package io.github.glimpse.chat;

import io.github.glimpse.generate.EngineOptions;
import io.github.glimpse.generate.LoadedModel;
import java.util.concurrent.Executor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Platform threads that requests of one model run on. Native calls hold on to the thread that makes them, so a caller's
 * virtual thread, an event loop or a servlet's thread never makes them; it waits or goes on, and can be interrupted.
 *
 * <p>Nobody has to close this: the threads are daemons and end when idle. How many run at once is the engine's gate to say;
 * the bound here is for callers whose handlers hold threads after their answer.
 */
public final class GenerationThreads {

    private static final long IDLE_SECONDS = 30;

    /** Room for requests that the gate refuses and answers that are being handed over. */
    private static final int SPARE = 64;

    private GenerationThreads() {}

    static Executor of(LoadedModel model) {
        EngineOptions options = model.options();
        return of(options.maxActive(), options.maxQueued());
    }

    /** Threads for a model that lets so many requests run and wait. */
    public static Executor of(int maxActive, int maxQueued) {
        long most = (long) maxActive + maxQueued + SPARE;
        AtomicInteger number = new AtomicInteger();
        ThreadFactory threads = work -> {
            // Without the first caller's inheritable thread locals, which would live as long as the thread.
            Thread thread = new Thread(null, work, "glimpse-" + number.incrementAndGet(), 0, false);
            thread.setDaemon(true);
            return thread;
        };
        return new ThreadPoolExecutor(
                0,
                (int) Math.min(most, Integer.MAX_VALUE),
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new SynchronousQueue<>(),
                threads);
    }
}
