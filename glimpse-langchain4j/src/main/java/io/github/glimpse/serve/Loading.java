package io.github.glimpse.serve;

import io.github.glimpse.EngineClosedException;
import io.github.glimpse.GenerationCancelledException;
import io.github.glimpse.ModelLoadException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The way of a model into memory: at once, or once on a daemon thread of its own when somebody {@linkplain #start() starts} it.
 * Whoever needs the model waits; how it ended stays so. Safe for concurrent use.
 *
 * @param <O> what it is loaded by
 * @param <M> the model, which {@link #close()} closes
 */
public final class Loading<O, M extends AutoCloseable> implements AutoCloseable {

    private static final long CHECK_MILLIS = 20;

    /** What {@link #close()} leaves to reading weights, which is not interrupted: the native library would not survive it. */
    private static final Duration PATIENCE = Duration.ofSeconds(4);

    private final String name;
    private final UnaryOperator<O> prepare;
    private final Function<O, M> load;
    private final CompletableFuture<M> result = new CompletableFuture<>();
    private final ReentrantLock lock = new ReentrantLock();
    private volatile O options;
    private volatile @Nullable Thread thread;
    private boolean preparing;
    private boolean abandoned;

    private Loading(String name, O options, UnaryOperator<O> prepare, Function<O, M> load) {
        this.name = name;
        this.options = options;
        this.prepare = prepare;
        this.load = load;
    }

    /** Loads on this thread, and throws what goes wrong. */
    public static <O, M extends AutoCloseable> Loading<O, M> now(String name, O options, Function<O, M> load) {
        Loading<O, M> loading = new Loading<>(name, options, UnaryOperator.identity(), load);
        loading.result.complete(load.apply(options));
        return loading;
    }

    /**
     * Loads when it is started.
     *
     * @param name in messages
     * @param prepare the last word on the options; interrupted by {@link #close()}, which loading is not
     */
    public static <O, M extends AutoCloseable> Loading<O, M> later(
            String name, O options, UnaryOperator<O> prepare, Function<O, M> load) {
        return new Loading<>(name, options, prepare, load);
    }

    /** Starts, unless it was. */
    public void start() {
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
            O settled = prepare.apply(options);
            prepared(settled);
            deliver(load.apply(settled));
        } catch (Throwable e) {
            // Errors too, such as a full heap: whoever waits must hear of it.
            result.completeExceptionally(e);
        }
    }

    private void prepared(O settled) {
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

    private void deliver(M model) {
        boolean late;
        lock.lock();
        try {
            late = abandoned;
        } finally {
            lock.unlock();
        }
        if (late) {
            close(model);
            throw closed();
        }
        result.complete(model);
    }

    /** What the model is loaded with: settled once that begins. */
    public O options() {
        return options;
    }

    /** Hears of the end. */
    public CompletableFuture<M> result() {
        return result;
    }

    /** Of loading alone: {@link EngineState#READY} once the model is there. */
    public EngineState state() {
        if (!result.isDone()) {
            return thread == null ? EngineState.UNLOADED : EngineState.LOADING;
        }
        return result.isCompletedExceptionally() ? EngineState.LOAD_FAILED : EngineState.READY;
    }

    /** The model if it is loaded. */
    public @Nullable M ifLoaded() {
        return state() == EngineState.READY ? result.join() : null;
    }

    /**
     * The model, started if need be and waited for.
     *
     * @param check throws if there is no more waiting
     * @throws ModelLoadException if it could not be loaded
     */
    public M await(Runnable check) {
        start();
        while (true) {
            try {
                return result.get(result.isDone() ? 0 : CHECK_MILLIS, TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                check.run();
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
    public void check() {
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
        M model = ifLoaded();
        if (model != null) {
            close(model);
        }
    }

    private void close(M model) {
        try {
            model.close();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException("The model " + name + " could not be closed", e);
        }
    }
}
