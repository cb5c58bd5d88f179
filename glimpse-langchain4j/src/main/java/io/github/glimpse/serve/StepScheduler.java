package io.github.glimpse.serve;

import io.github.glimpse.GenerationCancelledException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * Who computes next on a model. Sequences that wait for their next token take that step together; long work goes on in slices
 * between the steps, in as many places as have threads of their own. There is no thread of its own: whoever waits and sees
 * that it is time computes for all.
 *
 * <p>Long work is first come first served, but what is short goes before what is not, so that it does not wait for it. Nobody
 * is overtaken more than {@value SliceOrder#MOST_OVERTAKINGS} times, so that nobody waits for ever. Where several pieces of work have
 * the same {@linkplain Slices#together slice} before them, whoever's turn it is computes it for all.
 *
 * <p>After a step, a slice may run for as long as its share of the time says, at least one at a time; what it took too much is
 * saved at the next. Where several pieces of work wait, slices get more by the square of their number, up to
 * {@value #LARGEST_SHARE} of the time: a step costs about as much for one sequence as for many, so tokens are cheaper when all are there, and all
 * that wait wait for the slices of each. Without a sequence that wants a token, slices follow one another. A sequence that does not come back
 * in time, because its listener is slow, is not waited for. Safe for concurrent use.
 *
 * @param <S> what a sequence brings for a step
 * @param <R> what it gets
 */
public final class StepScheduler<S, R> {

    /** The share of the time that the slices of one prompt get while both wait. */
    public static final double DEFAULT_SLICE_SHARE = 0.7;

    private static final double LARGEST_SHARE = 0.9;
    // What lies between two tokens of a sequence is sampling and a listener: a step that leaves somebody out costs a
    // whole one more.
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
    private final SliceOrder work;
    private int computing;
    private boolean stepping;
    private long gatherUntil;
    private long budget;
    private int slicesSinceStep;
    private long lastSlice;
    private long lastStep;
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
        this.work = new SliceOrder(lock, changed, clock, new PlacesForSlices());
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
            return new StepUse(
                    stepsTaken,
                    sequencesTaken,
                    sequencesTaken + rightGuesses,
                    mostSequences,
                    work.slices(),
                    work.parts());
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

    /** Opens a sequence that will ask for steps, which wait for it. */
    public Sequence open() {
        Sequence sequence = sequence();
        sequence.begin();
        return sequence;
    }

    /** A sequence that no step waits for before it {@linkplain Sequence#begin() begins}. */
    public Sequence sequence() {
        return new Sequence();
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
        Slices slices = new Slices(work, isShort, check);
        lock.lock();
        try {
            work.add(slices);
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
         * Asks for a step soon: steps wait for it from now on, and where work in slices ends that was computed with that of others for as long as
         * those do. To be called before that work is closed.
         */
        public void begin() {
            lock.lock();
            try {
                if (sequences.isEmpty() && lastStep > 0) {
                    // Those who wait for the end of their prompts have their share before the first step, which then is
                    // one for all of them.
                    budget = shareOf(lastStep);
                    slicesSinceStep = 0;
                }
                sequences.add(this);
                gatherUntil = Math.max(gatherUntil, work.ridersUntil());
            } finally {
                lock.unlock();
            }
        }

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
            return step.await(check);
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

    private final class PlacesForSlices implements SliceOrder.Places {

        @Override
        public boolean mayRunSlice() {
            return StepScheduler.this.mayRunSlice();
        }

        @Override
        public void take() {
            computing++;
        }

        @Override
        public void leave(long nanosTaken) {
            computing--;
            lastSlice = nanosTaken;
            slicesSinceStep++;
            budget = sequences.isEmpty() ? 0 : budget - nanosTaken;
        }

        @Override
        public long await(long nanos) throws InterruptedException {
            return StepScheduler.this.await(nanos);
        }
    }

    /** What a sequence waits for. */
    private final class Step extends Awaited<R> {

        private final Sequence sequence;
        private final S row;

        private Step(Sequence sequence, S row) {
            this.sequence = sequence;
            this.row = row;
        }

        @Override
        boolean isDoneSoon() {
            return settledSoon(this);
        }

        @Override
        boolean withdraw() {
            return withdrawn(this);
        }
    }

    /** Takes it back, unless it runs already. */
    private boolean withdrawn(Step step) {
        lock.lock();
        try {
            if (!step.isTaken()) {
                waiting.remove(step);
                changed.signalAll();
            }
            return !step.isTaken();
        } finally {
            lock.unlock();
        }
    }

    /** Waits for a while, and computes if it is time. */
    private boolean settledSoon(Step step) {
        lock.lock();
        try {
            long left = Slices.CHECK_NANOS;
            while (!step.isDone()) {
                if (isStepsTurn()) {
                    run();
                } else if (step.isTaken()) {
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
                throw Slices.interrupted(e);
            }
            Thread.currentThread().interrupt();
            return false;
        } finally {
            lock.unlock();
        }
    }

    /** Waits until something changes, or those who sample or ride have had their time. */
    @SuppressWarnings("WaitNotInLoop") // all callers have one
    private long await(long nanos) throws InterruptedException {
        long now = clock.getAsLong();
        long most = nanos;
        for (long until : new long[] {gatherUntil, work.ridersUntil()}) {
            most = until > now ? Math.min(most, until - now) : most;
        }
        return nanos - most + changed.awaitNanos(most);
    }

    private boolean isEverybodyHere() {
        return sequences.stream().filter(sequence -> !sequence.late).count() <= waiting.size()
                || clock.getAsLong() >= gatherUntil;
    }

    private boolean isStepsTurn() {
        boolean slicesFirst = computing == places - 1 && work.first() != null && mayRunSlice();
        return !stepping
                && computing < places
                && !waiting.isEmpty()
                && !slicesFirst
                && isEverybodyHere()
                && work.areRidersHere();
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

    /** What slices have for a step that takes so long. */
    private long shareOf(long step) {
        int waiting = Math.max(1, work.size());
        return (long) (step * Math.min(slicesPerStep * waiting * waiting, LARGEST_SHARE / (1 - LARGEST_SHARE)));
    }

    /** Takes the step of all that wait; the lock is open meanwhile. */
    private void run() {
        // All that a full heap can end comes before they are taken, since who is taken waits until it is done.
        List<Step> taken = new ArrayList<>(waiting);
        List<S> rows = taken.stream().map(step -> step.row).toList();
        // Those who are not here are not waited for until they come back.
        sequences.forEach(sequence -> sequence.late = true);
        taken.forEach(step -> step.sequence.late = false);
        waiting.clear();
        taken.forEach(Awaited::take);
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
            results = steps.apply(rows);
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
        gatherUntil = now + Math.max(SliceOrder.LEAST_GATHERING_NANOS, took / GATHERING_PART);
        lastStep = took;
        long more = shareOf(took);
        budget = Math.min(more, budget + more);
        for (int i = 0; i < taken.size(); i++) {
            taken.get(i).settle(failure == null ? results.get(i) : null, failure);
        }
        changed.signalAll();
    }
}
