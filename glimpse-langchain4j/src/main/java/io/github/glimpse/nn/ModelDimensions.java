package io.github.glimpse.nn;

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

    /** Checks that the numbers fit each other. */
    public ModelDimensions {
        if (layers < 1 || hidden < 1 || heads < 1 || kvHeads < 1 || headDim < 2 || heads % kvHeads != 0) {
            throw new IllegalArgumentException("Impossible dimensions: " + layers + " layers, hidden " + hidden + ", "
                    + heads + " heads, " + kvHeads + " key-value heads of " + headDim);
        }
    }
}
