package io.github.glimpse.serve;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * When what requests have freed goes back to the system: it stays for those that come, but not for ever, and not in the areas of threads that are
 * gone. Giving it back takes some milliseconds, in which other threads wait for the allocator, and so does finding it again; so it is done behind
 * a second of work, and however many requests work at once not sooner than a second after the last time, unless none is left. Safe for concurrent use.
 */
final class MemoryReturn {

    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private final LongSupplier nanos;
    private final Runnable giveBack;
    private final AtomicLong worked = new AtomicLong();
    private volatile long last;

    /**
     * @param nanos the time, as {@link System#nanoTime()} tells it
     * @param giveBack gives it back
     */
    MemoryReturn(LongSupplier nanos, Runnable giveBack) {
        this.nanos = nanos;
        this.giveBack = giveBack;
        this.last = nanos.getAsLong();
    }

    /**
     * A request has ended.
     *
     * @param work how long it worked
     * @param othersInside whether requests are left
     */
    void behind(Duration work, boolean othersInside) {
        long all = worked.addAndGet(work.toNanos());
        long now = nanos.getAsLong();
        boolean due = all >= SECOND && (!othersInside || now - last >= SECOND);
        if (due && worked.compareAndSet(all, 0)) {
            last = now;
            giveBack.run();
        }
    }
}
