package io.github.glimpse.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.image.PixelPatches;
import io.github.glimpse.model.VisionFeatures;
import io.github.glimpse.model.VisionLanguageModel;
import io.github.glimpse.nn.CancellationPoint;
import io.github.glimpse.nn.DecoderStack;
import io.github.glimpse.nn.KvCache;
import io.github.glimpse.nn.RecordedDecoder;
import io.github.glimpse.nn.RotaryEmbedding;
import io.github.glimpse.nn.RowPadding;
import io.github.glimpse.nn.TowerReadout;
import io.github.glimpse.prefill.LayerAdditions;
import io.github.glimpse.prefill.Prompt;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * A prompt that ran through the frozen model: the keys and values that rows behind it read, and the vision features. Glimpse
 * tokens change nothing of it, so no history is needed.
 *
 * @param keys per layer that ran, constants {@code [kvHeads, capacity, headDim]}
 * @param values like {@code keys}
 * @param conditions per wanted tower layer, constants {@code [imageTokens, visionHidden]}
 * @param tokens rows of the prompt
 * @param lastPosition the last row's position id
 */
record FrozenPrompt(List<NDArray> keys, List<NDArray> values, List<NDArray> conditions, int tokens, long lastPosition) {

    private static final CancellationPoint NEVER = () -> {};

    /**
     * Runs a prompt with one picture.
     *
     * @param units the patches of each unit of that picture
     * @param taps tower layers, in the order in which they are wanted
     * @param layers decoder layers to run
     * @param scope owns the results
     */
    static FrozenPrompt run(
            VisionLanguageModel model,
            RecordedDecoder recorded,
            Prompt prompt,
            IntFunction<PixelPatches> units,
            List<Integer> taps,
            int layers,
            TensorScope scope) {
        DecoderStack decoder = model.decoder();
        List<TowerReadout> wanted = taps.stream().map(TowerReadout::rows).toList();
        List<VisionFeatures> features = IntStream.range(0, prompt.units().size())
                .mapToObj(unit -> model.tower().encode(units.apply(unit), Set.copyOf(wanted), NEVER, scope))
                .toList();
        List<NDArray> conditions = wanted.stream()
                .map(key -> recorded.constant(joined(decoder, features, unit -> unit.of(key), scope), scope))
                .toList();
        int tokens = prompt.tokens();
        int rows = RowPadding.rows(tokens);
        long[][] positions = prompt.layout().positions().rows();
        List<NDArray> keys = new ArrayList<>();
        List<NDArray> values = new ArrayList<>();
        TensorScope current = scope.openChild();
        RotaryEmbedding.Tables tables = tables(decoder, positions, rows, scope);
        NDArray hidden = decoder.embed(current.indices(prompt.layout().ids()), rows, current);
        int[] imageRows = prompt.layout().imageRows();
        decoder.placeAt(hidden, imageRows, joined(decoder, features, VisionFeatures::rows, scope), current);
        int[] newlines = prompt.layout().newlineRows();
        if (newlines.length > 0) {
            decoder.placeAt(
                    hidden, newlines, Objects.requireNonNull(model.tower().newline()), current);
        }
        LayerAdditions additions = new LayerAdditions(decoder, features, scope);
        for (int layer = 0; layer < layers; layer++) {
            KvCache cache = decoder.newCache(rows, scope);
            TensorScope next = scope.openChild();
            hidden = decoder.prompts().layer(layer, hidden, tables, cache, next);
            additions.add(layer, hidden, imageRows, 0);
            current.close();
            current = next;
            keys.add(recorded.constant(cache.keys(), scope));
            values.add(recorded.constant(cache.values(), scope));
        }
        current.close();
        return new FrozenPrompt(keys, values, conditions, tokens, positions[positions.length - 1][tokens - 1]);
    }

    private static NDArray joined(
            DecoderStack decoder,
            List<VisionFeatures> features,
            Function<VisionFeatures, NDArray> part,
            TensorScope scope) {
        List<NDArray> parts = features.stream().map(part).toList();
        return parts.size() == 1 ? parts.get(0) : decoder.rows().join(new NDList(parts), 0, scope);
    }

    private static RotaryEmbedding.Tables tables(DecoderStack decoder, long[][] ids, int rows, TensorScope scope) {
        long[] flat = new long[ids.length * rows];
        for (int i = 0; i < ids.length; i++) {
            System.arraycopy(ids[i], 0, flat, i * rows, ids[i].length);
        }
        return decoder.rotary(scope.longs(flat, ids.length, rows), scope);
    }
}
