package io.github.glimpse.model.qwen25vl;

import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.engine.Weights;
import io.github.glimpse.hub.ModelFiles;
import io.github.glimpse.image.FramePixelBudget;
import io.github.glimpse.image.FrameSampling;
import io.github.glimpse.model.FamilyFiles;
import io.github.glimpse.model.LoadOptions;
import io.github.glimpse.model.MediaPlaceholder;
import io.github.glimpse.model.NativeMedia;
import io.github.glimpse.model.NativeMedia.SliceRows;
import io.github.glimpse.model.NativePictures;
import io.github.glimpse.model.NativeSettings;
import io.github.glimpse.model.PositionRule;
import io.github.glimpse.model.SinglePictures;
import io.github.glimpse.model.VisionLanguageModel;
import io.github.glimpse.nn.DecoderNames;
import io.github.glimpse.nn.DecoderStack;

/** Loads models of Qwen2-VL's shape: a tower whose tokens are merged from patches, and the decoder of Qwen2 with multimodal positions. */
public final class QwenModel {

    private QwenModel() {}

    /**
     * Loads one.
     *
     * @param family its name
     * @param vision numbers of its tower
     * @param form norms and MLP of its tower
     */
    public static VisionLanguageModel load(
            String family,
            QwenVision vision,
            BlockForm form,
            ModelFiles files,
            LoadOptions options,
            TorchRuntime runtime) {
        QwenConfig config = QwenConfig.of(files.config(), vision);
        NativeSettings pictures = NativeSettings.ofPictures(files, options, NativeSettings.QWEN2);
        NativeSettings videos = NativeSettings.ofVideos(files, NativeSettings.QWEN2);
        vision.check(pictures);
        vision.check(videos);
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
                    new Qwen25VlTower(runtime, weights, nested ? "model.visual" : "visual", vision, form, owned);
            weights.finishLoading();
            return new VisionLanguageModel(
                    family,
                    new NativeMedia(
                            new SinglePictures(MediaPlaceholder.of(config.imageToken()), new NativePictures(pictures)),
                            text.videoToken(config.videoToken()),
                            videos.layout(),
                            new FramePixelBudget(videos.budget(), options.capVideoPixels()),
                            sampling,
                            SliceRows.inOneRun(vision::positionsOfSlice)),
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
