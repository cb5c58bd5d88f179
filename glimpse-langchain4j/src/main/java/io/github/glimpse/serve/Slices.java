package io.github.glimpse.serve;

import io.github.glimpse.GenerationCancelledException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Work in slices, of one thread: see {@link StepScheduler#begin}. */
public final class Slices implements AutoCloseable {

    /** After so long whoever waits asks again whether to go on. */
    static final long CHECK_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    // Between two layers lie a cut and what its listeners are told.
    private static final int TURNS_TO_JOIN = 4;

    private enum Place {
        /** Waits for its turn. */
        WAITS,
        /** Has an offer, which waits for its turn or for that of one that it joins. */
        OFFERS,
        /** Computes, in a place of its own. */
        RUNS,
        /** Another has computed its offer; comes to its next one without a turn. */
        RIDES,
        /** Does something else, or has ended. */
        AWAY
    }

    private final SliceOrder order;
    private final boolean isShort;
    private final Runnable check;
    private int overtakings;
    private Place place = Place.WAITS;
    // Turns that it may take before those who offer, to come to an offer that joins theirs.
    private int turnsToJoin;
    private @Nullable JointOffer<?, ?> offer;
    private long began;

    Slices(SliceOrder order, boolean isShort, Runnable check) {
        this.order = order;
        this.isShort = isShort;
        this.check = check;
        this.turnsToJoin = isShort ? TURNS_TO_JOIN : 0;
    }

    boolean isShort() {
        return isShort;
    }

    boolean letsPass() {
        return !isShort && overtakings++ < SliceOrder.MOST_OVERTAKINGS;
    }

    boolean waits() {
        return place == Place.WAITS;
    }

    boolean offers() {
        return place == Place.OFFERS;
    }

    boolean rides() {
        return place == Place.RIDES;
    }

    boolean mayJoin() {
        return turnsToJoin > 0;
    }

    @Nullable
    JointOffer<?, ?> offer() {
        return offer;
    }

    /** Another has computed what this one offered. */
    void ride() {
        place = Place.RIDES;
        turnsToJoin = TURNS_TO_JOIN;
    }

    /** A slice has ended: goes on at once, or when others had their steps. */
    public void pause() {
        order.lock().lock();
        try {
            stop();
            place = Place.WAITS;
            if (isMyTurn()) {
                go();
                return;
            }
            order.changed().signalAll();
        } finally {
            order.lock().unlock();
        }
        awaitTurn();
    }

    /**
     * A slice has ended, and the next one can be computed with those of others: it is, as soon as it is the turn of one of them. Whoever did
     * not compute it goes on without a turn, and should do little before its next part or {@linkplain #pause pause}: the others wait, for
     * as long as the slice took.
     */
    public <T, U> U together(JointSlice<T, U> slice, T part) {
        JointOffer<T, U> mine = new JointOffer<>(this, slice, part);
        order.lock().lock();
        try {
            stop();
            place = Place.OFFERS;
            offer = mine;
            if (!isMyTurn()) {
                order.changed().signalAll();
            }
        } finally {
            order.lock().unlock();
        }
        return mine.await(check);
    }

    /** Ends the work whose offer it is, unless somebody computes that. */
    boolean withdrawn(JointOffer<?, ?> mine) {
        order.lock().lock();
        try {
            if (mine.isTaken() && !mine.isDone()) {
                return false;
            }
            close();
            return true;
        } finally {
            order.lock().unlock();
        }
    }

    /** Nobody takes its offer from now on: what it is of may be freed. */
    private void withdraw() {
        place = Place.AWAY;
        offer = null;
        order.remove(this);
    }

    /** Waits for a while, and computes what it offers if it is time. */
    boolean wasComputedSoon(JointOffer<?, ?> mine) {
        order.lock().lock();
        try {
            long left = CHECK_NANOS;
            while (!mine.isDone()) {
                if (mine.isTaken()) {
                    order.changed().awaitUninterruptibly();
                } else if (isMyTurn()) {
                    compute(mine);
                } else if (left <= 0) {
                    return false;
                } else {
                    left = order.places().await(left);
                }
            }
            return true;
        } catch (InterruptedException e) {
            if (!mine.isTaken()) {
                withdraw();
                throw interrupted(e);
            }
            Thread.currentThread().interrupt();
            return false;
        } finally {
            order.lock().unlock();
        }
    }

    /** Computes an offer and those that join it; the lock is open meanwhile. A failure is everybody's. */
    private <T, U> void compute(JointOffer<T, U> mine) {
        // All that a full heap can end comes before they are taken, since who is taken waits until it is done.
        List<JointOffer<T, U>> joined = mine.joined(order.all());
        order.count(joined.size());
        go();
        joined.forEach(Awaited::take);
        List<U> results = List.of();
        Throwable failure = null;
        order.lock().unlock();
        try {
            results = mine.compute(joined);
        } catch (RuntimeException | Error e) {
            failure = e;
        } finally {
            order.lock().lock();
        }
        for (int i = 0; i < joined.size(); i++) {
            joined.get(i).settle(failure == null ? results.get(i) : null, failure);
        }
        // The first is this one's own.
        for (int i = 1; i < joined.size(); i++) {
            joined.get(i).owner().ride();
        }
        if (joined.size() > 1) {
            order.ride(order.clock().getAsLong() - began);
        }
    }

    /** Does something that is no computing of the model, such as decoding a picture: others compute meanwhile. */
    public <T> T aside(Supplier<T> other) {
        order.lock().lock();
        try {
            stop();
            order.changed().signalAll();
        } finally {
            order.lock().unlock();
        }
        T result = other.get();
        order.lock().lock();
        try {
            place = Place.WAITS;
        } finally {
            order.lock().unlock();
        }
        awaitTurn();
        return result;
    }

    @Override
    public void close() {
        order.lock().lock();
        try {
            if (place == Place.RUNS) {
                stop();
            }
            withdraw();
        } finally {
            order.lock().unlock();
        }
    }

    void awaitTurn() {
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
        order.lock().lock();
        try {
            long left = CHECK_NANOS;
            while (!isMyTurn()) {
                if (left <= 0) {
                    return false;
                }
                left = order.places().await(left);
            }
            go();
            return true;
        } catch (InterruptedException e) {
            throw interrupted(e);
        } finally {
            order.lock().unlock();
        }
    }

    private boolean isMyTurn() {
        return order.first() == this
                && order.places().mayRunSlice()
                && (place != Place.OFFERS || order.areRidersHere());
    }

    private void go() {
        order.places().take();
        place = Place.RUNS;
        turnsToJoin--;
        began = order.clock().getAsLong();
    }

    private void stop() {
        if (place != Place.RUNS && place != Place.RIDES) {
            throw new IllegalStateException("The work has ended, and computes no more");
        }
        boolean hadPlace = place == Place.RUNS;
        place = Place.AWAY;
        if (hadPlace) {
            order.places().leave(order.clock().getAsLong() - began);
        }
    }

    static GenerationCancelledException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new GenerationCancelledException("The thread was interrupted while it waited", e);
    }
}
