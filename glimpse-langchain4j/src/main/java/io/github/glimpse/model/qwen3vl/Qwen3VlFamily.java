package io.github.glimpse.model.qwen3vl;

import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.engine.TorchRuntime;
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

/** Qwen3-VL, dense. */
public final class Qwen3VlFamily implements ModelFamily {

    /** For {@link java.util.ServiceLoader}. */
    public Qwen3VlFamily() {}

    @Override
    public String name() {
        return "qwen3-vl";
    }

    @Override
    public boolean accepts(ModelConfig config) {
        return config.string("model_type", "").equals("qwen3_vl");
    }

    @Override
    public VisionLanguageModel load(ModelFiles files, LoadOptions options, TorchRuntime runtime) {
        Qwen3VlConfig config = Qwen3VlConfig.of(files.config());
        Qwen3Media media = Qwen3Media.of(files, options, config.vision());
        FamilyFiles text = FamilyFiles.of(files);
        Weights weights = text.openWeights(runtime, options, "embed_tokens.weight");
        TensorScope owned = runtime.openScope();
        try {
            // Files of early releases do not put everything below "model.".
            boolean nested = weights.has("model.language_model.embed_tokens.weight");
            DecoderStack decoder = DecoderStack.load(
                    runtime,
                    weights,
                    DecoderNames.below(nested ? "model.language_model" : "model", "lm_head"),
                    config.decoder(),
                    config.dimensions(),
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
}
