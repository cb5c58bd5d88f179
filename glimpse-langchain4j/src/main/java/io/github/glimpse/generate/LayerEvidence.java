package io.github.glimpse.generate;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.nn.DecoderReading;
import io.github.glimpse.nn.DecoderReading.Rotation;
import io.github.glimpse.nn.KvCache;
import io.github.glimpse.nn.RotaryEmbedding;
import io.github.glimpse.prune.EvidenceRequest;
import io.github.glimpse.prune.PruningEvidence;
import java.util.Map;

/**
 * Gives a step between layers what it asks for: what was seen before, and attention that is read here and now. A probe behind
 * the prompt is no text: the last row is the one before it.
 */
final class LayerEvidence implements EvidenceRequest.Collector {

    /**
     * Where the prompt is.
     *
     * @param layer the layer that ran last
     * @param input its input
     * @param output what it gave
     * @param tables positions of both
     * @param cache its cache, filled
     */
    record Moment(int layer, NDArray input, NDArray output, RotaryEmbedding.Tables tables, KvCache cache) {}

    private final Moment moment;
    private final PromptRows rows;
    private final PromptTexts texts;
    private final SeenEvidence seen;
    private final DecoderReading reading;
    private final TensorScope scope;
    private final PruningEvidence.Builder builder;
    private final NDArray imageRows;

    LayerEvidence(
            Moment moment,
            PromptRows rows,
            PromptTexts texts,
            SeenEvidence seen,
            DecoderReading reading,
            TensorScope scope,
            PruningEvidence.Builder builder) {
        this.moment = moment;
        this.rows = rows;
        this.texts = texts;
        this.seen = seen;
        this.reading = reading;
        this.scope = scope;
        this.builder = builder;
        this.imageRows = scope.indices(rows.imageRows());
    }

    @Override
    public void probeAttention(EvidenceRequest.ProbeAttention request) {
        request.layers().forEach(layer -> builder.attention(Map.of(layer, seen.attention(layer, request.form()))));
    }

    @Override
    public void visionTaps(EvidenceRequest.VisionTaps request) {
        request.layers().forEach(layer -> builder.visionTaps(Map.of(layer, seen.visionTap(layer))));
    }

    @Override
    public void lastRowAttention(EvidenceRequest.LastRowAttention request) {
        builder.value(
                request,
                reading.sharesOfRow(
                        moment.layer(),
                        moment.input(),
                        rows.count() - 1,
                        moment.tables(),
                        moment.cache(),
                        imageRows,
                        scope));
    }

    @Override
    public void layerPeek(EvidenceRequest.LayerPeek request) {
        builder.value(
                request,
                reading.peek(
                        moment.layer() + 1,
                        moment.output(),
                        rows.count() - 1,
                        moment.tables(),
                        imageRows,
                        request.rotated() ? Rotation.ROTATED : Rotation.UNROTATED,
                        scope));
    }

    @Override
    public void textAttention(EvidenceRequest.TextAttention request) {
        int[] behind = texts.rows(EvidenceRequest.TextRows.Which.BEHIND_IMAGE);
        builder.textAttention(places -> reading.sharesOfRows(
                moment.layer(),
                moment.input(),
                rows.now(PromptRows.pick(behind, places)),
                moment.tables(),
                moment.cache(),
                imageRows,
                scope));
    }

    @Override
    public void imageRows(EvidenceRequest.ImageRows request) {
        builder.value(request, seen.value(request));
    }

    @Override
    public void enteredRows(EvidenceRequest.EnteredRows request) {
        builder.value(request, seen.value(request));
    }

    @Override
    public void textRows(EvidenceRequest.TextRows request) {
        builder.value(request, texts.embeddings(request.which(), scope));
    }

    @Override
    public void towerCls(EvidenceRequest.TowerCls request) {
        builder.value(request, seen.value(request));
    }

    @Override
    public void towerReceived(EvidenceRequest.TowerReceived request) {
        builder.value(request, seen.value(request));
    }

    @Override
    public void towerKeys(EvidenceRequest.TowerKeys request) {
        builder.value(request, seen.value(request));
    }

    @Override
    public void crossAttention(EvidenceRequest.CrossAttention request) {
        throw new IllegalStateException("There is no cross-attention in a language decoder");
    }

    @Override
    public void pixels(EvidenceRequest.Pixels request) {
        throw new IllegalStateException("There are no pixels between layers");
    }
}
