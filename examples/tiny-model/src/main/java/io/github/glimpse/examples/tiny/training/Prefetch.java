package io.github.glimpse.examples.tiny.training;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.LongFunction;

/**
 * Makes what the next steps need in a thread of its own. What is made depends on its number alone, so a resumed run sees the
 * same things. For one taker.
 *
 * @param <T> what is made
 */
final class Prefetch<T> implements AutoCloseable {

    private record Made<T>(long number, T value) {}

    private final BlockingQueue<Object> ready;
    private final Thread thread;

    /**
     * Starts to make.
     *
     * @param first number of the first
     * @param depth how many may lie ready
     */
    Prefetch(LongFunction<T> maker, long first, int depth) {
        ready = new LinkedBlockingQueue<>(depth);
        thread = new Thread(() -> make(maker, first), "drawing");
        thread.setDaemon(true);
        thread.start();
    }

    private void make(LongFunction<T> maker, long first) {
        try {
            for (long number = first; !Thread.interrupted(); number++) {
                ready.put(new Made<>(number, maker.apply(number)));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error failure) {
            hand(failure);
        }
    }

    /** The taker throws it again, behind what lies ready. */
    private void hand(Throwable failure) {
        try {
            ready.put(failure);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Takes the next.
     *
     * @param number its number, one more than the last one's
     */
    @SuppressWarnings("unchecked")
    T take(long number) {
        Object next;
        try {
            next = ready.take();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("The training was interrupted", e);
        }
        if (next instanceof Throwable failure) {
            throw new IllegalStateException("The drawing of sample " + number + " failed", failure);
        }
        Made<T> made = (Made<T>) next;
        if (made.number() != number) {
            throw new IllegalStateException("Sample " + made.number() + " is next, not " + number);
        }
        return made.value();
    }

    /** Waits for the one that is being made: what it needs may be freed next. */
    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
