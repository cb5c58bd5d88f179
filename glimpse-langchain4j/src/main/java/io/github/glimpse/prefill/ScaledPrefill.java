package io.github.glimpse.prefill;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import io.github.glimpse.engine.HostValues;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.model.Positions;
import io.github.glimpse.model.PromptLayout;
import io.github.glimpse.model.VisionFeatures;
import io.github.glimpse.model.VisionLanguageModel;
import io.github.glimpse.nn.DecoderStack;
import io.github.glimpse.nn.LayerState;
import io.github.glimpse.nn.RotaryEmbedding;
import io.github.glimpse.nn.RowPadding;
import io.github.glimpse.prefill.ScaledRows.Block;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Runs a prompt of small pictures and parts of whole ones. Where a {@link CoarsePrefill} began in the same way its keys, values and
 * rows are used again: a row sees only those before it, so they are the same. For one request.
 */
public final class ScaledPrefill {

    private final DecoderStack decoder;
    private final PromptLayout whole;
    private final ScaledRows rows;
    private final Positions positions;
    private final int tokensToCome;
    private final PassContext context;
    private final TensorScope scope;

    /**
     * Nothing has run yet.
     *
     * @param whole the prompt with the whole pictures, which gives ids and positions
     */
    ScaledPrefill(
            VisionLanguageModel model, PromptLayout whole, ScaledRows rows, int tokensToCome, PassContext context) {
        this.decoder = model.decoder();
        this.whole = whole;
        this.rows = rows;
        this.positions = whole.positions().keep(rows.origins());
        this.tokensToCome = tokensToCome;
        this.context = context;
        this.scope = context.scope();
    }

    /**
     * Runs it.
     *
     * @param found what the coarse pass left, null if there was none
     * @param common rows at the beginning that are those of the coarse pass
     * @param small what the tower made of the small pictures
     * @param parts what it made of the parts, null where a picture has none of them
     */
    Sequence run(
            CoarsePrefill.@Nullable Found found,
            int common,
            List<VisionFeatures> small,
            List<@Nullable VisionFeatures> parts) {
        context.watch().afterCut();
        int layers = decoder.dimensions().layers();
        // The last row always runs: the answer begins with what it says.
        int first = found == null ? 0 : Math.min(common, rows.count() - 1);
        int last = rows.count() - 1 - first;
        List<LayerState> caches = new ArrayList<>();
        Function<Block, VisionFeatures> features =
                block -> block.small() ? small.get(block.image()) : Objects.requireNonNull(parts.get(block.image()));
        Running running = embed(first, features);
        if (found != null) {
            running = through(
                    running, first, found.caches().size(), caches, features, layer -> used(found, layer, first));
        }
        if (caches.size() < layers) {
            running = found == null ? running : joined(found, first, running);
            last = rows.count() - 1;
            int held = running.count();
            running = through(
                    running,
                    0,
                    layers,
                    caches,
                    features,
                    layer -> decoder.newState(layer, Math.max(held, rows.count() + tokensToCome), scope));
        }
        float[] logits = HostValues.floats(decoder.prompts().logits(running.hidden(), last, running.scope()));
        running.scope().close();
        return finished(caches, logits);
    }

    /**
     * Rows between two layers.
     *
     * @param hidden with zeros behind
     * @param scope owns them
     */
    private record Running(NDArray hidden, TensorScope scope) {

        int count() {
            return Math.toIntExact(hidden.getShape().get(0));
        }
    }

    /** Runs the rows from {@code first} on through layers, from the one that has no cache yet on; forgets the padding. */
    private Running through(
            Running running,
            int first,
            int layers,
            List<LayerState> caches,
            Function<Block, VisionFeatures> features,
            IntFunction<LayerState> cacheOf) {
        Running current = running;
        RotaryEmbedding.Tables tables = tables(first);
        for (int layer = caches.size(); layer < layers; layer++) {
            context.cancellation().check();
            LayerState cache = cacheOf.apply(layer);
            TensorScope next = scope.openChild();
            NDArray output = decoder.prompts()
                    .layer(layer, current.hidden(), rows.count() - first, 0, tables, cache, context.slices(), next);
            caches.add(cache);
            addTo(output, layer, first, features);
            context.observer().onLayer(layer);
            current.scope().close();
            current = new Running(output, next);
        }
        tables.cosine().close();
        tables.sine().close();
        return current;
    }

    /** A cache of the coarse pass with its first rows and room for those that come. */
    private LayerState used(CoarsePrefill.Found found, int layer, int first) {
        LayerState cache = found.caches().get(layer);
        int news = rows.count() - first;
        cache.truncate(first);
        cache.reserve(Math.max(RowPadding.rows(news), news + tokensToCome));
        return cache;
    }

    private Sequence finished(List<LayerState> caches, float[] logits) {
        context.watch().atDecoding();
        context.observer().onLogits(0, logits);
        long[] next = new long[decoder.dimensions().layers()];
        Arrays.fill(next, positions.next());
        Sequence sequence = new Sequence(caches, next, logits, rows.count());
        context.observer().onSequence(sequence, positions);
        return sequence;
    }

    /** The rows from {@code first} on as they enter the first layer, then zeros. */
    private Running embed(int first, Function<Block, VisionFeatures> features) {
        TensorScope layerScope = scope.openChild();
        int[] origins = Arrays.copyOfRange(rows.origins(), first, rows.count());
        NDArray ids = layerScope.indices(PromptRows.pick(whole.ids(), origins));
        NDArray hidden = decoder.embed(ids, RowPadding.rows(origins.length), layerScope);
        for (Block block : rows.blocks()) {
            int seen = seen(block, first);
            if (seen < block.count()) {
                NDArray placed = rest(features.apply(block).rows(), seen, layerScope);
                context.observer().onImageRows(block.image(), placed);
                decoder.place(hidden, block.start() + seen - first, placed);
            }
        }
        return new Running(hidden, layerScope);
    }

    /** Rows of a block that lie before {@code first}. */
    private static int seen(Block block, int first) {
        return Math.min(block.count(), Math.max(0, first - block.start()));
    }

    private NDArray rest(NDArray of, int seen, TensorScope owner) {
        int count = Math.toIntExact(of.getShape().get(0));
        return seen == 0
                ? of
                : decoder.rows().pick(of, IntStream.range(seen, count).toArray(), 0, owner);
    }

    /** Adds what a layer adds to the pictures' rows from {@code first} on. */
    private void addTo(NDArray output, int layer, int first, Function<Block, VisionFeatures> features) {
        for (Block block : rows.blocks()) {
            List<NDArray> additions = features.apply(block).additions();
            int seen = seen(block, first);
            if (layer < additions.size() && seen < block.count()) {
                try (TensorScope step = scope.openChild()) {
                    decoder.add(output, block.start() + seen - first, rest(additions.get(layer), seen, step));
                }
            }
        }
    }

    /** The rows of the coarse pass up to {@code first}, then the new ones, then zeros. */
    private Running joined(CoarsePrefill.Found found, int first, Running running) {
        int coarse = Math.toIntExact(found.hidden().getShape().get(0));
        TensorScope layerScope = running.scope();
        NDArray both = decoder.rows().join(new NDList(found.hidden(), running.hidden()), 0, layerScope);
        int[] chosen = IntStream.concat(
                        IntStream.range(0, first), IntStream.range(coarse, coarse + rows.count() - first))
                .toArray();
        NDArray all = decoder.take(both, layerScope.indices(chosen), RowPadding.rows(chosen.length), layerScope);
        return new Running(all, layerScope);
    }

    /** Tables of the rows from {@code first} on, then zeros. */
    private RotaryEmbedding.Tables tables(int first) {
        int count = rows.count() - first;
        int padded = RowPadding.rows(count);
        long[][] ids = positions.rows();
        long[] flat = new long[ids.length * padded];
        for (int r = 0; r < ids.length; r++) {
            System.arraycopy(ids[r], first, flat, r * padded, count);
        }
        try (TensorScope step = scope.openChild()) {
            return decoder.rotary(step.longs(flat, ids.length, padded), scope);
        }
    }
}
