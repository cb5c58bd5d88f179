package io.github.glimpse.serve;

import io.github.glimpse.EngineBusyException;
import io.github.glimpse.GenerationCancelledException;
import io.github.glimpse.PromptTooLongException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Native memory that the requests of a model share. A request reserves an upper bound before it begins, gives back what it turns
 * out not to need, and all of it at its end, so that it never runs out of memory on its way. Those that find no room wait,
 * first come first served. What is remembered for later requests lies in the same budget and gives way to those that run.
 *
 * <p>Counts bytes; what they are for is its users' business. Safe for concurrent use.
 */
public final class MemoryBudget {

    private static final Logger LOG = LoggerFactory.getLogger(MemoryBudget.class);
    private static final long CHECK_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final double KIB = 1L << 10;
    private static final double MIB = 1L << 20;

    private final long limit;
    private final String property;
    private final List<LongUnaryOperator> reclaimers = new CopyOnWriteArrayList<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    // All of these belong to the lock.
    private final Deque<Object> waiting = new ArrayDeque<>();
    private long reserved;
    private long used;
    private long remembered;

    /**
     * All of it is free.
     *
     * @param limit bytes, at least 1
     * @param property by which a user sets it
     */
    public MemoryBudget(long limit, String property) {
        if (limit < 1) {
            throw new IllegalArgumentException("The budget has " + limit + " bytes, it must have at least 1");
        }
        this.limit = limit;
        this.property = property;
    }

    /**
     * What was given, else what is left; a system that does not tell what it has left is left to itself.
     *
     * @param given bytes, or null; more than are left are logged as a warning
     * @param left bytes that can be had now, negative if unknown
     * @param device whose memory it is, for the warning
     * @param property by which a user sets it
     */
    public static MemoryBudget of(@Nullable Long given, long left, String device, String property) {
        if (given == null) {
            return new MemoryBudget(left < 0 ? Long.MAX_VALUE / 4 : Math.max(1, left), property);
        }
        if (left >= 0 && given > left) {
            LOG.warn(
                    "{} allows {}, but {} can give {} now: requests that need it all may end the process; leave it out to"
                            + " take what there is",
                    property,
                    told(given),
                    device,
                    told(left));
        }
        return new MemoryBudget(given, property);
    }

    /**
     * Names somebody who remembers things that can be forgotten.
     *
     * @param reclaim forgets so many bytes if it can, and tells how many; called without a lock
     */
    public void reclaimBy(LongUnaryOperator reclaim) {
        reclaimers.add(reclaim);
    }

    /** All there is. */
    public long limit() {
        return limit;
    }

    private static String told(long bytes) {
        return bytes < MIB
                ? String.format(Locale.ROOT, "%.1f KiB", bytes / KIB)
                : String.format(Locale.ROOT, "%.1f MiB", bytes / MIB);
    }

    /** What it is used for now. */
    public MemoryUse use() {
        lock.lock();
        try {
            return new MemoryUse(limit, reserved, used, remembered, waiting.size());
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits for room and takes it.
     *
     * @param bytes at least 0
     * @param what needs them, for the message, such as {@code a prompt of 1,336 tokens}
     * @param check throws if there is no more waiting
     * @throws PromptTooLongException if there can never be so much; nothing has been waited for
     * @throws GenerationCancelledException if the thread is interrupted, with its status set
     */
    public Reservation reserve(long bytes, String what, Runnable check) {
        if (bytes > limit) {
            throw new PromptTooLongException(String.format(
                    Locale.ROOT,
                    "%s needs up to %s of native memory, %s allows %s for all requests; send fewer or smaller"
                            + " images or less text, ask for fewer tokens, or raise it",
                    what,
                    told(bytes),
                    property,
                    told(limit)));
        }
        Object ticket = new Object();
        lock.lock();
        try {
            waiting.add(ticket);
            // Under the same lock: one that finds room at once is never seen to wait.
            if (taken(ticket, bytes)) {
                return new Reservation(bytes);
            }
        } finally {
            lock.unlock();
        }
        boolean taken = false;
        try {
            while (!taken) {
                taken = takenSoon(ticket, bytes);
                if (!taken) {
                    check.run();
                }
            }
            return new Reservation(bytes);
        } finally {
            if (!taken) {
                lock.lock();
                try {
                    waiting.remove(ticket);
                    changed.signalAll();
                } finally {
                    lock.unlock();
                }
            }
        }
    }

    /** Takes room as the first of those that wait, or waits for a while. */
    private boolean takenSoon(Object ticket, long bytes) {
        long missing;
        lock.lock();
        try {
            if (taken(ticket, bytes)) {
                return true;
            }
            missing = waiting.peek() == ticket && reserved + bytes <= limit ? missing(bytes) : 0;
        } finally {
            lock.unlock();
        }
        reclaim(missing);
        lock.lock();
        try {
            long left = CHECK_NANOS;
            while (!taken(ticket, bytes)) {
                if (left <= 0) {
                    return false;
                }
                left = changed.awaitNanos(left);
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new GenerationCancelledException("The thread was interrupted while it waited for memory", e);
        } finally {
            lock.unlock();
        }
    }

    private boolean taken(Object ticket, long bytes) {
        if (waiting.peek() != ticket || missing(bytes) > 0) {
            return false;
        }
        waiting.remove();
        reserved += bytes;
        changed.signalAll();
        return true;
    }

    /** Bytes that are missing for so many more; none are where it is not above 0. */
    private long missing(long more) {
        return reserved + remembered + more - limit;
    }

    /** Lets others forget so much, if it is above 0. */
    private void reclaim(long bytes) {
        long left = bytes;
        for (LongUnaryOperator reclaimer : reclaimers) {
            if (left > 0) {
                left -= reclaimer.applyAsLong(left);
            }
        }
    }

    /** Whether so much more could be remembered now, as things stand. */
    public boolean mayRemember(long bytes) {
        lock.lock();
        try {
            return waiting.isEmpty() && missing(bytes) <= 0;
        } finally {
            lock.unlock();
        }
    }

    /** Takes room for something to be remembered, if there is some and nobody waits for it. */
    public boolean remember(long bytes) {
        lock.lock();
        try {
            if (!waiting.isEmpty() || missing(bytes) > 0) {
                return false;
            }
            remembered += bytes;
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** What was remembered has been freed. */
    public void forget(long bytes) {
        lock.lock();
        try {
            remembered -= bytes;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Room of one request, given back when it is closed. Of one thread. */
    public final class Reservation implements AutoCloseable {

        private long bytes;
        private long inUse;
        private boolean closed;

        private Reservation(long bytes) {
            this.bytes = bytes;
        }

        /** Bytes that it has. */
        public long bytes() {
            return bytes;
        }

        /**
         * From now on so much is enough; the rest is others' at once.
         *
         * @throws EngineBusyException if it is more than before, and others have that now
         */
        public void settle(long enough) {
            long more = enough - bytes;
            if (more > 0) {
                grow(more);
                return;
            }
            change(more, 0);
        }

        private void grow(long more) {
            long missing;
            lock.lock();
            try {
                missing = missing(more);
            } finally {
                lock.unlock();
            }
            reclaim(missing);
            lock.lock();
            try {
                if (missing(more) > 0) {
                    throw new EngineBusyException(String.format(
                            Locale.ROOT,
                            "A pruning strategy kept more than its numbers allow, and the %s more that this takes are"
                                    + " in use; try again later, or raise %s",
                            told(more),
                            property));
                }
                reserved += more;
                bytes += more;
            } finally {
                lock.unlock();
            }
        }

        /** So much of it is in use now, for {@link MemoryUse#used()}. */
        public void uses(long now) {
            change(0, now - inUse);
        }

        private void change(long moreBytes, long moreInUse) {
            lock.lock();
            try {
                if (!closed) {
                    reserved += moreBytes;
                    bytes += moreBytes;
                    used += moreInUse;
                    inUse += moreInUse;
                    changed.signalAll();
                }
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void close() {
            change(-bytes, -inUse);
            closed = true;
        }
    }
}
