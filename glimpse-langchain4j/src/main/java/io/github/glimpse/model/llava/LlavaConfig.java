package io.github.glimpse.model.llava;

import io.github.glimpse.ModelFilesException;
import io.github.glimpse.UnsupportedModelException;
import io.github.glimpse.hub.ModelConfig;
import io.github.glimpse.model.DecoderConfig;
import io.github.glimpse.model.clip.ClipConfig;
import io.github.glimpse.model.clip.TowerLayout;

/**
 * {@code config.json} of a LLaVA-1.5, LLaVA-NeXT or LLaVA-OneVision folder.
 *
 * @param featureState hidden state of the tower that the projector reads
 */
record LlavaConfig(DecoderConfig decoder, ClipConfig vision, int featureState, int imageToken) {

    private static final int ONEVISION_IMAGE_TOKEN = 151_646;

    /** Of LLaVA-1.5 and LLaVA-NeXT, whose tower is CLIP's. */
    static LlavaConfig of(ModelConfig root) {
        return of(root, TowerLayout.CLIP, "default", -2, 0);
    }

    /** Of LLaVA-OneVision, whose tower is SigLIP's. */
    static LlavaConfig oneVision(ModelConfig root) {
        return of(root, TowerLayout.SIGLIP, "full", -1, ONEVISION_IMAGE_TOKEN);
    }

    /** An image token of 0 has no default. */
    private static LlavaConfig of(
            ModelConfig root, TowerLayout layout, String select, int defaultLayer, int defaultImageToken) {
        requireText(root, "projector_hidden_act", "gelu");
        requireText(root, "vision_feature_select_strategy", select);
        ClipConfig vision = ClipConfig.of(root.at("vision_config"), layout);
        int layer = root.integer("vision_feature_layer", defaultLayer);
        int state = layer < 0 ? vision.depth() + 1 + layer : layer;
        if (state < 0 || state > vision.depth()) {
            throw new ModelFilesException(
                    "config.json: vision_feature_layer is " + layer + ", the tower has " + vision.depth() + " blocks");
        }
        return new LlavaConfig(
                DecoderConfig.of(root, vision.hidden(), vision.depth()),
                vision,
                state,
                imageToken(root, defaultImageToken));
    }

    // "image_token_id" is the name of newer releases.
    private static int imageToken(ModelConfig root, int defaultToken) {
        String key = root.has("image_token_index") ? "image_token_index" : "image_token_id";
        return defaultToken > 0 ? root.integer(key, defaultToken) : root.integer(key);
    }

    private static void requireText(ModelConfig json, String key, String known) {
        String value = json.string(key, known);
        if (!value.equals(known)) {
            throw new UnsupportedModelException("config.json: " + key + " is '" + value
                    + "', models of this family have '" + known + "'; use another model");
        }
    }
}
