package io.github.glimpse.prefill;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.nn.DecoderReading;
import io.github.glimpse.nn.DecoderReading.Rotation;
import io.github.glimpse.nn.KvCache;
import io.github.glimpse.nn.LayerState;
import io.github.glimpse.nn.ReadoutValues;
import io.github.glimpse.nn.RotaryEmbedding;
import io.github.glimpse.prune.EvidenceRequest;
import io.github.glimpse.prune.PruningEvidence;
import io.github.glimpse.prune.PruningSchedule.Cut;
import java.util.Arrays;
import java.util.function.Supplier;

/**
 * Gives a step between layers what it asks for: what was seen before, and attention that is read here and now. A probe behind
 * the prompt is no text: the last row is the one before it.
 */
public final class LayerEvidence {

    /**
     * Where the prompt is.
     *
     * @param layer the layer that ran last
     * @param before rows of the prompt that did not run, because they were there
     * @param input its input, without these
     * @param output the rows after it, with them
     * @param tables positions of its input
     * @param whole positions of its output
     * @param state what it remembers, all these rows included
     */
    record Moment(
            int layer,
            int before,
            NDArray input,
            NDArray output,
            RotaryEmbedding.Tables tables,
            Supplier<RotaryEmbedding.Tables> whole,
            LayerState state) {

        /** With rows that did not run before those that did. */
        Moment behind(NDArray all, Supplier<RotaryEmbedding.Tables> positions) {
            return new Moment(layer, before, input, all, tables, positions, state);
        }

        /** Its keys; strategies that read them of other layers were refused before. */
        KvCache keys() {
            if (state instanceof KvCache cache) {
                return cache;
            }
            throw new IllegalStateException("Layer " + layer + " remembers a state, so there is no attention to read");
        }
    }

    private LayerEvidence() {}

    /** Reads what the step asks for; belongs to {@code scope}. */
    static void read(
            Cut cut,
            Moment moment,
            PromptRows rows,
            PromptTexts texts,
            ReadoutValues seen,
            DecoderReading reading,
            TensorScope scope,
            PruningEvidence.Builder builder) {
        NDArray imageRows = scope.indices(rows.imageRows());
        new EvidenceReaders(seen::find)
                .on(
                        EvidenceRequest.LastRowAttention.class,
                        request -> reading.sharesOfRow(
                                moment.layer(),
                                moment.input(),
                                moment.before(),
                                rows.count() - 1 - moment.before(),
                                moment.tables(),
                                moment.keys(),
                                imageRows,
                                scope))
                .on(
                        EvidenceRequest.LayerPeek.class,
                        request -> reading.peek(
                                moment.layer() + 1,
                                moment.output(),
                                rows.count() - 1,
                                moment.whole().get(),
                                imageRows,
                                request.rotated() ? Rotation.ROTATED : Rotation.UNROTATED,
                                scope))
                .on(EvidenceRequest.TextRows.class, request -> texts.embeddings(request.which(), scope))
                .read(cut, builder);
        if (cut.strategy().needs(cut.at()).contains(new EvidenceRequest.TextAttention())) {
            int[] behind = texts.rows(EvidenceRequest.TextRows.Which.BEHIND_IMAGE);
            builder.textAttention(places -> reading.sharesOfRows(
                    moment.layer(),
                    moment.input(),
                    moment.before(),
                    Arrays.stream(rows.now(PromptRows.pick(behind, places)))
                            .map(row -> row - moment.before())
                            .toArray(),
                    moment.tables(),
                    moment.keys(),
                    imageRows,
                    scope));
        }
    }
}
