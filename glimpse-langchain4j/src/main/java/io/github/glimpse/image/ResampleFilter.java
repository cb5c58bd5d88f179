package io.github.glimpse.image;

/** How source pixels are weighed by their distance, as Pillow does it. */
public enum ResampleFilter {
    /** A triangle, one pixel to each side: SigLIP 2. */
    BILINEAR(1.0),
    /** The cubic of Keys, two pixels to each side: most others. */
    BICUBIC(2.0),
    /** A sine over its angle in a window of the same form, three pixels to each side: SmolVLM and Idefics3. */
    LANCZOS(3.0);

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
        return switch (this) {
            case BILINEAR -> distance < 1.0 ? 1.0 - distance : 0;
            case BICUBIC -> cubic(distance);
            case LANCZOS -> distance < support ? sineOverAngle(distance) * sineOverAngle(distance / support) : 0;
        };
    }

    private static double cubic(double distance) {
        if (distance < 1.0) {
            return ((SHARPNESS + 2.0) * distance - (SHARPNESS + 3.0)) * distance * distance + 1;
        }
        if (distance < 2.0) {
            return (((distance - 5) * distance + 8) * distance - 4) * SHARPNESS;
        }
        return 0;
    }

    private static double sineOverAngle(double turns) {
        double angle = Math.PI * turns;
        return turns == 0 ? 1 : StrictMath.sin(angle) / angle;
    }
}
