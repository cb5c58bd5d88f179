package io.github.glimpse.prefill;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.nn.DecoderStack;
import io.github.glimpse.nn.KvCache;
import io.github.glimpse.nn.LayerState;
import io.github.glimpse.nn.RowPadding;
import io.github.glimpse.prune.PruningSchedule;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What one prompt takes over of those that ran before, and leaves for those to come. Its rows are the first ones: those that run
 * see them in the caches. For one request.
 *
 * @see PrefixStore
 */
public final class PromptReuse implements AutoCloseable {

    private final @Nullable PrefixStore store;
    private final String scope;
    private final @Nullable String off;
    private @Nullable PrefixKey key;
    private PrefixStore.@Nullable Lease found;
    private PrefixStore.@Nullable Draft draft;
    // Rows that all layers leave for others; below 0 leaves nothing at all.
    private int leaves = -1;

    private PromptReuse(@Nullable PrefixStore store, String scope, @Nullable String off) {
        this.store = store;
        this.scope = scope;
        this.off = off;
    }

    /**
     * None.
     *
     * @param why for the report
     */
    public static PromptReuse none(String why) {
        return new PromptReuse(null, "", why);
    }

    /**
     * One that asks a store, if the model and the cuts allow it.
     *
     * @param scope those with other scopes share nothing with this one
     * @param schedule the prompt's cuts
     */
    public static PromptReuse of(PrefixStore store, String scope, PruningSchedule schedule, DecoderStack decoder) {
        String refusal = PrefixSearch.refusal(schedule, decoder);
        return refusal == null ? new PromptReuse(store, scope, null) : none(refusal);
    }

    /**
     * Whether a prompt has little left to run: all of its pictures are remembered together with all but so many rows of its text, or it
     * has neither pictures nor more rows. By the names of files alone, so nothing to rely on: {@link #begin} settles what is taken over.
     *
     * @param rows what is little
     */
    public boolean leavesLittle(Prompt prompt, int rows) {
        if (prompt.media().isEmpty()) {
            return prompt.tokens() <= rows;
        }
        int text = prompt.tokens() - prompt.layout().imageRows().length;
        return store != null
                && store.remembers(
                        scope,
                        prompt.media().stream()
                                .map(medium -> MediaFile.name(medium.files()))
                                .toList(),
                        text - rows);
    }

    /** Whether there is a store to ask. */
    boolean isOn() {
        return store != null;
    }

    /** Looks for rows. */
    void begin(PrefixSearch search) {
        if (store == null) {
            return;
        }
        key = search.key(scope);
        found = store.find(key, search.most(), search.wholeRows());
        boolean isNew = before() < search.lasting() || (found != null && found.isAll());
        leaves = isNew ? search.beforePictures() : -1;
    }

    /** Rows that are there in the layers before the first cut. */
    int before() {
        return found == null ? 0 : found.rows();
    }

    /** Rows that are there in the layers behind it, if no other cut comes. */
    int head() {
        return found == null ? 0 : found.head();
    }

    /** Rows at the beginning of a layer's empty cache. */
    void fill(int layer, LayerState cache, int rows) {
        if (found != null && rows > 0) {
            ((KvCache) cache).begin(found.layer(layer), rows);
        }
    }

    /**
     * All rows of the prompt: those that are there, then those that ran, then zeros. Where only keys and values are there their rows
     * mean nothing; no layer to come runs them.
     *
     * @param ran with padding behind
     * @param count rows of the prompt and of what is behind it
     */
    NDArray joined(DecoderStack decoder, NDArray ran, int count, TensorScope scopeOfRows) {
        if (found == null) {
            return ran;
        }
        int before = found.rows();
        NDArray there = found.hidden();
        try (TensorScope step = scopeOfRows.openChild()) {
            int first = there == null ? 0 : Math.toIntExact(there.getShape().get(0));
            NDArray both = there == null ? ran : decoder.rows().join(new NDList(there, ran), 0, step);
            int[] chosen = IntStream.range(0, count)
                    .map(row -> row >= before ? first + row - before : there == null ? 0 : row)
                    .toArray();
            return decoder.take(both, step.indices(chosen), RowPadding.rows(count), scopeOfRows);
        }
    }

    /**
     * Leaves what the layers before the first cut have, if others will want it and there is room.
     *
     * @param caches of these layers, uncut
     * @param hidden rows after them; null after the last layer, when nobody wants them
     * @param rows of the prompt
     */
    void leave(DecoderStack decoder, List<LayerState> caches, @Nullable NDArray hidden, int rows) {
        if (store == null || key == null || leaves < 0) {
            return;
        }
        draft = store.begin(key, bytes(decoder, caches.size(), hidden, rows));
        if (draft == null) {
            return;
        }
        for (LayerState cache : caches) {
            draft.add(((KvCache) cache).copy(rows, draft.scope()));
        }
        if (hidden != null) {
            try (TensorScope step = draft.scope().openChild()) {
                int[] all = IntStream.range(0, rows).toArray();
                draft.hidden(
                        decoder.take(hidden, step.indices(all), rows, draft.scope()),
                        found == null ? 0 : found.meaningless());
            }
        }
    }

    private long bytes(DecoderStack decoder, int layers, @Nullable NDArray hidden, int rows) {
        long bytes = 0;
        for (int layer = 0; layer < decoder.dimensions().layers(); layer++) {
            bytes += decoder.bytes().layers().get(layer).of(layer < layers ? rows : leaves);
        }
        return hidden == null
                ? bytes
                : bytes
                        + (long) rows
                                * decoder.dimensions().hidden()
                                * decoder.dtype().byteCount();
    }

    /** The prompt has run: what it leaves is others' from now on. */
    void end(List<LayerState> caches) {
        if (draft != null) {
            for (int layer = draft.layers(); leaves > 0 && layer < caches.size(); layer++) {
                draft.add(((KvCache) caches.get(layer)).copy(leaves, draft.scope()));
            }
            draft.publish(leaves);
        }
    }

    /**
     * What came of it.
     *
     * @param rows of the prompt that entered the decoder
     * @param pictures that were remembered
     */
    ReuseReport report(int rows, int pictures) {
        if (store != null) {
            store.ran(before(), rows - before());
        }
        if (found == null) {
            return ReuseReport.withoutRows(rows, pictures, off);
        }
        ReuseReport.Kind kind = found.isAll() ? ReuseReport.Kind.CONTINUED : ReuseReport.Kind.PREFIX;
        return new ReuseReport(kind, rows - before(), before(), null);
    }

    @Override
    public void close() {
        if (draft != null) {
            draft.close();
        }
        if (found != null) {
            found.close();
        }
    }
}
