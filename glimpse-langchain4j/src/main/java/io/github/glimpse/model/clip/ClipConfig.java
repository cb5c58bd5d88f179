package io.github.glimpse.model.clip;

import io.github.glimpse.ModelFilesException;
import io.github.glimpse.UnsupportedModelException;
import io.github.glimpse.hub.ModelConfig;
import io.github.glimpse.hub.NumberRange;
import io.github.glimpse.nn.Activation;
import java.util.Set;
import java.util.TreeSet;

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

    private static final int MOST_IMAGE_SIZE = 16_384;

    /**
     * What a family's files leave out where it is so.
     *
     * @param hidden width
     * @param heads attention heads
     * @param patchSize side of a patch in pixels
     */
    public record Defaults(int hidden, int heads, int patchSize) {}

    /**
     * Checks that the numbers go together.
     *
     * @throws ModelFilesException if they do not: they come from a model's configuration
     */
    public ClipConfig {
        if (imageSize < patchSize || hidden % heads != 0 || imageSize > MOST_IMAGE_SIZE) {
            throw new ModelFilesException(
                    "config.json: vision_config has image_size " + imageSize + ", from patch_size "
                            + patchSize + " to " + MOST_IMAGE_SIZE + " is possible, and hidden_size " + hidden
                            + ", a multiple of num_attention_heads " + heads
                            + "; take the file of the model's repository again");
        }
    }

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
        return of(json, layout, Set.of(layout.type()), new Defaults(768, 12, layout.defaultPatchSize()));
    }

    /**
     * Reads the {@code vision_config} of a tower that has this layout under names of its own.
     *
     * @param types values of {@code model_type} that it may have, none included
     * @param defaults for keys that the file leaves out
     * @throws UnsupportedModelException if it is of another type, or the activation is unknown
     * @throws ModelFilesException if the numbers do not go together
     */
    public static ClipConfig of(ModelConfig json, TowerLayout layout, Set<String> types, Defaults defaults) {
        String type = json.string("model_type", layout.type());
        if (json.has("model_type") && !types.contains(type)) {
            throw new UnsupportedModelException("config.json: the vision tower is of type '" + type + "', "
                    + String.join(", ", new TreeSet<>(types)) + " is known");
        }
        return new ClipConfig(
                json.positiveInteger("num_hidden_layers", 12),
                json.positiveInteger("hidden_size", defaults.hidden()),
                json.positiveInteger("num_attention_heads", defaults.heads()),
                json.positiveInteger("intermediate_size", 3_072),
                json.positiveInteger("image_size", layout.defaultImageSize()),
                json.positiveInteger("patch_size", defaults.patchSize()),
                json.positiveInteger("num_channels", 3),
                activation(json, layout),
                json.number("layer_norm_eps", layout.defaultEps(), NumberRange.EPSILON),
                layout);
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
