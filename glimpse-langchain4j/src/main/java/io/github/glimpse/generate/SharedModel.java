package io.github.glimpse.generate;

import io.github.glimpse.EngineClosedException;
import io.github.glimpse.GenerationCancelledException;
import io.github.glimpse.nn.CancellationPoint;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Function;

/**
 * A model in memory that many ask, with the rules of {@link LoadedModel}: how many at once, how many may wait, how long a request
 * takes, and that memory is freed only when nobody uses it. For models that do not generate text. Safe for concurrent use.
 *
 * @param <M> the model, which {@link #close()} closes
 */
public final class SharedModel<M extends AutoCloseable> implements AutoCloseable {

    private final String name;
    private final M model;
    private final RequestGate gate;
    private final Duration timeout;
    private final Entrance entrance = new Entrance();
    private final AtomicBoolean closed = new AtomicBoolean();
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
        Deadline deadline = Deadline.in(timeout);
        CancellationSignal expulsion = entrance.enter(this::closedError);
        try {
            CancellationPoint cancellation = () -> {
                if (closed.get() || expulsion.isCancelled()) {
                    throw closedError();
                }
                if (signal.isCancelled()) {
                    throw new GenerationCancelledException("The request was cancelled by its caller");
                }
                deadline.check(() -> advice);
            };
            cancellation.check();
            gate.enter(cancellation);
            try {
                return inUse(open -> work.with(open, cancellation));
            } finally {
                gate.leave();
            }
        } finally {
            entrance.leave();
        }
    }

    /** What a request does with the model. */
    @FunctionalInterface
    public interface Work<M, R> {

        /** Does it. */
        R with(M model, CancellationPoint cancellation);
    }

    /**
     * Reads something off the model at once, without waiting for a place.
     *
     * @throws EngineClosedException if it is closed
     */
    public <R> R inUse(Function<M, R> look) {
        use.readLock().lock();
        try {
            if (closed.get()) {
                throw closedError();
            }
            return look.apply(model);
        } finally {
            use.readLock().unlock();
        }
    }

    /** Requests that run now. */
    public int activeRequests() {
        return gate.active();
    }

    /** Requests that wait now. */
    public int queuedRequests() {
        return gate.queued();
    }

    /** Whether {@link #close()} was called. */
    public boolean isClosed() {
        return closed.get();
    }

    /**
     * Refuses new requests and lets those that run and wait finish within a time; frees nothing.
     *
     * @return whether all have finished
     */
    public boolean drain(Duration limit) {
        entrance.shut();
        boolean finished = entrance.awaitAtMost(0, limit);
        if (!finished) {
            entrance.expel();
        }
        return finished;
    }

    private EngineClosedException closedError() {
        return new EngineClosedException(
                closed.get()
                        ? "The model " + name + " is closed; load it again"
                        : "The model " + name + " is shutting down and takes no more requests; ask another instance");
    }

    /**
     * Refuses new requests, lets running ones end at their next step, then closes the model. Not to be called by a request's own
     * work.
     */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        entrance.shut();
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
