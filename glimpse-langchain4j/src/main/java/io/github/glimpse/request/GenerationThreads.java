package io.github.glimpse.request;

import dev.langchain4j.exception.LangChain4jException;
import dev.langchain4j.exception.NonRetriableException;
import dev.langchain4j.exception.RateLimitException;
import io.github.glimpse.generate.CancellationSignal;
import io.github.glimpse.generate.EngineOptions;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.serve.Arrival;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
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

    /** Room for requests that the gate refuses, answers that are being handed over, and handlers that never come back. */
    private static final int SPARE = 512;

    /** What a request has after its time to say so itself. */
    private static final Duration LAST_WORDS = Duration.ofMillis(500);

    private GenerationThreads() {}

    /** Threads for a model, as many as its options let run and wait. */
    public static Executor of(LoadedModel model) {
        EngineOptions options = model.options();
        return of(options.serving().maxRunning(), options.maxQueued());
    }

    /** Threads for a model that lets so many requests run and wait. */
    public static Executor of(int maxRunning, int maxQueued) {
        long most = (long) maxRunning + maxQueued + SPARE;
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

    /**
     * Starts work on another thread.
     *
     * @throws RateLimitException if there is no thread for it
     */
    public static void start(Executor executor, Runnable work) {
        try {
            executor.execute(work);
        } catch (RejectedExecutionException e) {
            throw noThread(e);
        }
    }

    private static RateLimitException noThread(RejectedExecutionException refusal) {
        return new RateLimitException(
                "No thread is free for the request: handlers of other answers hold them all; let them return, or try"
                        + " again later",
                refusal);
    }

    /**
     * Lets another thread do the work of a request, and waits for it, no longer than the request's time.
     *
     * @param signal is given when the waiting is over before the work is; an interrupted thread keeps its interrupt status
     * @throws LangChain4jException what the work died of, {@link RateLimitException} if there is no thread for it, {@link
     *     dev.langchain4j.exception.TimeoutException} if its time is over, {@link NonRetriableException} if the waiting thread was
     *     interrupted
     */
    public static <T> T await(Executor executor, Arrival arrival, CancellationSignal signal, Callable<T> work) {
        FutureTask<T> task = new FutureTask<>(work);
        try {
            executor.execute(task);
            // The work itself says best what took so long; what is held up cannot.
            return task.get(Math.max(0, arrival.left().plus(LAST_WORDS).toNanos()), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            throw noThread(e);
        } catch (TimeoutException e) {
            signal.cancel();
            throw ErrorMapper.failure(arrival.exceeded());
        } catch (InterruptedException e) {
            signal.cancel();
            Thread.currentThread().interrupt();
            throw new NonRetriableException("The calling thread was interrupted; the request is cancelled", e);
        } catch (ExecutionException e) {
            throw ErrorMapper.failure(e.getCause() == null ? e : e.getCause());
        }
    }
}
