package io.github.glimpse.model.qwen3vl;

import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.engine.WeightPath;
import io.github.glimpse.engine.Weights;
import io.github.glimpse.hub.ModelConfig;
import io.github.glimpse.hub.ModelFiles;
import io.github.glimpse.model.FamilyFiles;
import io.github.glimpse.model.LoadOptions;
import io.github.glimpse.model.ModelFamily;
import io.github.glimpse.model.PositionRule;
import io.github.glimpse.model.VisionLanguageModel;
import io.github.glimpse.nn.DecoderNames;
import io.github.glimpse.nn.DecoderStack;
import io.github.glimpse.nn.DeltaLayers;
import io.github.glimpse.nn.RecurrentLayer;
import java.util.HashMap;
import java.util.Map;

/** Qwen3.5 and Qwen3.6, dense: pictures, videos and prompts of Qwen3-VL, a decoder of which most layers remember a state. */
public final class Qwen35Family implements ModelFamily {

    /** For {@link java.util.ServiceLoader}. */
    public Qwen35Family() {}

    @Override
    public String name() {
        return "qwen3.5";
    }

    @Override
    public boolean accepts(ModelConfig config) {
        return config.string("model_type", "").equals("qwen3_5");
    }

    @Override
    public VisionLanguageModel load(ModelFiles files, LoadOptions options, TorchRuntime runtime) {
        Qwen35Config config = Qwen35Config.of(files.config());
        Qwen3Media media = Qwen3Media.of(files, options, config.vision());
        FamilyFiles text = FamilyFiles.of(files);
        Weights weights = text.openWeights(runtime, options, "embed_tokens.weight");
        TensorScope owned = runtime.openScope();
        try {
            boolean nested = weights.has("model.language_model.embed_tokens.weight");
            DecoderNames names = DecoderNames.below(nested ? "model.language_model" : "model", "lm_head");
            DecoderStack decoder = DecoderStack.load(
                    runtime,
                    weights,
                    names,
                    config.decoder(),
                    config.dimensions(),
                    recurrent(runtime, weights.at(names.layers()), config, owned),
                    owned);
            Qwen3VlTower tower =
                    new Qwen3VlTower(runtime, weights, nested ? "model.visual" : "visual", config.vision(), owned);
            weights.finishLoading();
            return new VisionLanguageModel(
                    name(),
                    media.rule(files.config(), config.imageToken(), config.videoToken(), text),
                    tower,
                    decoder,
                    text.tokenizer(),
                    text.template(),
                    text.templateVariables(),
                    PositionRule.multimodal(),
                    text.stopIds(),
                    config.contextLength(),
                    weights,
                    owned);
        } catch (RuntimeException | Error e) {
            owned.close();
            weights.close();
            text.close();
            throw e;
        }
    }

    private static Map<Integer, RecurrentLayer> recurrent(
            TorchRuntime runtime, WeightPath layers, Qwen35Config config, TensorScope owned) {
        Map<Integer, RecurrentLayer> recurrent = new HashMap<>();
        if (!config.recurrent().isEmpty()) {
            DeltaLayers delta = new DeltaLayers(runtime, config.delta());
            config.recurrent().forEach(layer -> recurrent.put(layer, delta.layer(layers.at(layer), owned)));
        }
        return recurrent;
    }
}
