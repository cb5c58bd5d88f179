package io.github.glimpse.generate;

import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.model.VisionFeatures;
import io.github.glimpse.nn.DecoderReading;
import io.github.glimpse.nn.TowerAbilities;
import io.github.glimpse.prune.EvidenceRequest;
import io.github.glimpse.prune.PruningEvidence;
import java.util.Map;
import java.util.Objects;

/** Gives a step at {@code vision} what it asks for of one picture. Layers have not run there. */
final class PictureEvidence implements EvidenceRequest.Collector {

    private final VisionFeatures features;
    private final PromptTexts texts;
    private final TowerAbilities abilities;
    private final DecoderReading reading;
    private final TensorScope scope;
    private final PruningEvidence.Builder builder;

    PictureEvidence(
            VisionFeatures features,
            PromptTexts texts,
            TowerAbilities abilities,
            DecoderReading reading,
            TensorScope scope,
            PruningEvidence.Builder builder) {
        this.features = features;
        this.texts = texts;
        this.abilities = abilities;
        this.reading = reading;
        this.scope = scope;
        this.builder = builder;
    }

    @Override
    public void probeAttention(EvidenceRequest.ProbeAttention request) {
        throw notThere(request);
    }

    @Override
    public void visionTaps(EvidenceRequest.VisionTaps request) {
        request.layers()
                .forEach(layer -> builder.visionTaps(
                        Map.of(layer, Objects.requireNonNull(features.taps().get(layer)))));
    }

    @Override
    public void lastRowAttention(EvidenceRequest.LastRowAttention request) {
        throw notThere(request);
    }

    @Override
    public void layerPeek(EvidenceRequest.LayerPeek request) {
        throw notThere(request);
    }

    @Override
    public void textAttention(EvidenceRequest.TextAttention request) {
        throw notThere(request);
    }

    @Override
    public void imageRows(EvidenceRequest.ImageRows request) {
        builder.value(request, reading.widen(features.rows(), scope));
    }

    @Override
    public void enteredRows(EvidenceRequest.EnteredRows request) {
        throw notThere(request);
    }

    @Override
    public void textRows(EvidenceRequest.TextRows request) {
        builder.value(request, texts.embeddings(request.which(), scope));
    }

    @Override
    public void towerCls(EvidenceRequest.TowerCls request) {
        put(request);
    }

    @Override
    public void towerReceived(EvidenceRequest.TowerReceived request) {
        put(request);
    }

    @Override
    public void towerKeys(EvidenceRequest.TowerKeys request) {
        put(request);
    }

    private void put(EvidenceRequest request) {
        builder.value(request, Objects.requireNonNull(TowerEvidence.of(request, features, abilities)));
    }

    @Override
    public void crossAttention(EvidenceRequest.CrossAttention request) {
        throw notThere(request);
    }

    @Override
    public void pixels(EvidenceRequest.Pixels request) {
        throw notThere(request);
    }

    private static IllegalStateException notThere(EvidenceRequest request) {
        return new IllegalStateException("There is no " + request + " before the language model");
    }
}
