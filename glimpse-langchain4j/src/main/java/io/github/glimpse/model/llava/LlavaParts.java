package io.github.glimpse.model.llava;

import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.engine.Weights;
import io.github.glimpse.model.FamilyFiles;
import io.github.glimpse.model.LoadOptions;
import io.github.glimpse.model.MediaRule;
import io.github.glimpse.model.PositionRule;
import io.github.glimpse.model.VisionLanguageModel;
import io.github.glimpse.nn.DecoderNames;
import io.github.glimpse.nn.DecoderStack;
import java.util.function.Function;

/** Puts a model of LLaVA's kind together; the families differ in what they do with pictures. */
final class LlavaParts {

    private LlavaParts() {}

    /**
     * Loads the weights.
     *
     * @param family name of the family
     * @param text closed if the model cannot be loaded
     * @param media what the family does with pictures
     * @param hasNewline whether the checkpoint has a newline row
     */
    static VisionLanguageModel load(
            String family,
            LlavaConfig config,
            FamilyFiles text,
            Function<FamilyFiles, MediaRule> media,
            boolean hasNewline,
            LoadOptions options,
            TorchRuntime runtime) {
        Weights weights = null;
        TensorScope owned = null;
        try {
            MediaRule rule = media.apply(text);
            weights = text.openWeights(runtime, options, "embed_tokens.weight");
            owned = runtime.openScope();
            boolean newer = weights.has("model.language_model.embed_tokens.weight");
            DecoderNames names = newer
                    ? DecoderNames.below("model.language_model", "lm_head")
                    : DecoderNames.below("language_model.model", "language_model.lm_head");
            DecoderStack decoder = config.decoder().load(runtime, weights, names, owned);
            LlavaTower tower = new LlavaTower(runtime, weights, config, newer ? "model." : "", hasNewline, owned);
            weights.finishLoading();
            return new VisionLanguageModel(
                    family,
                    rule,
                    tower,
                    decoder,
                    text.tokenizer(),
                    text.template(),
                    text.templateVariables(),
                    PositionRule.consecutive(),
                    text.stopIds(),
                    config.decoder().contextLength(),
                    weights,
                    owned);
        } catch (RuntimeException | Error e) {
            if (owned != null) {
                owned.close();
            }
            if (weights != null) {
                weights.close();
            }
            text.close();
            throw e;
        }
    }
}
