package io.github.glimpse.model.clip;

import io.github.glimpse.ModelFilesException;
import io.github.glimpse.UnsupportedModelException;
import io.github.glimpse.hub.ModelConfig;
import io.github.glimpse.nn.Activation;

/**
 * The numbers of a vision tower of CLIP's kind.
 *
 * @param depth blocks
 * @param hidden width
 * @param heads attention heads
 * @param intermediate width of the MLP
 * @param imageSize side of the square picture in pixels
 * @param patchSize side of a patch in pixels
 * @param channels colours
 * @param activation of the MLP
 * @param eps epsilon of the layer norms
 * @param layout which family's names and surroundings the blocks have
 */
public record ClipConfig(
        int depth,
        int hidden,
        int heads,
        int intermediate,
        int imageSize,
        int patchSize,
        int channels,
        Activation activation,
        double eps,
        TowerLayout layout) {

    /** Reads CLIP's {@code vision_config}; missing keys have the reference's defaults. */
    public static ClipConfig of(ModelConfig json) {
        return of(json, TowerLayout.CLIP);
    }

    /**
     * Reads {@code vision_config}; missing keys have the reference's defaults for this family.
     *
     * @throws UnsupportedModelException if it is of another type, or the activation is unknown
     * @throws ModelFilesException if the numbers do not go together
     */
    public static ClipConfig of(ModelConfig json, TowerLayout layout) {
        String type = json.string("model_type", layout.type());
        if (!type.equals(layout.type())) {
            throw new UnsupportedModelException(
                    "config.json: the vision tower is of type '" + type + "', " + layout.type() + " is known");
        }
        ClipConfig config = new ClipConfig(
                json.positiveInteger("num_hidden_layers", 12),
                json.positiveInteger("hidden_size", 768),
                json.positiveInteger("num_attention_heads", 12),
                json.positiveInteger("intermediate_size", 3_072),
                json.positiveInteger("image_size", layout.defaultImageSize()),
                json.positiveInteger("patch_size", layout.defaultPatchSize()),
                json.positiveInteger("num_channels", 3),
                activation(json, layout),
                json.number("layer_norm_eps", layout.defaultEps()),
                layout);
        if (config.imageSize < config.patchSize || config.hidden % config.heads != 0) {
            throw new ModelFilesException("config.json: vision_config has an image of " + config.imageSize
                    + " pixels for patches of " + config.patchSize + ", and width " + config.hidden + " for "
                    + config.heads + " heads; check the file");
        }
        return config;
    }

    private static Activation activation(ModelConfig json, TowerLayout layout) {
        String name = json.string("hidden_act", layout.defaultActivation());
        return Activation.of(name)
                .orElseThrow(() -> new UnsupportedModelException(
                        "config.json: vision_config.hidden_act is '" + name + "', known are " + Activation.known()));
    }

    /** Patches of a row. */
    public int side() {
        return imageSize / patchSize;
    }

    /** Patches of a picture, without the class row. */
    public int patches() {
        return side() * side();
    }

    /** Rows of a picture: patches, and the class row where there is one. */
    public int rows() {
        return patches() + layout.classRows();
    }
}
