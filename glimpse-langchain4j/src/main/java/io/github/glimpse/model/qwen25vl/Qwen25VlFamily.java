package io.github.glimpse.model.qwen25vl;

import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.engine.Weights;
import io.github.glimpse.hub.ModelConfig;
import io.github.glimpse.hub.ModelFiles;
import io.github.glimpse.image.FramePixelBudget;
import io.github.glimpse.image.FrameSampling;
import io.github.glimpse.model.FamilyFiles;
import io.github.glimpse.model.LoadOptions;
import io.github.glimpse.model.MediaPlaceholder;
import io.github.glimpse.model.ModelFamily;
import io.github.glimpse.model.NativeMedia;
import io.github.glimpse.model.NativeMedia.SliceRows;
import io.github.glimpse.model.NativePictures;
import io.github.glimpse.model.NativeSettings;
import io.github.glimpse.model.PositionRule;
import io.github.glimpse.model.SinglePictures;
import io.github.glimpse.model.VisionLanguageModel;
import io.github.glimpse.nn.DecoderNames;
import io.github.glimpse.nn.DecoderStack;

/** Qwen2.5-VL. */
public final class Qwen25VlFamily implements ModelFamily {

    /** For {@link java.util.ServiceLoader}. */
    public Qwen25VlFamily() {}

    @Override
    public String name() {
        return "qwen2.5-vl";
    }

    @Override
    public boolean accepts(ModelConfig config) {
        return config.string("model_type", "").equals("qwen2_5_vl");
    }

    @Override
    public VisionLanguageModel load(ModelFiles files, LoadOptions options, TorchRuntime runtime) {
        Qwen25VlConfig config = Qwen25VlConfig.of(files.config());
        NativeSettings pictures = NativeSettings.ofPictures(files, options, NativeSettings.QWEN2);
        NativeSettings videos = NativeSettings.ofVideos(files, NativeSettings.QWEN2);
        config.vision().check(pictures);
        config.vision().check(videos);
        FrameSampling sampling = NativeMedia.sampling(files.videoSettings(), FrameSampling.Spacing.IN_PAIRS);
        FamilyFiles text = FamilyFiles.of(files);
        Weights weights = text.openWeights(runtime, options, "embed_tokens.weight");
        TensorScope owned = runtime.openScope();
        try {
            // Newer releases put everything below "model.".
            boolean nested = weights.has("model.language_model.embed_tokens.weight");
            DecoderStack decoder = DecoderStack.load(
                    runtime,
                    weights,
                    DecoderNames.below(nested ? "model.language_model" : "model", "lm_head"),
                    config.decoder(),
                    config.dimensions(),
                    owned);
            Qwen25VlTower tower =
                    new Qwen25VlTower(runtime, weights, nested ? "model.visual" : "visual", config.vision(), owned);
            weights.finishLoading();
            return new VisionLanguageModel(
                    name(),
                    new NativeMedia(
                            new SinglePictures(MediaPlaceholder.of(config.imageToken()), new NativePictures(pictures)),
                            text.videoToken(config.videoToken()),
                            videos.layout(),
                            new FramePixelBudget(videos.budget(), false),
                            sampling,
                            SliceRows.inOneRun(config.vision()::positionsOfSlice)),
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
        } catch (RuntimeException e) {
            owned.close();
            weights.close();
            text.close();
            throw e;
        }
    }
}
