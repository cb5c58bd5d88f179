package io.github.glimpse.prune.glimpse;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.ShapeMismatchException;
import io.github.glimpse.engine.Graph;
import io.github.glimpse.engine.HostValues;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.hub.ModelConfig;
import io.github.glimpse.nn.ModelDimensions;
import io.github.glimpse.prune.EvidenceRequest;
import io.github.glimpse.prune.ProbeToken;
import io.github.glimpse.prune.PruningEvidence;
import io.github.glimpse.prune.PruningPoint;
import io.github.glimpse.prune.PruningPoint.Stage;
import io.github.glimpse.prune.PruningStrategy;
import io.github.glimpse.prune.StrategyContext;
import io.github.glimpse.prune.StrategyTrait;
import io.github.glimpse.prune.TokenBudget;
import io.github.glimpse.prune.TokenSelection;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * GlimpsePrune. The glimpse token, learned rows behind the prompt, runs with it through the first layers; its attention to
 * the image tokens goes through the {@link ImportancePredictor}, whose logits decide by the threshold.
 *
 * @see <a href="https://arxiv.org/abs/2508.01548">GlimpsePrune, section 3</a>
 */
final class GlimpseStrategy implements PruningStrategy {

    private final GlimpseConfig config;
    private final int layers;
    private final TensorScope owned;
    private final ImportancePredictor predictor;
    private final @Nullable ProbeToken probeToken;
    private final int sliceFloor;

    private GlimpseStrategy(
            GlimpseConfig config,
            int layers,
            TensorScope owned,
            ImportancePredictor predictor,
            @Nullable ProbeToken probeToken,
            int sliceFloor) {
        this.config = config;
        this.layers = layers;
        this.owned = owned;
        this.predictor = predictor;
        this.probeToken = probeToken;
        this.sliceFloor = sliceFloor;
    }

    static GlimpseStrategy load(StrategyContext context, GlimpseCheckpoint checkpoint) {
        GlimpseConfig config = checkpoint.config();
        ModelDimensions base = context.dimensions();
        int floor = context.options().integer("floor", 0, 0, Integer.MAX_VALUE);
        checkFits(config, context.config(), base);
        TensorScope owned = context.runtime().openScope();
        try {
            ModuleTensors tensors = new ModuleTensors(checkpoint.tensors(), owned);
            ImportancePredictor predictor = ImportancePredictor.load(
                    context.runtime(), config, tensors, base.visionHidden(), base.heads(), owned);
            try {
                ProbeToken probe =
                        config.glimpseLength() == 0 || config.glimpseLayers().isEmpty()
                                ? null
                                : probe(config, tensors, base.hidden(), predictor.graph(), owned);
                return new GlimpseStrategy(config, base.layers(), owned, predictor, probe, floor);
            } catch (RuntimeException e) {
                predictor.close();
                throw e;
            }
        } catch (RuntimeException e) {
            owned.close();
            throw e;
        }
    }

    /** A module says for which base it was trained; a wrong pair would run and prune nonsense. */
    static void checkFits(GlimpseConfig config, ModelConfig model, ModelDimensions base) {
        String modelType = model.string("model_type");
        if (!config.modelType().startsWith(modelType)) {
            throw new ShapeMismatchException("The glimpse module was made for model_type " + config.modelType()
                    + ", the loaded model is " + modelType + "; use the module of this model");
        }
        checkEqual("hidden_size", config.hidden(), base.hidden());
        checkEqual("num_hidden_layers", config.layers(), base.layers());
        checkEqual("num_attention_heads", config.heads(), base.heads());
        config.checkLayers();
        if (GlimpseConfig.hasCrossAttention(model)) {
            config.checkCrossAttention();
        }
    }

    private static void checkEqual(String key, int module, int model) {
        if (module != model) {
            throw new ShapeMismatchException("The glimpse module was made for a model with " + key + " " + module
                    + ", the loaded model has " + model + "; use the module of this model");
        }
    }

    private static ProbeToken probe(
            GlimpseConfig config, ModuleTensors tensors, int hidden, Graph graph, TensorScope owned) {
        int count = config.glimpseLayers().size();
        int length = config.glimpseLength();
        List<NDArray> norm = new ArrayList<>();
        norm.add(tensors.get("le_norm.weight", hidden));
        if (config.layerNorm()) {
            norm.add(tensors.get("le_norm.bias", hidden));
        }
        NDArray vectors = graph.call("glimpse_vectors")
                .with(tensors.get("learnable_embeddings", count, length, hidden))
                .with(tensors.get("le_proj.weight", hidden, hidden))
                .with(tensors.get("le_proj.bias", hidden))
                .with(norm)
                .with(config.glimpseNormEps())
                .run(owned);
        Map<Integer, NDArray> byLayer = new HashMap<>();
        float[] values = HostValues.floats(vectors);
        for (int i = 0; i < count; i++) {
            float[] rows = java.util.Arrays.copyOfRange(values, i * length * hidden, (i + 1) * length * hidden);
            byLayer.put(config.glimpseLayers().get(i), owned.floats(rows, length, hidden));
        }
        return new ProbeToken(length, byLayer);
    }

    @Override
    public PruningPoint defaultPoint() {
        return config.reduceLayer() >= layers - 1
                ? PruningPoint.last()
                : PruningPoint.afterLayers(config.reduceLayer() + 1);
    }

    @Override
    public void checkPoint(PruningPoint point) {
        if (!point.isInDecoder()) {
            throw new IllegalArgumentException(
                    "The glimpse module looks at layers of the language model, so it cannot cut at '" + point
                            + "'; use 'layer k'");
        }
        int needed = config.selectedLayers().stream()
                        .mapToInt(Integer::intValue)
                        .max()
                        .orElse(0)
                + 1;
        if (point.stage() == Stage.LAYER && point.layers() < needed) {
            throw new IllegalArgumentException("The glimpse module looks at layer " + (needed - 1)
                    + ", so it can cut from 'layer " + needed + "' on, not at '" + point + "'");
        }
    }

    @Override
    public Set<EvidenceRequest> needs() {
        Set<EvidenceRequest> needs = new LinkedHashSet<>();
        needs.add(new EvidenceRequest.ProbeAttention(config.selectedLayers(), config.scoreForm()));
        if (config.fuserType() == FuserType.V1) {
            needs.add(new EvidenceRequest.VisionTaps(config.selectedVisualLayers()));
        }
        return needs;
    }

    @Override
    public @Nullable ProbeToken probeToken() {
        return probeToken;
    }

    @Override
    public Set<StrategyTrait> traits() {
        return Set.of(StrategyTrait.QUESTION_DEPENDENT);
    }

    @Override
    public TokenSelection select(PruningEvidence evidence, TokenBudget budget) {
        List<float[]> rows = logits(evidence);
        return TokenSelection.byThreshold(rows.get(rows.size() - 1));
    }

    /** All rows of logits that the module's heads give, the deciding one last. */
    List<float[]> logits(PruningEvidence evidence) {
        NDArray attention = attention(evidence);
        List<NDArray> conditions = config.fuserType() == FuserType.V1
                ? config.selectedVisualLayers().stream()
                        .map(layer -> java.util.Objects.requireNonNull(
                                evidence.visionTaps().get(layer)))
                        .toList()
                : List.of();
        return predictor.logits(
                attention, conditions, evidence.images(), evidence.windows(), evidence.alive(), evidence.scope());
    }

    NDArray attention(PruningEvidence evidence) {
        List<NDArray> parts = config.selectedLayers().stream()
                .map(layer ->
                        java.util.Objects.requireNonNull(evidence.attention().get(layer)))
                .toList();
        // [imageTokens, heads] each -> [imageTokens, layers * heads], layers in the module's order
        return parts.size() == 1 ? parts.get(0) : ai.djl.ndarray.NDArrays.concat(new ai.djl.ndarray.NDList(parts), 1);
    }

    @Override
    public TokenBudget settled(TokenBudget budget) {
        return new TokenBudget(budget.bounds().withRetentionRatio(null).orElse(config.bounds()), budget.count());
    }

    @Override
    public int sliceFloor() {
        return sliceFloor;
    }

    @Override
    public void close() {
        predictor.close();
        owned.close();
    }
}
