package io.github.glimpse.serve;

import io.github.glimpse.EngineBusyException;
import io.github.glimpse.GenerationCancelledException;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * How many requests run at once and how many may wait, first come first served. When a request came is settled by {@link
 * #ticket()}, however long it takes to get ready and whichever thread waits for it: a free place goes to the one that came
 * first of those that are ready.
 */
final class RequestGate {

    private static final long CHECK_MILLIS = 20;
    private static final int LAST_ONES = 8;

    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Long, Ticket> tickets = new TreeMap<>();
    private final int maxRunning;
    private final int maxQueued;
    private long numbers;
    private int active;
    // Nanoseconds that a request had its place; until one has left it, when the first one took its place.
    private long mean;
    private long firstBegan;

    RequestGate(int maxRunning, int maxQueued) {
        this.maxRunning = maxRunning;
        this.maxQueued = maxQueued;
    }

    /** The turn of a request that comes now. */
    Ticket ticket() {
        lock.lock();
        try {
            return new Ticket(numbers++);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Until one of those that come now would have room: by the time that the last ones had their places, and before the first of
     * them has left by the time that they have taken already.
     */
    private Duration untilRoom() {
        Duration room =
                mean == 0 ? Duration.ofNanos(System.nanoTime() - firstBegan) : Duration.ofNanos(mean / maxRunning);
        return Duration.ofSeconds(Math.max(1, room.toSeconds()));
    }

    /** Requests that have a place now. */
    int active() {
        lock.lock();
        try {
            return active;
        } finally {
            lock.unlock();
        }
    }

    /** Requests that wait for one now. */
    int queued() {
        lock.lock();
        try {
            return tickets.size();
        } finally {
            lock.unlock();
        }
    }

    /** The turn of one request. Safe for concurrent use. */
    final class Ticket {

        private final long number;
        private final Condition placed = lock.newCondition();
        private boolean hasPlace;
        private boolean over;
        private long began;

        private Ticket(long number) {
            this.number = number;
        }

        /**
         * Takes a place or queues for one; waits for nothing. Whoever did so calls {@link #leave()}.
         *
         * @throws EngineBusyException if too many wait already
         */
        void queue() {
            lock.lock();
            try {
                // A free place means that nobody waits: it would be taken.
                if (active < maxRunning) {
                    active++;
                    place();
                } else if (tickets.size() >= maxQueued) {
                    over = true;
                    Duration room = untilRoom();
                    throw new EngineBusyException(
                            "All " + maxRunning + " places are taken and " + maxQueued
                                    + " requests wait already; try again in " + room.toSeconds()
                                    + " s, or raise glimpse.concurrency.max-queued",
                            room);
                } else {
                    tickets.put(number, this);
                }
            } finally {
                lock.unlock();
            }
        }

        /**
         * Waits for the place. Does nothing where the turn was left before.
         *
         * @param check throws if there is no more waiting
         * @throws GenerationCancelledException if the thread is interrupted, with its status set
         */
        void await(Runnable check) {
            // Asked without the lock: whoever answers may have one of its own.
            while (!isSettledSoon()) {
                check.run();
            }
        }

        private boolean isSettledSoon() {
            lock.lock();
            try {
                long left = TimeUnit.MILLISECONDS.toNanos(CHECK_MILLIS);
                while (!hasPlace && !over && left > 0) {
                    left = placed.awaitNanos(left);
                }
                return hasPlace || over;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new GenerationCancelledException("The thread was interrupted while it waited", e);
            } finally {
                lock.unlock();
            }
        }

        private void place() {
            hasPlace = true;
            began = System.nanoTime();
            firstBegan = firstBegan == 0 ? began : firstBegan;
        }

        /** Gives the place to the next, or gives up waiting; further calls do nothing. */
        void leave() {
            lock.lock();
            try {
                if (!over) {
                    over = true;
                    tickets.remove(number);
                    if (hasPlace) {
                        long took = System.nanoTime() - began;
                        mean = mean == 0 ? took : mean + (took - mean) / LAST_ONES;
                        active--;
                        admit();
                    }
                }
            } finally {
                lock.unlock();
            }
        }

        private void admit() {
            var first = tickets.values().iterator();
            if (first.hasNext()) {
                Ticket next = first.next();
                first.remove();
                active++;
                next.place();
                next.placed.signal();
            }
        }
    }
}
