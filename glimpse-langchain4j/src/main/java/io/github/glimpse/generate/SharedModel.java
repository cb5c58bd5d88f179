package io.github.glimpse.generate;

import io.github.glimpse.DeviceLostException;
import io.github.glimpse.EngineClosedException;
import io.github.glimpse.GenerationCancelledException;
import io.github.glimpse.NativeLibraryException;
import io.github.glimpse.NonFiniteNumbersException;
import io.github.glimpse.nn.CancellationPoint;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A model in memory that many ask: how many at once, how many may wait, how long a request takes, and that memory is freed only
 * when nobody uses it. What is asked of the model is its engine's business: {@link LoadedModel} for answers, others for the rest.
 * Safe for concurrent use.
 *
 * @param <M> the model, which {@link #close()} closes
 */
public final class SharedModel<M extends AutoCloseable> implements AutoCloseable {

    /** What {@link #drain} leaves to cancelled requests, so that their callers hear before everything else stops. */
    private static final Duration LAST_WORDS = Duration.ofSeconds(1);

    private final String name;
    private final M model;
    private final RequestGate gate;
    private final Duration timeout;
    private final Entrance entrance = new Entrance();
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile boolean failing;
    private volatile @Nullable DeviceLostException lost;
    // Requests read, close writes: memory is freed when nobody uses it any more.
    private final ReentrantReadWriteLock use = new ReentrantReadWriteLock();

    /**
     * Takes a model over.
     *
     * @param name in messages
     * @param maxActive requests that run at once, at least 1
     * @param maxQueued requests that may wait, at least 0
     * @param timeout longest time of a request, waiting included
     */
    public SharedModel(String name, M model, int maxActive, int maxQueued, Duration timeout) {
        this.name = name;
        this.model = model;
        this.gate = new RequestGate(maxActive, maxQueued);
        this.timeout = timeout;
    }

    /** What a request does with the model. */
    @FunctionalInterface
    public interface Work<M, R> {

        /** Does it. */
        R with(M model, CancellationPoint cancellation);
    }

    /** What a request does with the model that wants to know how long it has been under way. */
    @FunctionalInterface
    interface TimedWork<M, R> {

        R with(M model, CancellationPoint cancellation, Deadline deadline);
    }

    /**
     * Does the work of a request on the caller's thread, after waiting for a free place.
     *
     * @param signal ends the request
     * @param advice what a request that takes too long should do
     * @param work gets the point that it has to pass through between its steps
     * @throws io.github.glimpse.GlimpseException if the queue is full, the time is over, the request is cancelled or the model is
     *     closed
     */
    public <R> R ask(CancellationSignal signal, String advice, Work<M, R> work) {
        return ask(signal, () -> advice, () -> {}, (open, cancellation, deadline) -> work.with(open, cancellation));
    }

    /**
     * The same.
     *
     * @param waiting is run when the request begins to wait
     */
    <R> R ask(CancellationSignal signal, Supplier<String> advice, Runnable waiting, TimedWork<M, R> work) {
        Deadline deadline = Deadline.in(timeout);
        CancellationSignal expulsion = entrance.enter(this::closedError);
        try {
            CancellationPoint cancellation = cancellation(expulsion, signal, deadline, advice);
            cancellation.check();
            waiting.run();
            gate.enter(cancellation);
            try {
                return inUse(open -> observed(() -> work.with(open, cancellation, deadline)));
            } finally {
                gate.leave();
            }
        } finally {
            entrance.leave();
        }
    }

    private CancellationPoint cancellation(
            CancellationSignal expulsion, CancellationSignal signal, Deadline deadline, Supplier<String> advice) {
        return () -> {
            checkOpen();
            checkDevice();
            if (expulsion.isCancelled()) {
                throw closedError();
            }
            if (signal.isCancelled()) {
                throw new GenerationCancelledException("The request was cancelled by its caller");
            }
            deadline.check(advice);
        };
    }

    /** Does work that nobody waits for and that takes no place. */
    <R> R aside(CancellationSignal signal, Supplier<String> advice, Work<M, R> work) {
        CancellationPoint cancellation = cancellation(new CancellationSignal(), signal, Deadline.in(timeout), advice);
        return inUse(open -> {
            try {
                return work.with(open, cancellation);
            } catch (DeviceLostException e) {
                lost = e;
                throw e;
            }
        });
    }

    /** Remembers how it went, for {@link #state()}. */
    private <R> R observed(Supplier<R> answer) {
        try {
            R result = answer.get();
            failing = false;
            return result;
        } catch (NativeLibraryException | NonFiniteNumbersException | OutOfMemoryError e) {
            failing = true;
            throw e;
        } catch (DeviceLostException e) {
            lost = e;
            throw e;
        }
    }

    /**
     * Reads something off the model at once, without waiting for a place.
     *
     * @throws EngineClosedException if it is closed
     */
    public <R> R inUse(Function<M, R> look) {
        use.readLock().lock();
        try {
            checkOpen();
            return look.apply(model);
        } finally {
            use.readLock().unlock();
        }
    }

    void checkOpen() {
        if (closed.get()) {
            throw closedError();
        }
    }

    private void checkDevice() {
        DeviceLostException first = lost;
        if (first != null) {
            throw new DeviceLostException(
                    "The GPU of the model " + name + " was lost by an earlier request (" + first.getMessage()
                            + "); restart the process",
                    first);
        }
    }

    private EngineClosedException closedError() {
        return new EngineClosedException(
                closed.get()
                        ? "The model " + name + " is closed; load it again"
                        : "The model " + name + " is shutting down and takes no more requests; ask another instance");
    }

    /** {@link EngineState#READY}, or what keeps it from being so. */
    public EngineState state() {
        if (closed.get()) {
            return EngineState.CLOSED;
        }
        if (!entrance.isOpen()) {
            return EngineState.DRAINING;
        }
        if (lost != null) {
            return EngineState.FAILED;
        }
        return failing ? EngineState.FAILING : EngineState.READY;
    }

    /** Requests that run now. */
    public int activeRequests() {
        return gate.active();
    }

    /** Requests that wait now. */
    public int queuedRequests() {
        return gate.queued();
    }

    /** Whether requests are taken and there are none. */
    boolean isIdle() {
        return entrance.isOpen() && gate.active() == 0 && gate.queued() == 0;
    }

    /** Whether {@link #close()} was called. */
    public boolean isClosed() {
        return closed.get();
    }

    /** Refuses new requests. */
    void shut() {
        entrance.shut();
    }

    /** As {@link ModelEngine#drain} says. */
    public boolean drain(Duration limit) {
        entrance.shut();
        // A listener that drains waits for the others, not for its own request.
        int own = use.getReadHoldCount() > 0 ? 1 : 0;
        boolean finished = entrance.awaitAtMost(own, limit);
        if (!finished) {
            entrance.expel();
            entrance.awaitAtMost(own, LAST_WORDS);
        }
        return finished;
    }

    /** As {@link ModelEngine#resume} says. */
    public void resume() {
        if (!closed.get() && !entrance.isOpen()) {
            entrance.open();
        }
    }

    /**
     * Refuses new requests, lets running ones end at their next step, then closes the model. Called by a listener, that is inside
     * a request, it returns at once and the model is closed when that request has ended.
     */
    @Override
    public void close() {
        close(() -> {});
    }

    /**
     * The same.
     *
     * @param first is run when new requests are refused, before anything is waited for
     */
    void close(Runnable first) {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        entrance.shut();
        first.run();
        if (use.getReadHoldCount() > 0) {
            // This thread's own request holds what freeing waits for.
            new Thread(this::free, "glimpse-close").start();
        } else {
            free();
        }
    }

    private void free() {
        use.writeLock().lock();
        try {
            model.close();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException("The model " + name + " could not be closed", e);
        } finally {
            use.writeLock().unlock();
        }
    }
}
