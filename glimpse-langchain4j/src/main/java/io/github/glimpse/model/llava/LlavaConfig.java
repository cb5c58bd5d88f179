package io.github.glimpse.model.llava;

import io.github.glimpse.ModelFilesException;
import io.github.glimpse.UnsupportedModelException;
import io.github.glimpse.hub.ModelConfig;
import io.github.glimpse.model.clip.ClipConfig;
import io.github.glimpse.nn.DecoderShape;
import io.github.glimpse.nn.ModelDimensions;

/**
 * {@code config.json} of a LLaVA-1.5 folder.
 *
 * @param featureState hidden state of the tower that the projector reads
 * @param tiedText whether the language model's own settings tie its head to the embedding, whatever stands at the top
 */
record LlavaConfig(
        ModelDimensions dimensions,
        DecoderShape decoder,
        ClipConfig vision,
        int featureState,
        int imageToken,
        int contextLength,
        boolean tiedText) {

    // LLaMA's defaults: released files leave out what equals them.
    private static final int LLAMA_HIDDEN = 4_096;
    private static final int LLAMA_LAYERS = 32;
    private static final int LLAMA_INTERMEDIATE = 11_008;

    static LlavaConfig of(ModelConfig root) {
        ModelConfig text = root.at("text_config");
        requireText(text, "model_type", "llama");
        requireText(root, "projector_hidden_act", "gelu");
        requireText(root, "vision_feature_select_strategy", "default");
        requireText(text, "hidden_act", "silu");
        ClipConfig vision = ClipConfig.of(root.at("vision_config"));
        int hidden = text.positiveInteger("hidden_size", LLAMA_HIDDEN);
        int heads = text.positiveInteger("num_attention_heads", 32);
        ModelDimensions dimensions = new ModelDimensions(
                text.positiveInteger("num_hidden_layers", LLAMA_LAYERS),
                hidden,
                heads,
                text.positiveInteger("num_key_value_heads", heads),
                text.positiveInteger("head_dim", hidden / heads),
                text.number("rms_norm_eps", 1e-6),
                vision.hidden(),
                vision.depth());
        DecoderShape decoder = new DecoderShape(
                text.positiveInteger("vocab_size", 32_000),
                text.positiveInteger("intermediate_size", LLAMA_INTERMEDIATE),
                theta(text),
                new int[] {dimensions.headDim() / 2},
                root.has("tie_word_embeddings")
                        ? root.bool("tie_word_embeddings", false)
                        : text.bool("tie_word_embeddings", false));
        int layer = root.integer("vision_feature_layer", -2);
        int state = layer < 0 ? vision.depth() + 1 + layer : layer;
        if (state < 0 || state > vision.depth()) {
            throw new ModelFilesException(
                    "config.json: vision_feature_layer is " + layer + ", the tower has " + vision.depth() + " blocks");
        }
        return new LlavaConfig(
                dimensions,
                decoder,
                vision,
                state,
                root.integer(root.has("image_token_index") ? "image_token_index" : "image_token_id"),
                text.positiveInteger("max_position_embeddings", 2_048),
                text.bool("tie_word_embeddings", false));
    }

    private static double theta(ModelConfig text) {
        String key = text.has("rope_parameters") ? "rope_parameters" : "rope_scaling";
        double theta = text.number("rope_theta", 10_000);
        if (!text.has(key)) {
            return theta;
        }
        ModelConfig scaling = text.at(key);
        String type = scaling.string("rope_type", scaling.string("type", "default"));
        if (!type.equals("default")) {
            throw new UnsupportedModelException(
                    "config.json: text_config." + key + " is of type '" + type + "', default is known");
        }
        return scaling.number("rope_theta", theta);
    }

    private static void requireText(ModelConfig json, String key, String known) {
        String value = json.string(key, known);
        if (!value.equals(known)) {
            throw new UnsupportedModelException(
                    "config.json: " + key + " is '" + value + "', LLaVA-1.5 has '" + known + "'; use another model");
        }
    }
}
