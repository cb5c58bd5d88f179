package io.github.glimpse.generate;

import io.github.glimpse.EngineClosedException;
import io.github.glimpse.GenerationCancelledException;
import io.github.glimpse.ModelLoadException;
import io.github.glimpse.nn.CancellationPoint;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The way of a model into memory: at once, or once on a daemon thread of its own when somebody {@linkplain #start() starts} it.
 * Whoever needs the model waits; how it ended stays so.
 */
final class Loading implements AutoCloseable {

    private static final long LOOK_MILLIS = 20;

    /** What {@link #close()} leaves to reading weights, which is not interrupted: the native library would not survive it. */
    private static final Duration PATIENCE = Duration.ofSeconds(4);

    private final String name;
    private final UnaryOperator<EngineOptions> prepare;
    private final CompletableFuture<AnsweringPath> result = new CompletableFuture<>();
    private final ReentrantLock lock = new ReentrantLock();
    private volatile EngineOptions options;
    private volatile @Nullable Thread thread;
    private boolean preparing;
    private boolean abandoned;

    private Loading(String name, EngineOptions options, UnaryOperator<EngineOptions> prepare) {
        this.name = name;
        this.options = options;
        this.prepare = prepare;
    }

    /** Loads on this thread, and throws what goes wrong. */
    static Loading now(String name, EngineOptions options) {
        Loading loading = new Loading(name, options, UnaryOperator.identity());
        loading.result.complete(AnsweringPath.load(options, name));
        return loading;
    }

    /** Loads when it is started. */
    static Loading later(String name, EngineOptions options, UnaryOperator<EngineOptions> prepare) {
        return new Loading(name, options, prepare);
    }

    /** Starts, unless it was. */
    void start() {
        lock.lock();
        try {
            if (thread == null && !result.isDone() && !abandoned) {
                // Without the inheritable thread locals of the request that happens to come first.
                Thread started = new Thread(null, this::run, "glimpse-load", 0, false);
                started.setDaemon(true);
                started.setContextClassLoader(Thread.currentThread().getContextClassLoader());
                preparing = true;
                thread = started;
                started.start();
            }
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        try {
            EngineOptions settled = prepare.apply(options);
            prepared(settled);
            deliver(AnsweringPath.load(settled, name));
        } catch (Throwable e) {
            // Errors too, such as a full heap: whoever waits must hear of it.
            result.completeExceptionally(e);
        }
    }

    private void prepared(EngineOptions settled) {
        lock.lock();
        try {
            preparing = false;
            // What was meant for preparing must not hit the native library.
            Thread.interrupted();
            if (abandoned) {
                throw closed();
            }
            options = settled;
        } finally {
            lock.unlock();
        }
    }

    private void deliver(AnsweringPath model) {
        boolean late;
        lock.lock();
        try {
            late = abandoned;
        } finally {
            lock.unlock();
        }
        if (late) {
            model.close();
            throw closed();
        }
        result.complete(model);
    }

    /** What the model is loaded with: settled once that begins. */
    EngineOptions options() {
        return options;
    }

    /** Hears of the end. */
    CompletableFuture<AnsweringPath> result() {
        return result;
    }

    EngineState state() {
        if (!result.isDone()) {
            return thread == null ? EngineState.UNLOADED : EngineState.LOADING;
        }
        return result.isCompletedExceptionally() ? EngineState.LOAD_FAILED : EngineState.READY;
    }

    /** The model if it is loaded. */
    @Nullable
    AnsweringPath ifLoaded() {
        return state() == EngineState.READY ? result.join() : null;
    }

    /**
     * The model, started if need be and waited for.
     *
     * @throws ModelLoadException if it could not be loaded
     */
    AnsweringPath await(CancellationPoint cancellation) {
        start();
        while (true) {
            try {
                return result.get(result.isDone() ? 0 : LOOK_MILLIS, TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                cancellation.check();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new GenerationCancelledException("The thread was interrupted while the model was loading", e);
            } catch (ExecutionException e) {
                throw failure(e.getCause() == null ? e : e.getCause());
            }
        }
    }

    /**
     * Throws if loading has failed.
     *
     * @throws ModelLoadException if so
     */
    void check() {
        if (state() == EngineState.LOAD_FAILED) {
            await(() -> {});
        }
    }

    private RuntimeException failure(Throwable cause) {
        return cause instanceof EngineClosedException closed
                ? closed
                : new ModelLoadException(
                        "The model " + name + " could not be loaded: " + cause.getMessage()
                                + "; mend that and load it again",
                        cause);
    }

    private EngineClosedException closed() {
        return new EngineClosedException("The model " + name + " was closed while it was loading; load it again");
    }

    /** Ends the waiting of all, gives up what is being fetched, and waits a while for what is being read; later it frees itself. */
    @Override
    public void close() {
        Thread running;
        lock.lock();
        try {
            abandoned = true;
            running = thread;
            if (running == null) {
                result.completeExceptionally(closed());
            } else if (preparing) {
                running.interrupt();
            }
        } finally {
            lock.unlock();
        }
        // A listener of whenLoaded may close: its thread cannot wait for itself.
        if (running != null && running != Thread.currentThread()) {
            try {
                running.join(PATIENCE.toMillis());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        AnsweringPath model = ifLoaded();
        if (model != null) {
            model.close();
        }
    }
}
