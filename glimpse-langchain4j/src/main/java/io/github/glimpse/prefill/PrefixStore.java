package io.github.glimpse.prefill;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.nn.KeyValueRows;
import io.github.glimpse.serve.MemoryBudget;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Remembers the first layers of prompts that ran: keys and values of all rows in the layers before the first cut, the rows after
 * them, and in the layers behind only those of the rows before the first picture, which no cut ever changes. A prompt that begins
 * in the same way takes over what both have, and looks at its pictures anew. Never anything that a cut has left.
 *
 * <p>What is remembered is lent and not changed; a {@link Lease} keeps it alive, also when it leaves the store meanwhile. The
 * longest unused goes first when room is short, and everything goes after its time. Safe for concurrent use.
 */
public final class PrefixStore implements AutoCloseable {

    /** Fewer common rows are not worth a copy: they run in the same time. */
    private static final int LEAST_ROWS = 16;

    /** Templates end a prompt with so many rows at most that they write otherwise once an answer stands behind them. */
    private static final int ENDING_ROWS = 4;

    private final long maxBytes;
    private final Duration timeToLive;
    private final LongSupplier nanos;
    private final MemoryBudget memory;
    private final Supplier<TensorScope> scopes;
    // From the longest unused to the last used.
    private final List<Entry> entries = new ArrayList<>();
    private long bytes;
    private long hits;
    private long misses;
    private long rowsReused;
    private long rowsComputed;

    /**
     * An empty store.
     *
     * @param maxBytes native memory for what is remembered; 0 remembers nothing
     * @param timeToLive from the last use
     * @param nanos the clock
     * @param memory what is remembered lies in it, and gives way to requests that run
     * @param scopes opens a scope that outlives a request
     */
    public PrefixStore(
            long maxBytes, Duration timeToLive, LongSupplier nanos, MemoryBudget memory, Supplier<TensorScope> scopes) {
        this.maxBytes = maxBytes;
        this.timeToLive = timeToLive;
        this.nanos = nanos;
        this.memory = memory;
        this.scopes = scopes;
        memory.reclaimBy(this::reclaim);
    }

    /**
     * What is remembered of a prompt that begins in the same way, the one with the most rows; null if there is none.
     *
     * @param most rows that may be taken over
     * @param wholeRows whether the rows themselves are wanted besides keys and values, from the first on
     */
    synchronized @Nullable Lease find(PrefixKey key, int most, boolean wholeRows) {
        dropExpired();
        Lease best = null;
        for (Entry entry : entries) {
            int common = Math.min(most, key.common(entry.key));
            int behind = Math.min(common, entry.head);
            boolean sameDepth = entry.key.depth() == key.depth() && entry.meaningless <= (wholeRows ? 0 : behind);
            int rows = sameDepth ? common : behind;
            if (rows >= LEAST_ROWS
                    && (sameDepth || !wholeRows)
                    && (best == null || rows > best.rows || (rows == best.rows && behind >= best.head))) {
                boolean all = entry.isCoveredBy(key) && key.rows() > entry.key.rows() + ENDING_ROWS;
                best = new Lease(entry, rows, behind, sameDepth, all && rows >= entry.key.rows() - ENDING_ROWS);
            }
        }
        if (best == null) {
            misses++;
            return null;
        }
        hits++;
        Entry found = best.entry;
        entries.remove(found);
        entries.add(found);
        found.users++;
        found.lastUse = nanos.getAsLong();
        return best;
    }

    /**
     * Whether a prompt with these pictures and so many rows of text or more is remembered.
     *
     * @param files their names
     */
    synchronized boolean remembers(String scope, List<String> files, int text) {
        dropExpired();
        return entries.stream().anyMatch(entry -> entry.key.hasAll(scope, files) && entry.key.textRows() >= text);
    }

    /** A prompt has run. */
    synchronized void ran(int reused, int computed) {
        rowsReused += reused;
        rowsComputed += computed;
    }

    /**
     * Room for something new.
     *
     * @param size bytes that it will hold
     * @return null if there is no room, or nothing worth it
     */
    synchronized @Nullable Draft begin(PrefixKey key, long size) {
        dropExpired();
        // Nothing is forgotten for what finds no room all the same.
        if (size > maxBytes || key.rows() < LEAST_ROWS || !memory.mayRemember(Math.min(size, maxBytes - bytes))) {
            return null;
        }
        while (bytes + size > maxBytes && !entries.isEmpty()) {
            drop(entries.remove(0));
        }
        if (bytes + size > maxBytes) {
            return null;
        }
        Draft draft = new Draft(key, scopes.get(), size);
        if (!memory.remember(size)) {
            draft.scope.close();
            return null;
        }
        bytes += size;
        return draft;
    }

    private synchronized void publish(Entry entry) {
        // Whatever this one goes on from is in it.
        entries.removeIf(other -> {
            boolean covered = other.key.depth() == entry.key.depth()
                    && other.head <= entry.head
                    && other.meaningless >= entry.meaningless
                    && other.isCoveredBy(entry.key);
            if (covered) {
                drop(other);
            }
            return covered;
        });
        entry.listed = true;
        entry.lastUse = nanos.getAsLong();
        entries.add(entry);
    }

    private synchronized void discard(Draft draft) {
        draft.scope.close();
        bytes -= draft.size;
        memory.forget(draft.size);
    }

    /** Frees what nobody uses, the longest unused first. */
    private synchronized long reclaim(long wanted) {
        long freed = 0;
        Iterator<Entry> oldest = entries.iterator();
        while (freed < wanted && oldest.hasNext()) {
            Entry entry = oldest.next();
            if (entry.users == 0) {
                oldest.remove();
                drop(entry);
                freed += entry.size;
            }
        }
        return freed;
    }

    private void dropExpired() {
        long now = nanos.getAsLong();
        entries.removeIf(entry -> {
            boolean expired = now - entry.lastUse > timeToLive.toNanos();
            if (expired) {
                drop(entry);
            }
            return expired;
        });
    }

    private void drop(Entry entry) {
        entry.listed = false;
        bytes -= entry.size;
        freeIfUnused(entry);
    }

    private synchronized void giveBack(Entry entry) {
        entry.users--;
        freeIfUnused(entry);
    }

    private void freeIfUnused(Entry entry) {
        if (entry.users == 0 && !entry.listed) {
            entry.scope.close();
            memory.forget(entry.size);
        }
    }

    /** What it holds and has done. */
    public synchronized PrefixUse use() {
        dropExpired();
        return new PrefixUse(hits, misses, rowsReused, rowsComputed, entries.size(), bytes);
    }

    /** Scopes and tensors of what is remembered. */
    public synchronized int liveResources() {
        return entries.stream().mapToInt(entry -> entry.scope.liveResources()).sum();
    }

    /** Empties it and counts from 0, as if nothing had been asked. */
    public synchronized void forgetAll() {
        close();
        hits = 0;
        misses = 0;
        rowsReused = 0;
        rowsComputed = 0;
    }

    /** Empties it. What is lent lives until it is given back. */
    @Override
    public synchronized void close() {
        entries.forEach(this::drop);
        entries.clear();
    }

    private static final class Entry {

        private final PrefixKey key;
        private final int head;
        private final List<KeyValueRows> layers;
        private final @Nullable NDArray hidden;
        private final int meaningless;
        private final TensorScope scope;
        private final long size;
        private int users;
        private boolean listed;
        private long lastUse;

        private Entry(
                PrefixKey key,
                int head,
                List<KeyValueRows> layers,
                @Nullable NDArray hidden,
                int meaningless,
                TensorScope scope,
                long size) {
            this.key = key;
            this.head = head;
            this.layers = layers;
            this.hidden = hidden;
            this.meaningless = meaningless;
            this.scope = scope;
            this.size = size;
        }

        private boolean isCoveredBy(PrefixKey other) {
            return key.common(other) >= key.rows() - ENDING_ROWS;
        }
    }

    /** Something new, until it is published or closed. Of one request. */
    final class Draft implements AutoCloseable {

        private final PrefixKey key;
        private final TensorScope scope;
        private final long size;
        private final List<KeyValueRows> layers = new ArrayList<>();
        private @Nullable NDArray hidden;
        private int meaningless;
        private boolean ended;

        private Draft(PrefixKey key, TensorScope scope, long size) {
            this.key = key;
            this.scope = scope;
            this.size = size;
        }

        /** Owns what is to be remembered. */
        TensorScope scope() {
            return scope;
        }

        /** Keys and values of the next layer; none where it has no rows. */
        void add(KeyValueRows rows) {
            layers.add(rows);
        }

        /** Layers so far. */
        int layers() {
            return layers.size();
        }

        /**
         * The rows after the first cut's layers, {@code [rows, hidden]}.
         *
         * @param withoutMeaning of them at the beginning, whose keys and values were taken over without them
         */
        void hidden(NDArray rows, int withoutMeaning) {
            hidden = rows;
            meaningless = withoutMeaning;
        }

        /**
         * From now on others find it.
         *
         * @param head rows that all layers have
         */
        void publish(int head) {
            ended = true;
            PrefixStore.this.publish(new Entry(key, head, List.copyOf(layers), hidden, meaningless, scope, size));
        }

        @Override
        public void close() {
            if (!ended) {
                ended = true;
                discard(this);
            }
        }
    }

    /** The first rows of something remembered, on loan. Closing gives them back. */
    final class Lease implements AutoCloseable {

        private final Entry entry;
        private final int rows;
        private final int head;
        private final boolean sameDepth;
        private final boolean all;
        private boolean returned;

        private Lease(Entry entry, int rows, int head, boolean sameDepth, boolean all) {
            this.entry = entry;
            this.rows = rows;
            this.head = head;
            this.sameDepth = sameDepth;
            this.all = all;
        }

        /** Rows that are there in the layers before the first cut. */
        int rows() {
            return rows;
        }

        /** Rows that are there in the layers behind it. */
        int head() {
            return head;
        }

        /** Whether these are all rows of what is remembered, and the prompt goes on from there. */
        boolean isAll() {
            return all;
        }

        /** Keys and values of a layer, with {@link #rows} or {@link #head} rows at least. */
        KeyValueRows layer(int index) {
            return entry.layers.get(index);
        }

        /** The rows after the layers before the first cut, {@code [at least rows, hidden]}; null if only keys and values are there. */
        @Nullable
        NDArray hidden() {
            return sameDepth ? entry.hidden : null;
        }

        /** Rows at the beginning that stand for others once these are joined with those that run. */
        int meaningless() {
            return hidden() == null ? rows : entry.meaningless;
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
