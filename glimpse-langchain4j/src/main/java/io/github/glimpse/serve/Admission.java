package io.github.glimpse.serve;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * Counts the requests that are inside, those that wait included, and lets no more in when it is shut. One lock for both, so
 * that none slips in between the decision to shut and the look whether anybody is left.
 */
final class Admission {

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private int inside;
    private boolean open = true;
    // Set for those inside when their time is up; the next ones get another.
    private AtomicBoolean expulsion = new AtomicBoolean();

    /**
     * Lets a request in, which calls {@link #leave()} at its end.
     *
     * @param refusal what is thrown if it is shut
     * @return true once the request has to end
     */
    AtomicBoolean enter(Supplier<? extends RuntimeException> refusal) {
        lock.lock();
        try {
            if (!open) {
                throw refusal.get();
            }
            inside++;
            return expulsion;
        } finally {
            lock.unlock();
        }
    }

    void leave() {
        lock.lock();
        try {
            inside--;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Lets nobody in from now on. */
    void shut() {
        lock.lock();
        try {
            open = false;
        } finally {
            lock.unlock();
        }
    }

    /** Lets requests in again. */
    void open() {
        lock.lock();
        try {
            open = true;
            expulsion = new AtomicBoolean();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    boolean isOpen() {
        lock.lock();
        try {
            return open;
        } finally {
            lock.unlock();
        }
    }

    /** Tells those inside to end, unless it is open again; whether it did. */
    boolean expel() {
        lock.lock();
        try {
            if (!open) {
                expulsion.set(true);
            }
            return !open;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until no more than {@code rest} requests are inside, or it is open again. An interruption ends the waiting and stays set.
     *
     * @return whether that came to be within the time
     */
    boolean awaitAtMost(int rest, Duration limit) {
        lock.lock();
        try {
            long left = limit.toNanos();
            while (inside > rest) {
                if (left <= 0 || open) {
                    return false;
                }
                left = changed.awaitNanos(left);
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            lock.unlock();
        }
    }
}
