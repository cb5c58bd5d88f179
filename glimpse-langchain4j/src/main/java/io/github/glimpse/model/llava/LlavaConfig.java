package io.github.glimpse.model.llava;

import io.github.glimpse.ModelFilesException;
import io.github.glimpse.UnsupportedModelException;
import io.github.glimpse.hub.ModelConfig;
import io.github.glimpse.model.DecoderConfig;
import io.github.glimpse.model.clip.ClipConfig;

/**
 * {@code config.json} of a LLaVA-1.5 folder.
 *
 * @param featureState hidden state of the tower that the projector reads
 */
record LlavaConfig(DecoderConfig decoder, ClipConfig vision, int featureState, int imageToken) {

    static LlavaConfig of(ModelConfig root) {
        requireText(root.at("text_config"), "model_type", "llama");
        requireText(root, "projector_hidden_act", "gelu");
        requireText(root, "vision_feature_select_strategy", "default");
        ClipConfig vision = ClipConfig.of(root.at("vision_config"));
        int layer = root.integer("vision_feature_layer", -2);
        int state = layer < 0 ? vision.depth() + 1 + layer : layer;
        if (state < 0 || state > vision.depth()) {
            throw new ModelFilesException(
                    "config.json: vision_feature_layer is " + layer + ", the tower has " + vision.depth() + " blocks");
        }
        return new LlavaConfig(
                DecoderConfig.of(root, vision.hidden(), vision.depth()),
                vision,
                state,
                root.integer(root.has("image_token_index") ? "image_token_index" : "image_token_id"));
    }

    private static void requireText(ModelConfig json, String key, String known) {
        String value = json.string(key, known);
        if (!value.equals(known)) {
            throw new UnsupportedModelException(
                    "config.json: " + key + " is '" + value + "', LLaVA-1.5 has '" + known + "'; use another model");
        }
    }
}
