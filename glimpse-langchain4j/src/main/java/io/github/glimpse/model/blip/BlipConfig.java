package io.github.glimpse.model.blip;

import io.github.glimpse.ModelFilesException;
import io.github.glimpse.UnsupportedModelException;
import io.github.glimpse.hub.ModelConfig;
import io.github.glimpse.hub.NumberRange;
import io.github.glimpse.model.ImageTextTask;
import io.github.glimpse.model.ImageTextTokens;
import io.github.glimpse.model.clip.ClipConfig;
import io.github.glimpse.model.clip.TowerLayout;
import io.github.glimpse.nn.Activation;
import io.github.glimpse.nn.CrossTextShape;
import io.github.glimpse.nn.ModelDimensions;
import java.util.List;
import java.util.Map;

/**
 * {@code config.json} of a BLIP folder. Files leave out what equals the reference library's defaults, so those count here, odd
 * ones too: 8 heads of the text, though released files say 12.
 *
 * @param task by {@code architectures}
 * @param vision the tower
 * @param text the text stacks, attending to the tower's rows
 * @param tokens ids with a meaning
 * @param matchWidth width of the space in which pictures and texts are compared
 */
record BlipConfig(ImageTextTask task, ClipConfig vision, CrossTextShape text, ImageTextTokens tokens, int matchWidth) {

    private static final Map<String, ImageTextTask> TASKS = Map.of(
            "BlipForQuestionAnswering", ImageTextTask.ANSWER,
            "BlipForConditionalGeneration", ImageTextTask.CAPTION,
            "BlipForImageTextRetrieval", ImageTextTask.MATCH);

    private static final String ACTIVATION = "hidden_act";

    static BlipConfig of(ModelConfig root) {
        ImageTextTask task = task(root);
        ClipConfig vision = ClipConfig.of(root.at("vision_config"), TowerLayout.BLIP);
        ModelConfig json = root.at("text_config");
        CrossTextShape text = new CrossTextShape(
                json.positiveInteger("num_hidden_layers", 12),
                json.positiveInteger("hidden_size", 768),
                json.positiveInteger("num_attention_heads", 8),
                json.positiveInteger("intermediate_size", 3_072),
                json.positiveInteger("vocab_size", 30_524),
                json.positiveInteger("max_position_embeddings", 512),
                // The file's own encoder_hidden_size is overwritten by the reference too.
                vision.hidden(),
                activation(json),
                json.number("layer_norm_eps", 1e-12, NumberRange.EPSILON));
        if (task == ImageTextTask.ANSWER && vision.hidden() != text.hidden()) {
            throw new UnsupportedModelException(
                    "config.json: a BLIP model that answers questions needs a tower as wide as"
                            + " its text, this one has " + vision.hidden() + " and " + text.hidden()
                            + "; there is no such model on the large tower");
        }
        return new BlipConfig(
                task, vision, text, tokens(json, text), root.positiveInteger("image_text_hidden_size", 256));
    }

    private static ImageTextTask task(ModelConfig root) {
        List<String> names = root.strings("architectures", List.of());
        for (String name : names) {
            if (TASKS.containsKey(name)) {
                return TASKS.get(name);
            }
        }
        throw new UnsupportedModelException("config.json: architectures is " + names + ", known for BLIP are "
                + TASKS.keySet().stream().sorted().toList() + "; use a folder of one of them");
    }

    private static ImageTextTokens tokens(ModelConfig json, CrossTextShape text) {
        // eos_token_id of these files is not what ends a text.
        int start = json.integer("bos_token_id", 30_522);
        ImageTextTokens tokens = new ImageTextTokens(start, json.integer("sep_token_id", 102), null);
        if (Math.max(tokens.start(), tokens.end()) >= text.vocabulary()) {
            throw new ModelFilesException("config.json: bos_token_id " + tokens.start() + " and sep_token_id "
                    + tokens.end() + " must lie below vocab_size " + text.vocabulary());
        }
        return tokens;
    }

    /** The ids, with the original training's first id of a text that attends to a picture: the one after the start. */
    ImageTextTokens encoderTokens() {
        int enc = tokens.start() + 1;
        if (enc >= text.vocabulary()) {
            throw new UnsupportedModelException("This model's vocabulary of " + text.vocabulary()
                    + " has no [ENC] behind the start id " + tokens.start() + "; leave the first token enc out");
        }
        return new ImageTextTokens(tokens.start(), tokens.end(), enc);
    }

    private static Activation activation(ModelConfig json) {
        String name = json.string(ACTIVATION, "gelu");
        return Activation.of(name)
                .orElseThrow(() -> new UnsupportedModelException("config.json: text_config." + ACTIVATION + " is '"
                        + name + "', known are " + Activation.known()));
    }

    ModelDimensions dimensions() {
        return new ModelDimensions(
                text.layers(),
                text.hidden(),
                text.heads(),
                text.heads(),
                text.headDim(),
                text.eps(),
                vision.hidden(),
                vision.depth());
    }

    /** Where the question encoder, or the only stack, lies in the checkpoint. */
    static final String ENCODER = "text_encoder";

    /** Where the decoder's layers lie. */
    static final String DECODER = "text_decoder.bert";

    /** Where the decoder's head lies. */
    static final String PREDICTIONS = "text_decoder.cls.predictions";
}
