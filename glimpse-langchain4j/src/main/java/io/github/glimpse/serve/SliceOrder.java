package io.github.glimpse.serve;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The work in slices that has begun or waits for that, in the order in which it goes on: first come first served, but what is short goes before what
 * is not, which lets so many pass and no more. All methods are for whoever has the lock.
 */
final class SliceOrder {

    /** How often long work is overtaken by short work at most. */
    static final int MOST_OVERTAKINGS = 8;

    /** What those who ride, or sample a token, have time for at least. */
    static final long LEAST_GATHERING_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    /** Where slices run. */
    interface Places {

        /** Whether there is one for a slice. */
        boolean mayRunSlice();

        /** One is taken. */
        void take();

        /** One is free again. */
        void leave(long nanosTaken);

        /** Waits for so long at most, or until something changes; the time that is left. */
        long await(long nanos) throws InterruptedException;
    }

    private final ReentrantLock lock;
    private final Condition changed;
    private final LongSupplier clock;
    private final Places places;
    private final List<Slices> work = new ArrayList<>();
    private long ridersUntil;
    private long slices;
    private long parts;

    SliceOrder(ReentrantLock lock, Condition changed, LongSupplier clock, Places places) {
        this.lock = lock;
        this.changed = changed;
        this.clock = clock;
        this.places = places;
    }

    ReentrantLock lock() {
        return lock;
    }

    Condition changed() {
        return changed;
    }

    LongSupplier clock() {
        return clock;
    }

    Places places() {
        return places;
    }

    int size() {
        return work.size();
    }

    boolean isEmpty() {
        return work.isEmpty();
    }

    List<Slices> all() {
        return work;
    }

    void add(Slices slices) {
        int place = work.size();
        while (slices.isShort() && place > 0 && work.get(place - 1).letsPass()) {
            place--;
        }
        work.add(place, slices);
    }

    void remove(Slices slices) {
        work.remove(slices);
        changed.signalAll();
    }

    /** A slice of so many parts is computed. */
    void count(int joined) {
        slices++;
        parts += joined;
    }

    /** Slices that could be computed with others. */
    long slices() {
        return slices;
    }

    /** Their parts. */
    long parts() {
        return parts;
    }

    /** What goes on next: before what is offered comes what may yet join it. */
    @Nullable
    Slices first() {
        Slices offered = null;
        for (Slices one : work) {
            if (one.waits() && (offered == null || one.mayJoin())) {
                return one;
            }
            if (one.offers() && offered == null) {
                offered = one;
            }
        }
        return offered;
    }

    /** Those who ride have come back, or had their time. */
    boolean areRidersHere() {
        return work.stream().noneMatch(Slices::rides) || clock.getAsLong() >= ridersUntil;
    }

    /** Some ride from now on, behind a slice that took so long. */
    void ride(long nanosTaken) {
        ridersUntil = clock.getAsLong() + Math.max(LEAST_GATHERING_NANOS, nanosTaken);
        changed.signalAll();
    }

    long ridersUntil() {
        return ridersUntil;
    }
}
