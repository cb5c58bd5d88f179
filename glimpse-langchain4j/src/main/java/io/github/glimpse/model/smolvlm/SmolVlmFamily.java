package io.github.glimpse.model.smolvlm;

import io.github.glimpse.ModelFilesException;
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
import java.util.Set;

/** SmolVLM, SmolVLM2 and Idefics3. */
public final class SmolVlmFamily implements ModelFamily {

    private static final Set<String> TYPES = Set.of(SmolVlmConfig.SMOLVLM, SmolVlmConfig.IDEFICS3);

    /** For {@link java.util.ServiceLoader}. */
    public SmolVlmFamily() {}

    @Override
    public String name() {
        return "smolvlm";
    }

    @Override
    public boolean accepts(ModelConfig config) {
        return TYPES.contains(config.string("model_type", ""));
    }

    @Override
    public VisionLanguageModel load(ModelFiles files, LoadOptions options, TorchRuntime runtime) {
        SmolVlmConfig config = SmolVlmConfig.of(files.config());
        SmolVlmPreprocessorConfig pictures = SmolVlmPreprocessorConfig.from(files.imageSettings());
        FamilyFiles text = FamilyFiles.of(files);
        TensorScope owned = null;
        Weights weights = null;
        try {
            SmolVlmMedia media = new SmolVlmMedia(
                    config,
                    pictures,
                    imageToken(config, text),
                    !config.isIdefics3() && text.writesVideo(SmolVlmMedia.VIDEO));
            weights = text.openWeights(runtime, options, "embed_tokens.weight");
            owned = runtime.openScope();
            DecoderStack decoder =
                    config.decoder().load(runtime, weights, DecoderNames.below("model.text_model", "lm_head"), owned);
            SmolVlmTower tower = new SmolVlmTower(runtime, weights, "model.", config);
            weights.finishLoading();
            return new VisionLanguageModel(
                    name(),
                    media,
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

    private static String imageToken(SmolVlmConfig config, FamilyFiles text) {
        String spelling = text.tokenizer().spellingOf(config.imageToken());
        if (spelling == null) {
            throw new ModelFilesException("config.json has \"image_token_id\": " + config.imageToken()
                    + ", which is no token of tokenizer.json; take both files of the same model's repository");
        }
        return spelling;
    }
}
