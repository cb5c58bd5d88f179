package io.github.glimpse.model.blip;

import io.github.glimpse.UnsupportedModelException;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.engine.WeightFormat;
import io.github.glimpse.engine.Weights;
import io.github.glimpse.hub.ModelConfig;
import io.github.glimpse.hub.ModelFiles;
import io.github.glimpse.model.FamilyFiles;
import io.github.glimpse.model.FirstToken;
import io.github.glimpse.model.ImageAspect;
import io.github.glimpse.model.ImageTextModel;
import io.github.glimpse.model.ImageTextTask;
import io.github.glimpse.model.LoadOptions;
import io.github.glimpse.model.MatchingHeads;
import io.github.glimpse.model.ModelFamily;
import io.github.glimpse.model.clip.ClipPreprocessor;
import io.github.glimpse.model.clip.ClipPreprocessorConfig;
import io.github.glimpse.model.clip.ClipTower;
import io.github.glimpse.nn.CrossTextShape;
import io.github.glimpse.nn.CrossTextStack;
import io.github.glimpse.nn.FirstRowHead;
import io.github.glimpse.nn.WordHead;
import io.github.glimpse.text.Tokenizer;
import org.jspecify.annotations.Nullable;

/**
 * BLIP: answers, captions or image-text matching, by the {@code architectures} of the folder. Reads the files of both ways to save
 * them: with {@code decoder.weight} and without, where the word table serves.
 *
 * @see <a href="https://arxiv.org/abs/2201.12086">BLIP</a>
 */
public final class BlipFamily implements ModelFamily {

    /** For {@link java.util.ServiceLoader}. */
    public BlipFamily() {}

    @Override
    public String name() {
        return "blip";
    }

    @Override
    public boolean accepts(ModelConfig config) {
        return config.string("model_type", "").equals("blip");
    }

    @Override
    public ImageTextModel load(ModelFiles files, LoadOptions options, TorchRuntime runtime) {
        if (options.weights() == WeightFormat.INT8) {
            throw new UnsupportedModelException(
                    "Weights of 8 bits are for models with a language decoder, such as llava or"
                            + " qwen2.5-vl; use glimpse.weights=auto");
        }
        BlipConfig config = BlipConfig.of(files.config());
        ClipPreprocessor preprocessor = preprocessor(files, options.aspect(), config);
        Tokenizer tokenizer = Tokenizer.load(files.directory());
        Weights weights = null;
        TensorScope owned = null;
        try {
            weights = FamilyFiles.openWeights(files, runtime, options, "word_embeddings.weight");
            owned = runtime.openScope();
            return assemble(config, options, preprocessor, tokenizer, weights, owned, runtime);
        } catch (RuntimeException | Error e) {
            if (owned != null) {
                owned.close();
            }
            if (weights != null) {
                weights.close();
            }
            tokenizer.close();
            throw e;
        }
    }

    private static ClipPreprocessor preprocessor(ModelFiles files, ImageAspect aspect, BlipConfig config) {
        ClipPreprocessorConfig settings = ClipPreprocessorConfig.squashing(
                files.imageSettings().node(), config.vision().imageSize());
        // Without bars the whole picture is pressed into the square, as the reference does.
        ImageAspect bars = aspect == ImageAspect.PAD ? ImageAspect.PAD : ImageAspect.CROP;
        return new ClipPreprocessor(settings, config.vision(), bars);
    }

    private ImageTextModel assemble(
            BlipConfig config,
            LoadOptions options,
            ClipPreprocessor preprocessor,
            Tokenizer tokenizer,
            Weights weights,
            TensorScope owned,
            TorchRuntime runtime) {
        ImageTextTask task = config.task();
        CrossTextShape text = config.text();
        CrossTextStack encoder =
                task == ImageTextTask.CAPTION ? null : CrossTextStack.load(runtime, weights, BlipConfig.ENCODER, text);
        // The answer decoder attends to the question's rows, not to the picture's.
        CrossTextShape written = task == ImageTextTask.ANSWER ? text.withEncoderWidth(text.hidden()) : text;
        CrossTextStack decoder =
                task == ImageTextTask.MATCH ? null : CrossTextStack.load(runtime, weights, BlipConfig.DECODER, written);
        WordHead words = decoder == null
                ? null
                : WordHead.load(
                        decoder, weights, BlipConfig.PREDICTIONS, BlipConfig.DECODER + ".embeddings.word_embeddings");
        MatchingHeads heads = task == ImageTextTask.MATCH && encoder != null ? heads(config, weights, encoder) : null;
        ClipTower tower = new ClipTower(runtime, weights, "vision_model", config.vision());
        weights.finishLoading();
        return new ImageTextModel(
                name(),
                task,
                preprocessor,
                tower,
                encoder,
                decoder,
                words,
                heads,
                tokenizer,
                options.firstToken() == FirstToken.ENC ? config.encoderTokens() : config.tokens(),
                config.dimensions(),
                text.places(),
                weights,
                owned);
    }

    private static @Nullable MatchingHeads heads(BlipConfig config, Weights weights, CrossTextStack stack) {
        int hidden = config.text().hidden();
        int width = config.matchWidth();
        return new MatchingHeads(
                FirstRowHead.load(stack, weights.at("itm_head"), 2, hidden),
                FirstRowHead.load(
                        stack, weights.at("vision_proj"), width, config.vision().hidden()),
                FirstRowHead.load(stack, weights.at("text_proj"), width, hidden));
    }
}
