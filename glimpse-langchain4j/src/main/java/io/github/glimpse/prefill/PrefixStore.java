package io.github.glimpse.prefill;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.nn.KeyValueRows;
import io.github.glimpse.serve.MemoryBudget;
import io.github.glimpse.serve.Remembered;
import io.github.glimpse.serve.Remembered.Entry;
import io.github.glimpse.serve.Remembered.Loan;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Remembers the first layers of prompts that ran: keys and values of all rows in the layers before the first cut, the rows after
 * them, and in the layers behind only those of the rows before the first picture, which no cut ever changes. A prompt that begins
 * in the same way takes over what both have, and looks at its pictures anew. Never anything that a cut has left.
 *
 * <p>What is {@linkplain Remembered remembered} is lent and not changed. Safe for concurrent use.
 */
public final class PrefixStore implements AutoCloseable {

    /** Fewer common rows are not worth a copy: they run in the same time. */
    private static final int LEAST_ROWS = 16;

    /** Templates end a prompt with so many rows at most that they write otherwise once an answer stands behind them. */
    private static final int ENDING_ROWS = 4;

    private final Supplier<TensorScope> scopes;
    // Its monitor guards the rest.
    private final Remembered<Rows> prompts;
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
        this.scopes = scopes;
        this.prompts = new Remembered<>(maxBytes, timeToLive, nanos, memory, gone -> {});
    }

    /**
     * What is remembered of a prompt that begins in the same way, the one with the most rows; null if there is none.
     *
     * @param most rows that may be taken over
     * @param wholeRows whether the rows themselves are wanted besides keys and values, from the first on
     */
    @Nullable
    Lease find(PrefixKey key, int most, boolean wholeRows) {
        synchronized (prompts) {
            Entry<Rows> found = null;
            Beginning best = null;
            for (Entry<Rows> entry : prompts.entries()) {
                Beginning one = entry.value().beginning(key, most, wholeRows);
                if (one != null && (best == null || one.isMoreThan(best))) {
                    found = entry;
                    best = one;
                }
            }
            if (found == null || best == null) {
                misses++;
                return null;
            }
            hits++;
            return new Lease(prompts.lend(found), best);
        }
    }

    /**
     * Whether a prompt with these pictures and so many rows of text or more is remembered.
     *
     * @param files their names
     */
    boolean remembers(String scope, List<String> files, int text) {
        return prompts.entries().stream()
                .map(entry -> entry.value().key())
                .anyMatch(key -> key.hasAll(scope, files) && key.textRows() >= text);
    }

    /** A prompt has run. */
    void ran(int reused, int computed) {
        synchronized (prompts) {
            rowsReused += reused;
            rowsComputed += computed;
        }
    }

    /**
     * Room for something new.
     *
     * @param size bytes that it will hold
     * @return null if there is no room, or nothing worth it
     */
    @Nullable
    Draft begin(PrefixKey key, long size) {
        if (key.rows() < LEAST_ROWS) {
            return null;
        }
        TensorScope scope = scopes.get();
        if (!prompts.takeRoom(size)) {
            scope.close();
            return null;
        }
        return new Draft(key, scope, size);
    }

    private void publish(Rows rows, TensorScope scope, long size) {
        synchronized (prompts) {
            // Whatever this one goes on from is in it.
            prompts.entries().stream()
                    .filter(other -> rows.covers(other.value()))
                    .forEach(prompts::forget);
            prompts.add(rows, scope, size);
        }
    }

    /** What it holds and has done. */
    public PrefixUse use() {
        synchronized (prompts) {
            return new PrefixUse(hits, misses, rowsReused, rowsComputed, prompts.size(), prompts.bytes());
        }
    }

    /** Scopes and tensors of what is remembered. */
    public int liveResources() {
        return prompts.liveResources();
    }

    /** Empties it and counts from 0, as if nothing had been asked. */
    public void forgetAll() {
        synchronized (prompts) {
            close();
            hits = 0;
            misses = 0;
            rowsReused = 0;
            rowsComputed = 0;
        }
    }

    /** Empties it. What is lent lives until it is given back. */
    @Override
    public void close() {
        prompts.forgetAll();
    }

    /**
     * What is remembered of a prompt.
     *
     * @param head rows that all layers have
     * @param layers keys and values of each
     * @param hidden the rows after the first cut's layers, {@code [rows, hidden]}, or null
     * @param meaningless of these at the beginning
     */
    private record Rows(
            PrefixKey key,
            int head,
            List<KeyValueRows> layers,
            @Nullable NDArray hidden,
            int meaningless) {

        /** What another prompt may take over, null for none. */
        @Nullable
        Beginning beginning(PrefixKey other, int most, boolean wholeRows) {
            int common = Math.min(most, other.common(key));
            int behind = Math.min(common, head);
            boolean sameDepth = key.depth() == other.depth() && meaningless <= (wholeRows ? 0 : behind);
            int rows = sameDepth ? common : behind;
            if (rows < LEAST_ROWS || (wholeRows && !sameDepth)) {
                return null;
            }
            boolean all = isCoveredBy(other) && other.rows() > key.rows() + ENDING_ROWS;
            return new Beginning(rows, behind, sameDepth, all && rows >= key.rows() - ENDING_ROWS);
        }

        private boolean isCoveredBy(PrefixKey other) {
            return key.common(other) >= key.rows() - ENDING_ROWS;
        }

        boolean covers(Rows other) {
            return other.key.depth() == key.depth()
                    && other.head <= head
                    && other.meaningless >= meaningless
                    && other.isCoveredBy(key);
        }
    }

    /**
     * The first rows of something remembered.
     *
     * @param rows in the layers before the first cut
     * @param head in the layers behind it
     * @param sameDepth whether that cut is where the other prompt's is
     * @param all whether these are all rows of what is remembered, and the other prompt goes on from there
     */
    private record Beginning(int rows, int head, boolean sameDepth, boolean all) {

        boolean isMoreThan(Beginning other) {
            return rows > other.rows || (rows == other.rows && head >= other.head);
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
            PrefixStore.this.publish(new Rows(key, head, List.copyOf(layers), hidden, meaningless), scope, size);
        }

        @Override
        public void close() {
            if (!ended) {
                ended = true;
                scope.close();
                prompts.giveRoomBack(size);
            }
        }
    }

    /** The first rows of something remembered, on loan. Closing gives them back. */
    static final class Lease implements AutoCloseable {

        private final Loan<Rows> loan;
        private final Beginning beginning;

        private Lease(Loan<Rows> loan, Beginning beginning) {
            this.loan = loan;
            this.beginning = beginning;
        }

        /** Rows that are there in the layers before the first cut. */
        int rows() {
            return beginning.rows();
        }

        /** Rows that are there in the layers behind it. */
        int head() {
            return beginning.head();
        }

        /** Whether these are all rows of what is remembered, and the prompt goes on from there. */
        boolean isAll() {
            return beginning.all();
        }

        /** Keys and values of a layer, with {@link #rows} or {@link #head} rows at least. */
        KeyValueRows layer(int index) {
            return loan.value().layers().get(index);
        }

        /** The rows after the layers before the first cut, {@code [at least rows, hidden]}; null if only keys and values are there. */
        @Nullable
        NDArray hidden() {
            return beginning.sameDepth() ? loan.value().hidden() : null;
        }

        /** Rows at the beginning that stand for others once these are joined with those that run. */
        int meaningless() {
            return hidden() == null ? rows() : loan.value().meaningless();
        }

        @Override
        public void close() {
            loan.close();
        }
    }
}
