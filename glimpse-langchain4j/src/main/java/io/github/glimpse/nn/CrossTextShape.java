package io.github.glimpse.nn;

import io.github.glimpse.ModelFilesException;

/**
 * The numbers of a {@link CrossTextStack}.
 *
 * @param layers layers
 * @param hidden width
 * @param heads attention heads, a divisor of {@code hidden}
 * @param intermediate width of the MLP
 * @param vocabulary rows of the word table
 * @param places rows of the position table: most rows of a text
 * @param encoderWidth width of the rows that the cross-attention reads
 * @param activation of the MLP
 * @param eps epsilon of the norms
 */
public record CrossTextShape(
        int layers,
        int hidden,
        int heads,
        int intermediate,
        int vocabulary,
        int places,
        int encoderWidth,
        Activation activation,
        double eps) {

    /**
     * Checks that the width splits into heads.
     *
     * @throws ModelFilesException if it does not: the numbers come from a model's configuration
     */
    public CrossTextShape {
        if (layers < 1 || heads < 1 || hidden < 1 || hidden % heads != 0 || !(eps >= 0 && eps < 1)) {
            throw new ModelFilesException("The text model's numbers do not fit each other: " + layers
                    + " layers, hidden " + hidden + ", " + heads + " heads, layer_norm_eps " + eps
                    + "; check config.json");
        }
    }

    /** Width of one head. */
    public int headDim() {
        return hidden / heads;
    }

    /** The same stack, attending to rows of another width. */
    public CrossTextShape withEncoderWidth(int width) {
        return new CrossTextShape(layers, hidden, heads, intermediate, vocabulary, places, width, activation, eps);
    }
}
