package io.github.glimpse.image;

import java.util.List;

/**
 * Turns colour levels into the numbers that a vision tower was trained on: {@code (level * factor - mean) / deviation}
 * per channel. The sums are those of the reference: the product in double precision, rounded to float, the rest in
 * float. There are only 256 levels, so they are worked out once. Immutable.
 */
public final class PixelScale {

    private static final int LEVELS = 256;

    private final float[] values = new float[RasterImage.CHANNELS * LEVELS];

    /**
     * Makes a scale.
     *
     * @param factor usually 1 / 255
     * @param means one per channel
     * @param deviations one per channel, not 0
     */
    public PixelScale(double factor, List<Double> means, List<Double> deviations) {
        if (means.size() != RasterImage.CHANNELS || deviations.size() != RasterImage.CHANNELS) {
            throw new IllegalArgumentException(
                    "A scale needs 3 means and 3 deviations, not " + means.size() + " and " + deviations.size());
        }
        for (int channel = 0; channel < RasterImage.CHANNELS; channel++) {
            float mean = means.get(channel).floatValue();
            float deviation = deviations.get(channel).floatValue();
            if (!Double.isFinite(factor) || !Float.isFinite(mean) || !Float.isFinite(deviation) || deviation == 0) {
                throw new IllegalArgumentException(
                        "No scale: factor " + factor + ", mean " + mean + ", deviation " + deviation);
            }
            for (int level = 0; level < LEVELS; level++) {
                values[channel * LEVELS + level] = ((float) (level * factor) - mean) / deviation;
            }
        }
    }

    /** The value of a colour level. {@code level} is the byte as stored; channel 0 is red. */
    public float value(int channel, byte level) {
        return values[channel * LEVELS + (level & 0xFF)];
    }
}
