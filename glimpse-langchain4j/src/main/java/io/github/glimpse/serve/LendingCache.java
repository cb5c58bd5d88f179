package io.github.glimpse.serve;

import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.engine.Weights;
import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Remembers values in native memory under names that say all that decides them. The longest unused goes first when room is short, and
 * everything goes after its time. Of those who want the same value at once, one {@linkplain #begin computes} it.
 *
 * <p>Values are lent: a {@link Lease} keeps one alive, also when it leaves the cache meanwhile. What does not fit is lent once and
 * freed with its lease. Safe for concurrent use.
 *
 * @param <V> whose tensors belong to the scope that comes with it
 */
public final class LendingCache<V> implements AutoCloseable {

    private final long maxBytes;
    private final Duration timeToLive;
    private final LongSupplier nanos;
    private final MemoryBudget memory;
    private final @Nullable Weights weights;
    // From the longest unused to the last used.
    private final Map<String, Entry> entries = new LinkedHashMap<>(16, 0.75f, true);
    private final Map<String, Computation> computed = new HashMap<>();
    private long bytes;
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
        this.memory = memory;
        memory.reclaimBy(this::reclaim);
    }

    /** What a request uses that begins now: this one, or one that remembers nothing where later bits will be others. */
    public LendingCache<V> now() {
        return weights == null || weights.isSettled()
                ? this
                : new LendingCache<>(0, timeToLive, nanos, new MemoryBudget(1, "nothing"));
    }

    /** What is remembered under a name if it will do, or null. */
    public synchronized @Nullable Lease find(String key, Predicate<V> willDo) {
        dropExpired();
        Entry entry = entries.get(key);
        if (entry == null || !willDo.test(entry.value)) {
            return null;
        }
        hits++;
        return lend(entry);
    }

    /** Whether somebody computes a value. */
    public synchronized boolean isComputed(String key) {
        return computed.containsKey(key);
    }

    /**
     * A value that was not found is computed from now on, unless another computes it already or has done so by now. Whoever does waits
     * for nobody before it has ended.
     *
     * @return null if there is nothing to compute
     */
    public synchronized @Nullable Computation begin(String key, Predicate<V> willDo) {
        Entry entry = entries.get(key);
        if (computed.containsKey(key) || (entry != null && willDo.test(entry.value))) {
            return null;
        }
        Computation computation = new Computation(key);
        // What is not remembered is nobody else's.
        if (maxBytes > 0) {
            computed.put(key, computation);
        }
        return computation;
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

    private synchronized @Nullable Computation computation(String key) {
        return computed.get(key);
    }

    private synchronized void end(Computation computation) {
        computed.remove(computation.key, computation);
        computation.ended.countDown();
    }

    /**
     * Takes a value over that is not to be remembered, and lends it.
     *
     * @param scope owns its tensors; closed by this cache
     */
    public synchronized Lease lendOnce(V value, TensorScope scope) {
        return lend(new Entry(value, scope, 0));
    }

    /**
     * Takes a value over and lends it.
     *
     * @param scope owns its tensors; closed by this cache
     * @param size bytes that they hold
     */
    public synchronized Lease add(String key, V value, TensorScope scope, long size) {
        misses++;
        Entry entry = new Entry(value, scope, size);
        Entry former = entries.remove(key);
        if (former != null) {
            forget(former);
        }
        // Nothing is forgotten for what finds no room all the same.
        if (size <= maxBytes && memory.mayRemember(Math.min(size, maxBytes - bytes))) {
            makeRoom(size);
            if (memory.remember(size)) {
                entries.put(key, entry);
                entry.listed = true;
                entry.counted = true;
                bytes += size;
            }
        }
        return lend(entry);
    }

    private void makeRoom(long size) {
        Iterator<Entry> oldest = entries.values().iterator();
        while (bytes + size > maxBytes) {
            Entry last = oldest.next();
            oldest.remove();
            forget(last);
        }
    }

    /** Frees what nobody uses, the longest unused first. */
    private synchronized long reclaim(long wanted) {
        long freed = 0;
        Iterator<Entry> oldest = entries.values().iterator();
        while (freed < wanted && oldest.hasNext()) {
            Entry entry = oldest.next();
            if (entry.users == 0) {
                oldest.remove();
                forget(entry);
                freed += entry.size;
            }
        }
        return freed;
    }

    /** Values that were found. */
    public synchronized long hits() {
        return hits;
    }

    /** Values that were not there, and computed. */
    public synchronized long misses() {
        return misses;
    }

    /** Values in it now. */
    public synchronized int size() {
        dropExpired();
        return entries.size();
    }

    /** Native memory that it holds now. */
    public synchronized long bytes() {
        dropExpired();
        return bytes;
    }

    /** Scopes and tensors of what is remembered. */
    public synchronized int liveResources() {
        return entries.values().stream()
                .mapToInt(entry -> entry.scope.liveResources())
                .sum();
    }

    /** Empties it and counts from 0, as if nothing had been asked. */
    public synchronized void forgetAll() {
        close();
        hits = 0;
        misses = 0;
    }

    /** Empties it. What is lent lives until it is given back. */
    @Override
    public synchronized void close() {
        entries.values().forEach(this::forget);
        entries.clear();
    }

    private Lease lend(Entry entry) {
        entry.users++;
        entry.lastUse = nanos.getAsLong();
        return new Lease(entry);
    }

    private synchronized void giveBack(Entry entry) {
        entry.users--;
        entry.freeIfUnused();
    }

    private void dropExpired() {
        long now = nanos.getAsLong();
        entries.values().removeIf(entry -> {
            boolean expired = now - entry.lastUse > timeToLive.toNanos();
            if (expired) {
                forget(entry);
            }
            return expired;
        });
    }

    private void forget(Entry entry) {
        entry.listed = false;
        bytes -= entry.size;
        entry.freeIfUnused();
    }

    private final class Entry {

        private final V value;
        private final TensorScope scope;
        private final long size;
        private int users;
        private boolean listed;
        private boolean counted;
        private long lastUse;

        private Entry(V value, TensorScope scope, long size) {
            this.value = value;
            this.scope = scope;
            this.size = size;
        }

        private void freeIfUnused() {
            if (users == 0 && !listed) {
                scope.close();
                if (counted) {
                    counted = false;
                    memory.forget(size);
                }
            }
        }
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

    /** A value on loan. Closing gives it back. */
    public final class Lease implements AutoCloseable {

        private final Entry entry;
        private boolean returned;

        private Lease(Entry entry) {
            this.entry = entry;
        }

        /** Valid until this lease is closed. Not to be changed. */
        public V value() {
            return entry.value;
        }

        @Override
        public void close() {
            if (!returned) {
                returned = true;
                giveBack(entry);
            }
        }
    }
}
