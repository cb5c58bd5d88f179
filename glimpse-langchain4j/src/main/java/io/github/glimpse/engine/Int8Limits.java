package io.github.glimpse.engine;

/**
 * How far weights of 8 bits may change a model before it warns. They refuse nothing.
 *
 * @param maxLayerError largest error of a layer's rows, as in {@link Int8Report#layerErrors}; at 1 they are as far from those in 16 bits as
 *     rows of zeros
 * @param minOverlap least overlap of the image tokens that stay, as in {@link Int8Report#overlap}, 0..1; bfloat16 against float32 gives
 *     0.71 to 0.97
 */
public record Int8Limits(double maxLayerError, double minOverlap) {

    private static final Int8Limits DEFAULTS = new Int8Limits(0.25, 0.6);

    /** Checks the numbers. */
    public Int8Limits {
        if (!(maxLayerError >= 0)) {
            throw new IllegalArgumentException("max-layer-error is " + maxLayerError
                    + ", it must be at least 0; 0.25 is a quarter of the length of a layer's rows");
        }
        if (!(minOverlap >= 0 && minOverlap <= 1)) {
            throw new IllegalArgumentException("min-overlap is " + minOverlap
                    + ", it must lie in [0, 1]; 0 is never warned of, 1 always but for equal sets");
        }
    }

    /** A quarter, and an overlap of 0.6. */
    public static Int8Limits defaults() {
        return DEFAULTS;
    }
}
