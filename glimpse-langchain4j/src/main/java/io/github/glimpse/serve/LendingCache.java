package io.github.glimpse.serve;

import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.engine.Weights;
import io.github.glimpse.serve.Remembered.Entry;
import io.github.glimpse.serve.Remembered.Loan;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * {@linkplain Remembered Remembers} values under names that say all that decides them. Of those who want the same value at once, one
 * {@linkplain #begin computes} it. What does not fit is lent once and freed behind that. Safe for concurrent use.
 *
 * @param <V> whose tensors belong to the scope that comes with it
 */
public final class LendingCache<V> implements AutoCloseable {

    private final long maxBytes;
    private final Duration timeToLive;
    private final LongSupplier nanos;
    private final @Nullable Weights weights;
    // Its monitor guards the rest.
    private final Remembered<V> values;
    private final Map<String, Entry<V>> entries = new HashMap<>();
    private final Map<String, Computation> computed = new HashMap<>();
    private long hits;
    private long misses;

    /**
     * An empty cache.
     *
     * @param maxBytes native memory for what is remembered; 0 remembers nothing
     * @param timeToLive from the last use
     * @param nanos the clock
     * @param memory what is remembered lies in it, and gives way to requests that run
     */
    public LendingCache(long maxBytes, Duration timeToLive, LongSupplier nanos, MemoryBudget memory) {
        this(maxBytes, timeToLive, nanos, memory, null);
    }

    /**
     * The same for what is made of weights.
     *
     * @param weights before they are settled nothing is remembered
     */
    public LendingCache(
            long maxBytes, Duration timeToLive, LongSupplier nanos, MemoryBudget memory, @Nullable Weights weights) {
        this.weights = weights;
        this.maxBytes = maxBytes;
        this.timeToLive = timeToLive;
        this.nanos = nanos;
        this.values = new Remembered<>(
                maxBytes, timeToLive, nanos, memory, gone -> entries.values().remove(gone));
    }

    /** What a request uses that begins now: this one, or one that remembers nothing where later bits will be others. */
    public LendingCache<V> now() {
        return weights == null || weights.isSettled()
                ? this
                : new LendingCache<>(0, timeToLive, nanos, new MemoryBudget(1, "nothing"));
    }

    /** What is remembered under a name if it will do, or null. */
    public @Nullable Loan<V> find(String key, Predicate<V> willDo) {
        synchronized (values) {
            values.dropExpired();
            Entry<V> entry = entries.get(key);
            if (entry == null || !willDo.test(entry.value())) {
                return null;
            }
            hits++;
            return values.lend(entry);
        }
    }

    /** Whether somebody computes a value. */
    public boolean isComputed(String key) {
        return computation(key) != null;
    }

    /**
     * A value that was not found is computed from now on, unless another computes it already or has done so by now. Whoever does waits
     * for nobody before it has ended.
     *
     * @return null if there is nothing to compute
     */
    public @Nullable Computation begin(String key, Predicate<V> willDo) {
        synchronized (values) {
            Entry<V> entry = entries.get(key);
            if (computed.containsKey(key) || (entry != null && willDo.test(entry.value()))) {
                return null;
            }
            Computation computation = new Computation(key);
            // What is not remembered is nobody else's.
            if (maxBytes > 0) {
                computed.put(key, computation);
            }
            return computation;
        }
    }

    /**
     * Waits for whoever computes a value.
     *
     * @param check throws if it is to wait no longer
     * @throws io.github.glimpse.GenerationCancelledException if the thread is interrupted, with its status set
     */
    public void await(String key, Runnable check) {
        Computation computation = computation(key);
        try {
            while (computation != null && !computation.ended.await(Slices.CHECK_NANOS, TimeUnit.NANOSECONDS)) {
                check.run();
            }
        } catch (InterruptedException e) {
            throw Slices.interrupted(e);
        }
    }

    private @Nullable Computation computation(String key) {
        synchronized (values) {
            return computed.get(key);
        }
    }

    private void end(Computation computation) {
        synchronized (values) {
            computed.remove(computation.key, computation);
        }
        computation.ended.countDown();
    }

    /**
     * Takes a value over that is not to be remembered, and lends it.
     *
     * @param scope owns its tensors; closed by this cache
     */
    public Loan<V> lendOnce(V value, TensorScope scope) {
        return values.lendOnce(value, scope);
    }

    /**
     * Takes a value over and lends it.
     *
     * @param scope owns its tensors; closed by this cache
     * @param size bytes that they hold
     */
    public Loan<V> add(String key, V value, TensorScope scope, long size) {
        synchronized (values) {
            misses++;
            Entry<V> former = entries.get(key);
            if (former != null) {
                values.forget(former);
            }
            if (!values.takeRoom(size)) {
                return values.lendOnce(value, scope);
            }
            Entry<V> entry = values.add(value, scope, size);
            entries.put(key, entry);
            return values.lend(entry);
        }
    }

    /** Values that were found. */
    public long hits() {
        synchronized (values) {
            return hits;
        }
    }

    /** Values that were not there, and computed. */
    public long misses() {
        synchronized (values) {
            return misses;
        }
    }

    /** Values in it now. */
    public int size() {
        return values.size();
    }

    /** Native memory that it holds now. */
    public long bytes() {
        return values.bytes();
    }

    /** Scopes and tensors of what is remembered. */
    public int liveResources() {
        return values.liveResources();
    }

    /** Empties it and counts from 0, as if nothing had been asked. */
    public void forgetAll() {
        synchronized (values) {
            close();
            hits = 0;
            misses = 0;
        }
    }

    /** Empties it. What is lent lives until it is given back. */
    @Override
    public void close() {
        values.forgetAll();
    }

    /** That a value is computed. Closing says that this has ended, one way or the other. */
    public final class Computation implements AutoCloseable {

        private final String key;
        private final CountDownLatch ended = new CountDownLatch(1);

        private Computation(String key) {
            this.key = key;
        }

        @Override
        public void close() {
            end(this);
        }
    }
}
