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
                    "The model's numbers do not fit each other: " + layers + " layers, hidden " + hidden
                            + ", " + heads + " heads, " + kvHeads + " key-value heads of " + headDim + ", rms_norm_eps "
                            + normEps
                            + "; check config.json");
        }
        if (layers > MOST_LAYERS || visionLayers > MOST_LAYERS || headDim > WIDEST_HEAD) {
            throw new ModelFilesException("The model has " + layers + " layers, " + visionLayers
                    + " in its vision tower, and heads " + headDim + " wide; the limits are " + MOST_LAYERS + " and "
                    + WIDEST_HEAD + "; check config.json");
        }
    }
}
