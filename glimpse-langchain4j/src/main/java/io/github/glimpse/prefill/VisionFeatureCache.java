package io.github.glimpse.prefill;

import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.engine.Weights;
import io.github.glimpse.model.VisionFeatures;
import io.github.glimpse.nn.TowerReadout;
import io.github.glimpse.serve.MemoryBudget;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Remembers what the vision tower made of the pictures seen last, by the bytes of their files. The longest unused goes first
 * when room is short, and everything goes after its time.
 *
 * <p>Features are lent: a {@link Lease} keeps them alive, also when they leave the cache meanwhile. What does not fit is lent
 * once and freed with its lease. Safe for concurrent use.
 */
public final class VisionFeatureCache implements AutoCloseable {

    private final long maxBytes;
    private final Duration timeToLive;
    private final LongSupplier nanos;
    private final MemoryBudget memory;
    private final @Nullable Weights weights;
    // From the longest unused to the last used.
    private final Map<String, Entry> entries = new LinkedHashMap<>(16, 0.75f, true);
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
    public VisionFeatureCache(long maxBytes, Duration timeToLive, LongSupplier nanos, MemoryBudget memory) {
        this(maxBytes, timeToLive, nanos, memory, null);
    }

    /**
     * The same, for the tower of a model.
     *
     * @param weights of the model: before they are settled nothing is remembered
     */
    public VisionFeatureCache(
            long maxBytes, Duration timeToLive, LongSupplier nanos, MemoryBudget memory, @Nullable Weights weights) {
        this.weights = weights;
        this.maxBytes = maxBytes;
        this.timeToLive = timeToLive;
        this.nanos = nanos;
        this.memory = memory;
        memory.reclaimBy(this::reclaim);
    }

    /** What a request uses that begins now: this one, or one that remembers nothing where later bits will be others. */
    VisionFeatureCache now() {
        return weights == null || weights.isSettled()
                ? this
                : new VisionFeatureCache(0, timeToLive, nanos, new MemoryBudget(1, "nothing"));
    }

    /** The name of a picture's file, or of a video's: their SHA-256. */
    static String key(List<byte[]> files) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            byte[] ofAll = digest.digest(files.get(0));
            for (byte[] file : files.subList(1, files.size())) {
                digest.update(ofAll);
                ofAll = digest.digest(file);
            }
            return HexFormat.of().formatHex(ofAll);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }

    /** Features of a picture with at least these readouts, or null. */
    public synchronized @Nullable Lease find(String key, Set<TowerReadout> readouts) {
        dropExpired();
        Entry entry = entries.get(key);
        if (entry == null || !entry.features.has(readouts)) {
            misses++;
            return null;
        }
        hits++;
        return lend(entry);
    }

    /**
     * Takes features over that are not to be remembered, and lends them.
     *
     * @param scope owns them; closed by this cache
     */
    synchronized Lease lendOnce(VisionFeatures features, List<TowerDecision> decisions, TensorScope scope) {
        return lend(new Entry(features, decisions, scope, 0));
    }

    /**
     * Takes features over and lends them.
     *
     * @param decisions the cuts on the way
     * @param scope owns them; closed by this cache
     * @param size bytes that they hold
     */
    public synchronized Lease add(
            String key, VisionFeatures features, List<TowerDecision> decisions, TensorScope scope, long size) {
        Entry entry = new Entry(features, decisions, scope, size);
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

    /** Pictures that were found. */
    public synchronized long hits() {
        return hits;
    }

    /** Pictures that were not there. */
    public synchronized long misses() {
        return misses;
    }

    /** Pictures in it now. */
    public synchronized int pictures() {
        dropExpired();
        return entries.size();
    }

    /** Native memory that it holds now. */
    public synchronized long bytes() {
        dropExpired();
        return bytes;
    }

    /** Scopes and tensors of remembered pictures. */
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

    /** Empties it. Lent features live until they are given back. */
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

        private final VisionFeatures features;
        private final List<TowerDecision> decisions;
        private final TensorScope scope;
        private final long size;
        private int users;
        private boolean listed;
        private boolean counted;
        private long lastUse;

        private Entry(VisionFeatures features, List<TowerDecision> decisions, TensorScope scope, long size) {
            this.features = features;
            this.decisions = decisions;
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

    /** Features on loan. Closing gives them back. */
    public final class Lease implements AutoCloseable {

        private final Entry entry;
        private boolean returned;

        private Lease(Entry entry) {
            this.entry = entry;
        }

        /** Valid until this lease is closed. Not to be changed. */
        public VisionFeatures features() {
            return entry.features;
        }

        /** The cuts on the way to these features, in order. */
        List<TowerDecision> decisions() {
            return entry.decisions;
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
