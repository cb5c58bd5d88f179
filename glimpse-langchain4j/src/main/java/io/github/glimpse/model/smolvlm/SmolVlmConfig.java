package io.github.glimpse.model.smolvlm;

import io.github.glimpse.hub.ModelConfig;
import io.github.glimpse.model.DecoderConfig;
import io.github.glimpse.model.clip.ClipConfig;
import io.github.glimpse.model.clip.TowerLayout;
import java.util.Set;

/**
 * {@code config.json} of a SmolVLM, SmolVLM2 or Idefics3 folder.
 *
 * @param merge side of an image token in patches
 * @param isIdefics3 whether it is Idefics3, whose processor takes no videos
 */
record SmolVlmConfig(DecoderConfig decoder, ClipConfig vision, int merge, int imageToken, boolean isIdefics3) {

    static final String SMOLVLM = "smolvlm";
    static final String IDEFICS3 = "idefics3";

    // The reference's defaults, where they are not SigLIP's.
    private static final int VISION_HIDDEN = 1_152;
    private static final int VISION_HEADS = 16;
    private static final int VISION_PATCH = 32;
    private static final int IMAGE_TOKEN = 128_257;

    static SmolVlmConfig of(ModelConfig root) {
        ClipConfig vision = ClipConfig.of(
                root.at("vision_config"),
                TowerLayout.SIGLIP,
                Set.of("smolvlm_vision", "idefics3_vision", SMOLVLM, IDEFICS3, "siglip_vision_model"),
                new ClipConfig.Defaults(VISION_HIDDEN, VISION_HEADS, VISION_PATCH));
        int merge = root.positiveInteger("scale_factor", 2);
        if (vision.side() % merge != 0) {
            throw root.problem(
                    "scale_factor",
                    "a divisor of " + vision.side() + ", the patches of a row of the vision tower; take the file of the"
                            + " model's repository again");
        }
        return new SmolVlmConfig(
                DecoderConfig.of(root, vision.hidden(), vision.depth()),
                vision,
                merge,
                root.integer("image_token_id", root.integer("image_token_index", IMAGE_TOKEN)),
                root.string("model_type", "").equals(IDEFICS3));
    }
}
