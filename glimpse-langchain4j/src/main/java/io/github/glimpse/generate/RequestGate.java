package io.github.glimpse.generate;

import io.github.glimpse.EngineBusyException;
import io.github.glimpse.nn.CancellationPoint;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many requests run at once and how many may wait, first come first served.
 */
final class RequestGate {

    private static final long LOOK_MILLIS = 20;

    private final Semaphore places;
    private final int maxActive;
    private final int maxQueued;
    private final AtomicInteger waiting = new AtomicInteger();

    RequestGate(int maxActive, int maxQueued) {
        this.places = new Semaphore(maxActive, true);
        this.maxActive = maxActive;
        this.maxQueued = maxQueued;
    }

    /**
     * Waits for a place. Whoever gets one calls {@link #leave()}.
     *
     * @throws EngineBusyException if too many wait already
     */
    void enter(CancellationPoint cancellation) {
        if (places.tryAcquire()) {
            return;
        }
        if (waiting.incrementAndGet() > maxQueued) {
            waiting.decrementAndGet();
            throw new EngineBusyException("All " + maxActive + " places are taken and " + maxQueued
                    + " requests wait already; try again later, or raise glimpse.concurrency.max-queued");
        }
        try {
            while (!places.tryAcquire(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
                cancellation.check();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new io.github.glimpse.GenerationCancelledException("The thread was interrupted while it waited", e);
        } finally {
            waiting.decrementAndGet();
        }
    }

    void leave() {
        places.release();
    }

    /** Requests that run now. */
    int active() {
        return maxActive - places.availablePermits();
    }

    /** Requests that wait now. */
    int queued() {
        return waiting.get();
    }
}
