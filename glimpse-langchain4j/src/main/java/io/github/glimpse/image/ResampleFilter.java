package io.github.glimpse.image;

/** How source pixels are weighed by their distance, as Pillow does it. */
public enum ResampleFilter {
    /** A triangle, one pixel to each side: SigLIP 2. */
    BILINEAR(1.0),
    /** The cubic of Keys, two pixels to each side: most others. */
    BICUBIC(2.0);

    private static final double SHARPNESS = -0.5;

    private final double support;

    ResampleFilter(double support) {
        this.support = support;
    }

    /** How far it reaches, in source pixels (or target pixels when shrinking). */
    double support() {
        return support;
    }

    /** The weight at a distance in source pixels (or target pixels when shrinking). */
    double share(double signedDistance) {
        double distance = Math.abs(signedDistance);
        if (this == BILINEAR) {
            return distance < 1.0 ? 1.0 - distance : 0;
        }
        if (distance < 1.0) {
            return ((SHARPNESS + 2.0) * distance - (SHARPNESS + 3.0)) * distance * distance + 1;
        }
        if (distance < 2.0) {
            return (((distance - 5) * distance + 8) * distance - 4) * SHARPNESS;
        }
        return 0;
    }
}
