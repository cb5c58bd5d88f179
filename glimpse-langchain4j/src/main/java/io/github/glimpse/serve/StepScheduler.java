package io.github.glimpse.serve;

import io.github.glimpse.GenerationCancelledException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Who computes next on a model. Sequences that wait for their next token take that step together; long work goes on in slices
 * between the steps, in as many places as have threads of their own. There is no thread of its own: whoever waits and sees
 * that it is time computes for all.
 *
 * <p>Long work is first come first served, but what is short goes before what is not, so that it does not wait for it. Nobody
 * is overtaken more than {@value #MOST_OVERTAKINGS} times, so that nobody waits for ever.
 *
 * <p>After a step, a slice may run for as long as its share of the time says, at least one at a time; what it took too much is
 * saved at the next. Where several pieces of work wait, slices get as many times more, up to {@value #LARGEST_SHARE} of the time: a
 * step costs about as much for one sequence as for many, so tokens are cheaper when all are there. Without a sequence that wants a token, slices follow one another. A sequence that does not come back in
 * time, because its listener is slow, is not waited for. Safe for concurrent use.
 *
 * @param <S> what a sequence brings for a step
 * @param <R> what it gets
 */
public final class StepScheduler<S, R> {

    /** The share of the time that the slices of one prompt get while both wait. */
    public static final double DEFAULT_SLICE_SHARE = 0.5;

    /** How often long work is overtaken by short work at most. */
    static final int MOST_OVERTAKINGS = 8;

    private static final double LARGEST_SHARE = 0.9;
    private static final long CHECK_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    // What lies between two tokens of a sequence is sampling and a listener: a step that leaves somebody out costs a
    // whole one more.
    private static final long LEAST_GATHERING_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final int GATHERING_PART = 20;

    private final Function<List<S>, List<R>> steps;
    private final double slicesPerStep;
    private final int places;
    private final LongSupplier clock;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    // All of these belong to the lock.
    private final List<Step> waiting = new ArrayList<>();
    private final Set<Sequence> sequences = new HashSet<>();
    // In the order in which it goes on.
    private final List<Slices> work = new ArrayList<>();
    private int computing;
    private boolean stepping;
    private long gatherUntil;
    private long budget;
    private int slicesSinceStep;
    private long lastSlice;
    private long stepsTaken;
    private long sequencesTaken;
    private long rightGuesses;
    private int mostSequences;

    /**
     * Nobody computes yet.
     *
     * @param steps takes a step of several sequences at once; called by one thread at a time, which may be another each time
     * @param places for computing side by side, at least 1: a step takes one, and each piece of work
     * @param sliceShare of the time that slices get of the last place while both wait, 0 to 0.9; at 0 one slice runs between two steps
     */
    public StepScheduler(Function<List<S>, List<R>> steps, int places, double sliceShare) {
        this(steps, places, sliceShare, System::nanoTime);
    }

    /** With a clock, in nanoseconds. */
    StepScheduler(Function<List<S>, List<R>> steps, int places, double sliceShare, LongSupplier clock) {
        if (places < 1) {
            throw new IllegalArgumentException("There are " + places + " places, there must be at least 1");
        }
        checkShare(sliceShare);
        this.steps = steps;
        this.places = places;
        this.clock = clock;
        this.slicesPerStep = sliceShare / (1 - sliceShare);
    }

    static void checkShare(double share) {
        if (!(share >= 0 && share <= LARGEST_SHARE)) {
            throw new IllegalArgumentException("prefill-share is " + share + ", it must be from 0 to " + LARGEST_SHARE);
        }
    }

    /** What has run so far. */
    public StepUse use() {
        lock.lock();
        try {
            return new StepUse(stepsTaken, sequencesTaken, sequencesTaken + rightGuesses, mostSequences);
        } finally {
            lock.unlock();
        }
    }

    /** Whether somebody has a sequence open, or long work that has begun or waits. */
    public boolean isUsed() {
        lock.lock();
        try {
            return !sequences.isEmpty() || !work.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /** Sequences that wait for a step. */
    int waiting() {
        lock.lock();
        try {
            return waiting.size();
        } finally {
            lock.unlock();
        }
    }

    /** Opens a sequence that will ask for steps. */
    public Sequence open() {
        lock.lock();
        try {
            Sequence sequence = new Sequence();
            sequences.add(sequence);
            return sequence;
        } finally {
            lock.unlock();
        }
    }

    /** Work in slices that has begun or waits for that. */
    int working() {
        lock.lock();
        try {
            return work.size();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Begins work on this thread, which computes from now on until it {@linkplain Slices#pause() pauses} or ends.
     *
     * @param isShort whether it goes before work that is not
     * @param check throws if it is to wait no longer
     */
    public Slices begin(boolean isShort, Runnable check) {
        Slices slices = new Slices(isShort, check);
        lock.lock();
        try {
            int place = work.size();
            while (isShort && place > 0 && work.get(place - 1).letsPass()) {
                place--;
            }
            work.add(place, slices);
        } finally {
            lock.unlock();
        }
        slices.awaitTurn();
        return slices;
    }

    /** One sequence, asked by one thread at a time. */
    public final class Sequence implements AutoCloseable {

        private boolean late;

        private Sequence() {}

        /**
         * Waits for the step that this takes together with others.
         *
         * @param check throws if it is to wait no longer; not asked while the step runs
         * @throws GenerationCancelledException if the thread is interrupted before the step begins, with its status set
         */
        public R next(S row, Runnable check) {
            Step step = new Step(this, row);
            lock.lock();
            try {
                late = false;
                waiting.add(step);
                changed.signalAll();
            } finally {
                lock.unlock();
            }
            while (!settledSoon(step)) {
                try {
                    check.run();
                } catch (RuntimeException e) {
                    if (withdrawn(step)) {
                        throw e;
                    }
                }
            }
            return step.result();
        }

        /** A guess that the last step ran turned out right: one token more, without a step of its own. */
        public void guessedRight() {
            lock.lock();
            try {
                rightGuesses++;
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void close() {
            lock.lock();
            try {
                sequences.remove(this);
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    /** Work in slices, of one thread. */
    public final class Slices implements AutoCloseable {

        private final boolean isShort;
        private final Runnable check;
        private int overtakings;
        private boolean waits = true;
        private boolean runs;
        private long began;

        private Slices(boolean isShort, Runnable check) {
            this.isShort = isShort;
            this.check = check;
        }

        private boolean letsPass() {
            return !isShort && overtakings++ < MOST_OVERTAKINGS;
        }

        /** A slice has ended: goes on at once, or when others had their steps. */
        public void pause() {
            lock.lock();
            try {
                stop();
                waits = true;
                if (isMyTurn()) {
                    go();
                    return;
                }
                changed.signalAll();
            } finally {
                lock.unlock();
            }
            awaitTurn();
        }

        /** Does something that is no computing of the model, such as decoding a picture: others compute meanwhile. */
        public <T> T aside(Supplier<T> other) {
            lock.lock();
            try {
                stop();
                changed.signalAll();
            } finally {
                lock.unlock();
            }
            T result = other.get();
            lock.lock();
            try {
                waits = true;
            } finally {
                lock.unlock();
            }
            awaitTurn();
            return result;
        }

        @Override
        public void close() {
            lock.lock();
            try {
                if (runs) {
                    stop();
                }
                work.remove(this);
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }

        private void awaitTurn() {
            try {
                while (!wentOnSoon()) {
                    check.run();
                }
            } catch (RuntimeException | Error e) {
                close();
                throw e;
            }
        }

        private boolean wentOnSoon() {
            lock.lock();
            try {
                long left = CHECK_NANOS;
                while (!isMyTurn()) {
                    if (left <= 0) {
                        return false;
                    }
                    left = await(left);
                }
                go();
                return true;
            } catch (InterruptedException e) {
                throw interrupted(e);
            } finally {
                lock.unlock();
            }
        }

        private boolean isMyTurn() {
            return first() == this && mayRunSlice();
        }

        private void go() {
            computing++;
            runs = true;
            waits = false;
            began = clock.getAsLong();
        }

        private void stop() {
            if (!runs) {
                throw new IllegalStateException("The work has ended, and computes no more");
            }
            long took = clock.getAsLong() - began;
            computing--;
            runs = false;
            lastSlice = took;
            slicesSinceStep++;
            budget = sequences.isEmpty() ? 0 : budget - took;
        }
    }

    /** What a sequence waits for. */
    private final class Step {

        private final Sequence sequence;
        private final S row;
        private boolean taken;
        private boolean done;
        private @Nullable R result;
        private @Nullable Throwable failure;

        private Step(Sequence sequence, S row) {
            this.sequence = sequence;
            this.row = row;
        }

        private R result() {
            if (failure instanceof RuntimeException e) {
                throw e;
            }
            if (failure instanceof Error e) {
                throw e;
            }
            return Objects.requireNonNull(result, "a step without a result");
        }
    }

    private static GenerationCancelledException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new GenerationCancelledException("The thread was interrupted while it waited", e);
    }

    /** Takes it back, unless it runs already. */
    private boolean withdrawn(Step step) {
        lock.lock();
        try {
            if (!step.taken) {
                waiting.remove(step);
                changed.signalAll();
            }
            return !step.taken;
        } finally {
            lock.unlock();
        }
    }

    /** Waits for a while, and computes if it is time. */
    private boolean settledSoon(Step step) {
        lock.lock();
        try {
            long left = CHECK_NANOS;
            while (!step.done) {
                if (isStepsTurn()) {
                    run();
                } else if (step.taken) {
                    changed.awaitUninterruptibly();
                } else if (left <= 0) {
                    return false;
                } else {
                    left = await(left);
                }
            }
            return true;
        } catch (InterruptedException e) {
            if (withdrawn(step)) {
                throw interrupted(e);
            }
            Thread.currentThread().interrupt();
            return false;
        } finally {
            lock.unlock();
        }
    }

    /** Waits until something changes or those who sample have had their time. */
    @SuppressWarnings("WaitNotInLoop") // all callers have one
    private long await(long nanos) throws InterruptedException {
        long gathering = gatherUntil - clock.getAsLong();
        long most = gathering > 0 ? Math.min(nanos, gathering) : nanos;
        return nanos - most + changed.awaitNanos(most);
    }

    private boolean isEverybodyHere() {
        return sequences.stream().filter(sequence -> !sequence.late).count() <= waiting.size()
                || clock.getAsLong() >= gatherUntil;
    }

    private boolean isStepsTurn() {
        boolean slicesFirst = computing == places - 1 && first() != null && mayRunSlice();
        return !stepping && computing < places && !waiting.isEmpty() && !slicesFirst && isEverybodyHere();
    }

    /** The long work that goes on next. */
    private @Nullable Slices first() {
        return work.stream().filter(slices -> slices.waits).findFirst().orElse(null);
    }

    /** There is a place, and it is not the last one that a step is waiting for, unless slices have time left. */
    private boolean mayRunSlice() {
        if (computing == places) {
            return false;
        }
        if (stepping || computing < places - 1 || (waiting.isEmpty() && isEverybodyHere())) {
            return true;
        }
        if (slicesSinceStep == 0) {
            return budget >= 0 || slicesPerStep == 0;
        }
        return lastSlice <= budget;
    }

    private double slicesPerStep() {
        return Math.min(slicesPerStep * Math.max(1, work.size()), LARGEST_SHARE / (1 - LARGEST_SHARE));
    }

    /** Takes the step of all that wait; the lock is open meanwhile. */
    private void run() {
        List<Step> taken = new ArrayList<>(waiting);
        waiting.clear();
        taken.forEach(step -> step.taken = true);
        // Those who are not here are not waited for until they come back.
        sequences.forEach(sequence -> sequence.late = true);
        taken.forEach(step -> step.sequence.late = false);
        computing++;
        stepping = true;
        stepsTaken++;
        sequencesTaken += taken.size();
        mostSequences = Math.max(mostSequences, taken.size());
        long began = clock.getAsLong();
        List<R> results = List.of();
        Throwable failure = null;
        lock.unlock();
        try {
            results = steps.apply(taken.stream().map(step -> step.row).toList());
        } catch (RuntimeException | Error e) {
            failure = e;
        } finally {
            lock.lock();
        }
        long now = clock.getAsLong();
        computing--;
        stepping = false;
        slicesSinceStep = 0;
        long took = now - began;
        gatherUntil = now + Math.max(LEAST_GATHERING_NANOS, took / GATHERING_PART);
        long more = (long) (took * slicesPerStep());
        budget = Math.min(more, budget + more);
        for (int i = 0; i < taken.size(); i++) {
            Step step = taken.get(i);
            step.done = true;
            step.failure = failure;
            step.result = failure == null ? results.get(i) : null;
        }
        changed.signalAll();
    }
}
