package io.github.glimpse.prefill;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.model.VisionFeatures;
import io.github.glimpse.nn.DecoderStack;
import io.github.glimpse.prune.TokenSelection;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What the decoder's first layers add to the rows of the image tokens, see {@link VisionFeatures#additions}. Lists that were not
 * added yet lose the rows of the tokens that a cut drops. For one request.
 */
public final class LayerAdditions {

    private final DecoderStack decoder;
    private final TensorScope scope;
    // By layer {@code [alive, hidden]}; an entry means nothing once its layer has run.
    private final List<NDArray> lists = new ArrayList<>();
    private int added;

    /**
     * Of all tokens that the tower gave.
     *
     * @param features by unit
     * @param scope owns what cuts leave
     */
    public LayerAdditions(DecoderStack decoder, List<VisionFeatures> features, TensorScope scope) {
        this.decoder = decoder;
        this.scope = scope;
        int layers = features.isEmpty() ? 0 : features.get(0).additions().size();
        for (int layer = 0; layer < layers; layer++) {
            int of = layer;
            NDList parts = new NDList(
                    features.stream().map(unit -> unit.additions().get(of)).toList());
            lists.add(parts.size() == 1 ? parts.get(0) : decoder.rows().join(parts, 0, scope));
        }
    }

    /** Drops the rows of tokens, and mixes those of merged ones as the tokens themselves are mixed. */
    void keep(TokenSelection selection) {
        for (int layer = added; layer < lists.size(); layer++) {
            NDArray before = lists.get(layer);
            int tokens = Math.toIntExact(before.getShape().get(0));
            if (!selection.merged().isEmpty()) {
                int[] places = IntStream.range(0, tokens).toArray();
                lists.set(
                        layer,
                        decoder.rows()
                                .mix(
                                        before,
                                        Mixtures.of(selection.kept(), places, selection.merged()),
                                        selection.kept().length,
                                        scope));
            } else if (selection.kept().length < tokens) {
                lists.set(layer, decoder.rows().pick(before, selection.kept(), 0, scope));
            }
        }
    }

    /**
     * A layer has run.
     *
     * @param output what it gave; changed in place
     * @param imageRows rows of the tokens that are alive
     * @param before rows of the prompt that did not run; the output begins behind them
     */
    public void add(int layer, NDArray output, int[] imageRows, int before) {
        int[] places = Arrays.stream(imageRows)
                .filter(row -> row >= before)
                .map(row -> row - before)
                .toArray();
        if (layer < lists.size() && places.length > 0) {
            try (TensorScope step = scope.openChild()) {
                int[] ran = IntStream.range(imageRows.length - places.length, imageRows.length)
                        .toArray();
                NDArray list = lists.get(layer);
                NDArray rows = places.length == imageRows.length
                        ? list
                        : decoder.rows().pick(list, ran, 0, step);
                decoder.addAt(output, places, rows, step);
            }
        }
        added = layer + 1;
    }
}
