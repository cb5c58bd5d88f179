package io.github.glimpse.serve;

import io.github.glimpse.DeviceLostException;
import io.github.glimpse.EngineClosedException;
import io.github.glimpse.GenerationCancelledException;
import io.github.glimpse.NativeLibraryException;
import io.github.glimpse.NonFiniteNumbersException;
import io.github.glimpse.engine.FreedMemory;
import io.github.glimpse.engine.ProcessExit;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A model in memory that many ask: how many at once, how many may wait, how long a request takes, and that memory is freed only
 * when nobody uses it. What is asked of the model is its engine's business.
 * Safe for concurrent use.
 *
 * @param <M> the model, which {@link #close()} closes
 */
public final class SharedModel<M extends AutoCloseable> implements AutoCloseable {

    /** What {@link #drain} leaves to cancelled requests, so that their callers hear before everything else stops. */
    private static final Duration LAST_WORDS = Duration.ofSeconds(1);

    /** What {@link #close} leaves to requests; with the reading of weights it stays below ten seconds. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private static final Logger LOG = LoggerFactory.getLogger(SharedModel.class);

    private final String name;
    private final M model;
    private final RequestGate gate;
    private final Duration timeout;
    private final Admission admission = new Admission();
    private final Set<Arrival> inside = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean closed = new AtomicBoolean();
    private final MemoryReturn freed = new MemoryReturn(System::nanoTime, FreedMemory::giveBack);
    private volatile boolean failing;
    private volatile @Nullable DeviceLostException lost;
    // Requests read, close writes: memory is freed when nobody uses it any more.
    private final ReentrantReadWriteLock use = new ReentrantReadWriteLock();

    /**
     * Takes a model over.
     *
     * @param name in messages
     * @param maxRunning requests that run at once, at least 1
     * @param maxQueued requests that may wait, at least 0
     * @param timeout longest time of a request, waiting included
     */
    public SharedModel(String name, M model, int maxRunning, int maxQueued, Duration timeout) {
        this.name = name;
        this.model = model;
        this.gate = new RequestGate(maxRunning, maxQueued);
        this.timeout = timeout;
    }

    /** Work that nobody waits for. */
    @FunctionalInterface
    public interface Aside<M, R> {

        /**
         * Does it.
         *
         * @param check to be run between its steps: throws if there is to be no other
         */
        R with(M model, Runnable check);
    }

    /**
     * A request comes: its time begins, and its turn is behind those that came before.
     *
     * @param cancelled whether its caller wants it no more
     * @param advice what a request that takes too long should do
     */
    public Arrival arrive(BooleanSupplier cancelled, String advice) {
        return arrive(cancelled, Deadline.in(timeout, advice));
    }

    /** More work of a request whose time began before; its turn is behind those that came until now. */
    public Arrival arrive(BooleanSupplier cancelled, Arrival earlier) {
        return arrive(cancelled, earlier.deadline());
    }

    private Arrival arrive(BooleanSupplier cancelled, Deadline deadline) {
        return new Arrival(this, admission, gate.ticket(), cancelled, deadline);
    }

    /** As {@link #admit(Arrival, Runnable)}, without anybody who hears that the request waits. */
    public Turn<M> admit(Arrival arrival) {
        return admit(arrival, () -> {});
    }

    /**
     * Waits on the caller's thread until a request has its place; the model is there until the turn is closed, by the same
     * thread. That is the request's end, and so is a refusal.
     *
     * @param waiting is run when the request begins to wait
     * @throws io.github.glimpse.GlimpseException if the queue is full, the time is over, the request is cancelled or the model is
     *     closed
     */
    public Turn<M> admit(Arrival arrival, Runnable waiting) {
        boolean admitted = false;
        try {
            arrival.ready();
            arrival.begin();
            inside.add(arrival);
            arrival.call(waiting);
            arrival.awaitPlace();
            Turn<M> turn = new Turn<>(this, model, arrival);
            enter();
            admitted = true;
            return turn;
        } finally {
            if (!admitted) {
                leave(arrival);
            }
        }
    }

    void end(Arrival arrival) {
        use.readLock().unlock();
        leave(arrival);
        freed.behind(arrival.worked(), !inside.isEmpty());
    }

    private void leave(Arrival arrival) {
        inside.remove(arrival);
        arrival.end();
    }

    /** Keeps the model alive until the lock is let go. */
    private void enter() {
        // Who only waits to free the model holds nobody up.
        if (!use.readLock().tryLock()) {
            throw closedError();
        }
        boolean open = false;
        try {
            checkOpen();
            open = true;
        } finally {
            if (!open) {
                use.readLock().unlock();
            }
        }
    }

    /**
     * Does work that nobody waits for and that takes no place.
     *
     * @param cancelled whether it is to end
     */
    public <R> R aside(BooleanSupplier cancelled, Aside<M, R> work) {
        Deadline deadline = Deadline.in(timeout, "nobody waits for it");
        Runnable check = () -> {
            checkUsable();
            if (cancelled.getAsBoolean()) {
                throw new GenerationCancelledException("The request was cancelled by its caller");
            }
            deadline.check();
        };
        return inUse(open -> {
            try {
                return work.with(open, check);
            } catch (DeviceLostException e) {
                failed(e);
                throw e;
            }
        });
    }

    /** Remembers that a request was answered, for {@link #state()}. */
    void answered() {
        failing = false;
    }

    /** Remembers what a request died of, for {@link #state()}. */
    void failed(Throwable problem) {
        if (problem instanceof DeviceLostException e) {
            lost = e;
        } else if (problem instanceof NativeLibraryException
                || problem instanceof NonFiniteNumbersException
                || problem instanceof OutOfMemoryError) {
            failing = true;
        }
    }

    /**
     * Reads something off the model at once, without waiting for a place.
     *
     * @throws EngineClosedException if it is closed
     */
    public <R> R inUse(Function<M, R> work) {
        enter();
        try {
            return work.apply(model);
        } finally {
            use.readLock().unlock();
        }
    }

    /**
     * Throws if it is closed.
     *
     * @throws EngineClosedException if so
     */
    public void checkOpen() {
        if (closed.get()) {
            throw closedError();
        }
    }

    /** Throws where no request can go on. */
    void checkUsable() {
        checkOpen();
        DeviceLostException first = lost;
        if (first != null) {
            throw new DeviceLostException(
                    "The GPU of the model " + name + " was lost by an earlier request (" + first.getMessage()
                            + "); restart the process",
                    first);
        }
    }

    String name() {
        return name;
    }

    EngineClosedException closedError() {
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
        if (!admission.isOpen()) {
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
    public boolean isIdle() {
        return admission.isOpen() && gate.active() == 0 && gate.queued() == 0;
    }

    /** Whether {@link #close()} was called. */
    public boolean isClosed() {
        return closed.get();
    }

    /** Refuses new requests. */
    public void shut() {
        admission.shut();
    }

    /** As {@link ModelEngine#drain} says. */
    public boolean drain(Duration limit) {
        admission.shut();
        // A listener that drains waits for the others, not for its own request.
        int own = use.getReadHoldCount() > 0 ? 1 : 0;
        ProcessExit.Hold answering = ProcessExit.hold();
        try {
            boolean finished = admission.awaitAtMost(own, limit);
            if (!finished && admission.expel()) {
                inside.forEach(Arrival::expire);
                admission.awaitAtMost(own, LAST_WORDS);
            }
            return finished;
        } finally {
            answering.close();
        }
    }

    /** As {@link ModelEngine#resume} says. */
    public void resume() {
        if (!closed.get() && !admission.isOpen()) {
            admission.open();
        }
    }

    /**
     * Refuses new requests, lets running ones end at their next step, then closes the model. Called by a listener, that is inside
     * a request, it returns at once and the model is closed when that request has ended. If requests do not end within a few
     * seconds it returns too, with a warning, and the model is closed when the last of them has.
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
    public void close(Runnable first) {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        ProcessExit.Hold ending = ProcessExit.hold();
        try {
            admission.shut();
            first.run();
            close(use.getReadHoldCount() > 0);
        } finally {
            ending.close();
        }
    }

    private void close(boolean ofOneself) {
        if (ofOneself) {
            // This thread's own request holds what freeing waits for.
            freeLater();
        } else {
            inside.forEach(Arrival::expire);
            if (isUnusedWithin(PATIENCE)) {
                free();
            } else {
                LOG.warn(
                        "The model {} is closed, but {} of its requests are still inside a step or somebody else's code; its"
                                + " native memory is freed when they come back",
                        name,
                        use.getReadLockCount());
                freeLater();
            }
        }
    }

    /** Whether nobody uses the model any more, which stays so if this thread says yes: it holds the lock then. */
    private boolean isUnusedWithin(Duration limit) {
        boolean interrupted = false;
        long end = System.nanoTime() + limit.toNanos();
        try {
            while (true) {
                try {
                    return use.writeLock().tryLock(end - System.nanoTime(), TimeUnit.NANOSECONDS);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void freeLater() {
        Thread thread = new Thread(
                () -> {
                    use.writeLock().lock();
                    free();
                },
                "glimpse-close");
        thread.setDaemon(true);
        thread.start();
    }

    /** By the thread that holds the lock, and lets it go. */
    private void free() {
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
