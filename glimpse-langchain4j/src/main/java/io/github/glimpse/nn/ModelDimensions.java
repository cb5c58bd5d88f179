package io.github.glimpse.nn;

import io.github.glimpse.ModelFilesException;

/**
 * The numbers of a model that strategies may read.
 *
 * @param layers layers of the language decoder
 * @param hidden width of its residual stream
 * @param heads query heads
 * @param kvHeads key-value heads, a divisor of {@code heads}
 * @param headDim width of one head
 * @param normEps epsilon of the decoder's norms
 * @param visionHidden width of the vision tower
 * @param visionLayers layers of the vision tower
 */
public record ModelDimensions(
        int layers,
        int hidden,
        int heads,
        int kvHeads,
        int headDim,
        double normEps,
        int visionHidden,
        int visionLayers) {

    /** More layers, of a decoder or of a tower, than any model has: what is made for each stays small. */
    public static final int MOST_LAYERS = 10_000;

    private static final int WIDEST_HEAD = 65_536;

    /**
     * Checks that the numbers fit each other.
     *
     * @throws ModelFilesException if they do not: they come from a model's configuration
     */
    public ModelDimensions {
        boolean positive = layers > 0 && hidden > 0 && heads > 0 && kvHeads > 0 && headDim > 0;
        if (!positive || headDim % 2 != 0 || heads % kvHeads != 0 || !(normEps >= 0 && normEps < 1)) {
            throw new ModelFilesException(
                    "config.json: its numbers do not fit each other: num_hidden_layers " + layers + ", hidden_size "
                            + hidden + ", num_attention_heads " + heads + ", num_key_value_heads " + kvHeads
                            + " (a divisor of them), head_dim " + headDim + " (even), rms_norm_eps " + normEps
                            + " (from 0, below 1); take the file of the model's repository again");
        }
        if (layers > MOST_LAYERS || visionLayers > MOST_LAYERS || headDim > WIDEST_HEAD) {
            throw new ModelFilesException("config.json: num_hidden_layers is " + layers + ", in the vision tower "
                    + visionLayers + ", and head_dim " + headDim + "; the limits are " + MOST_LAYERS + " and "
                    + WIDEST_HEAD + "; take the file of the model's repository again");
        }
    }
}
