package io.github.glimpse.serve;

import io.github.glimpse.DeadlineExceededException;
import io.github.glimpse.EngineClosedException;
import io.github.glimpse.GenerationCancelledException;
import io.github.glimpse.GlimpseException;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A request that has come: its time runs, and its turn among the others is settled, whatever is done for it on which thread.
 * It is {@linkplain #ready() ready} to run when its pictures are there, and takes a place or queues from then on.
 *
 * <p>Whoever asks for one {@linkplain #close() closes} it. The engine watches over one that runs: if it is held up beyond its
 * time by somebody else's code, a listener or a stream's handler, others get its place, and the thread is interrupted in
 * there. Its native memory is freed when that thread comes back, never before. Safe for concurrent use.
 */
public final class Arrival implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Arrival.class);
    private static final long CHECK_MILLIS = 50;
    // Native calls end by themselves, and two requests in one place cost memory: they get the time once more.
    private static final int PATIENCE = 2;
    // A call that is about to return does so; what it throws when it is interrupted would be told as its fault.
    private static final Duration LAST_WORDS = Duration.ofMillis(500);
    private static final ScheduledThreadPoolExecutor CLOCK = clock();

    /** Of {@link #state}. */
    private enum State {
        ARRIVED,
        BEGUN,
        ENDED
    }

    private final SharedModel<?> model;
    private final Admission admission;
    private final RequestGate.Ticket ticket;
    private final BooleanSupplier cancelled;
    private final Deadline deadline;
    private final @Nullable AtomicBoolean expulsion;

    // All of these belong to this object's lock.
    private State state = State.ARRIVED;
    private @Nullable GlimpseException refusal;
    private boolean queued;
    private boolean ending;
    private boolean givenUp;
    private @Nullable Thread listening;
    private long called;
    private boolean interrupted;
    private @Nullable Future<?> watch;

    private static ScheduledThreadPoolExecutor clock() {
        ScheduledThreadPoolExecutor clock = new ScheduledThreadPoolExecutor(1, work -> {
            Thread thread = new Thread(null, work, "glimpse-deadlines", 0, false);
            thread.setDaemon(true);
            return thread;
        });
        clock.setRemoveOnCancelPolicy(true);
        clock.setKeepAliveTime(10, TimeUnit.SECONDS);
        clock.allowCoreThreadTimeOut(true);
        return clock;
    }

    /** Comes now; one that is not let in hears so when it asks. */
    Arrival(
            SharedModel<?> model,
            Admission admission,
            RequestGate.Ticket ticket,
            BooleanSupplier cancelled,
            Deadline deadline) {
        this.model = model;
        this.admission = admission;
        this.ticket = ticket;
        this.cancelled = cancelled;
        this.deadline = deadline;
        AtomicBoolean expelled = null;
        try {
            expelled = admission.enter(model::closedError);
        } catch (EngineClosedException e) {
            refusal = e;
        }
        this.expulsion = expelled;
    }

    /** How long it may take yet; zero or less if its time is over. */
    public Duration left() {
        return deadline.left();
    }

    /** That the time is over, with what most of it went to and what to do. */
    public DeadlineExceededException exceeded() {
        return deadline.exceeded();
    }

    Deadline deadline() {
        return deadline;
    }

    /** Fetches pictures, for no longer than is {@linkplain #left() left}; the time that it takes is told as such. */
    public <T> T fetch(Supplier<T> fetching) {
        return during(Deadline.Phase.FETCHING, fetching);
    }

    /** Waits for frames of a video file; the time that it takes is told as such. */
    public <T> T decode(Supplier<T> waiting) {
        return during(Deadline.Phase.DECODING, waiting);
    }

    /** Waits for a model that is still loading; the time that it takes is told as such. */
    public <T> T load(Supplier<T> waiting) {
        return during(Deadline.Phase.LOADING, waiting);
    }

    /** Time that it has waited, for its place and for the model. */
    public Duration waited() {
        return deadline.spent(Deadline.Phase.WAITING, Deadline.Phase.LOADING);
    }

    /** Time that it has computed until now. */
    Duration worked() {
        deadline.enter(Deadline.Phase.WORKING);
        return deadline.spent(Deadline.Phase.WORKING);
    }

    private <T> T during(Deadline.Phase phase, Supplier<T> work) {
        Deadline.Phase before = deadline.enter(phase);
        try {
            return work.get();
        } finally {
            deadline.enter(before);
        }
    }

    /**
     * Its pictures are there: from now on it has a place or waits for one. Waits for nothing and throws nothing: if too many wait
     * already, or the time is over, the engine says so when it is asked.
     */
    public synchronized void ready() {
        if (queued || refusal != null || state == State.ENDED) {
            return;
        }
        queued = true;
        deadline.enter(Deadline.Phase.WAITING);
        try {
            check();
            ticket.queue();
            // Whoever is to begin may be held up too.
            watchIn(Math.max(CHECK_MILLIS, deadline.left().toMillis()));
        } catch (GlimpseException e) {
            refusal = e;
        }
    }

    /**
     * Returns if it may go on.
     *
     * @throws EngineClosedException if the engine shuts down or is closed
     * @throws io.github.glimpse.DeviceLostException if its GPU has failed for good
     * @throws GenerationCancelledException if it was cancelled
     * @throws DeadlineExceededException if its time is over
     */
    public void check() {
        GlimpseException reason;
        synchronized (this) {
            reason = refusal;
        }
        if (reason != null) {
            throw reason;
        }
        model.checkUsable();
        if (expulsion != null && expulsion.get()) {
            throw model.closedError();
        }
        if (cancelled.getAsBoolean()) {
            throw new GenerationCancelledException("The request was cancelled by its caller");
        }
        deadline.check();
    }

    /**
     * Its work begins, on this thread, and {@linkplain #end() ends} there.
     *
     * @throws GlimpseException why it may not
     */
    synchronized void begin() {
        if (state != State.ARRIVED) {
            deadline.check();
            throw new GenerationCancelledException("The request was given up before it began");
        }
        check();
        state = State.BEGUN;
    }

    /** Waits for its place. */
    void awaitPlace() {
        during(Deadline.Phase.WAITING, () -> {
            ticket.await(this::check);
            return ticket;
        });
        // A place that was given up meanwhile is none.
        check();
        deadline.enter(Deadline.Phase.WORKING);
    }

    /** Calls somebody else's code: what is held up in there gives the place back when the time is over. */
    public void call(Runnable foreign) {
        synchronized (this) {
            listening = Thread.currentThread();
            called = System.nanoTime();
        }
        try {
            during(Deadline.Phase.LISTENING, () -> {
                foreign.run();
                return this;
            });
        } finally {
            synchronized (this) {
                listening = null;
                if (interrupted) {
                    // Meant for what was called, which has returned.
                    interrupted = false;
                    var unused = Thread.interrupted();
                    watchIn(CHECK_MILLIS);
                }
            }
        }
        if (isGivenUp()) {
            check();
        }
    }

    private synchronized boolean isGivenUp() {
        return givenUp;
    }

    private void watchIn(long millis) {
        if (watch != null) {
            watch.cancel(false);
        }
        watch = CLOCK.schedule(this::checkDeadline, millis, TimeUnit.MILLISECONDS);
    }

    private synchronized void checkDeadline() {
        if (state == State.ENDED) {
            return;
        }
        boolean over = ending || deadline.left().isNegative();
        boolean stuck = deadline.passed().compareTo(deadline.limit().multipliedBy(PATIENCE)) > 0;
        if (over && state == State.ARRIVED) {
            end();
            return;
        }
        if (over && listening != null) {
            giveUp();
            if (!interrupted && System.nanoTime() - called > LAST_WORDS.toNanos()) {
                interrupt(listening);
            }
        } else if (stuck && !givenUp) {
            giveUp();
            LOG.warn(
                    "A request to {} is held up by one step of the model or of a strategy for more than twice its time of {}:"
                            + " its place is free for others, its native memory is freed when the step has ended",
                    model.name(),
                    deadline.limit());
        }
        if (!interrupted) {
            watchIn(over ? CHECK_MILLIS : Math.max(CHECK_MILLIS, deadline.left().toMillis()));
        }
    }

    private void interrupt(Thread held) {
        LOG.warn(
                "A listener or a stream's handler holds up a request to {} {}: thread {} is interrupted; the request's place"
                        + " is free for others, its native memory is freed when the thread comes back",
                model.name(),
                ending ? "that has to end" : "whose time of " + deadline.limit() + " is over",
                held.getName());
        interrupted = true;
        held.interrupt();
    }

    /** It has to end now: nobody else's code keeps it. */
    synchronized void expire() {
        if (state != State.ENDED && !ending) {
            ending = true;
            watchIn(CHECK_MILLIS);
        }
    }

    private void giveUp() {
        if (!givenUp) {
            givenUp = true;
            leave();
        }
    }

    private void leave() {
        ticket.leave();
        if (expulsion != null) {
            admission.leave();
        }
    }

    /** Its work has ended, or never began. */
    synchronized void end() {
        if (state != State.ENDED) {
            state = State.ENDED;
            if (watch != null) {
                watch.cancel(false);
            }
            if (!givenUp) {
                leave();
            }
        }
    }

    /** Gives up what has not begun; what has ends by itself. */
    @Override
    public synchronized void close() {
        if (state == State.ARRIVED) {
            end();
        }
    }
}
