package com.example.guide01;

/** How much the pixels of an image token vary. */
final class TextDensity {

    private static final int CHANNELS = 3;

    private TextDensity() {}

    /**
     * For each token the standard deviation of red, of green or of blue, whichever is largest: 0 for one colour, 0.5 for half black
     * and half white.
     *
     * @param values {@code [tokens, values]} in 0..1, red, green and blue of one pixel after another
     */
    static float[] of(float[] values, int tokens) {
        int width = values.length / tokens;
        float[] spread = new float[tokens];
        for (int token = 0; token < tokens; token++) {
            double largest = 0;
            for (int channel = 0; channel < CHANNELS; channel++) {
                largest = Math.max(largest, variance(values, token * width + channel, (token + 1) * width));
            }
            spread[token] = (float) Math.sqrt(largest);
        }
        return spread;
    }

    /** The variance of every third value; in two passes, so that one colour gives 0. */
    private static double variance(float[] values, int from, int to) {
        // Relative to the first value, or the mean of equal values would be off by a rounding.
        double sum = 0;
        int count = 0;
        for (int i = from; i < to; i += CHANNELS) {
            sum += values[i] - values[from];
            count++;
        }
        double mean = sum / count;
        double squares = 0;
        for (int i = from; i < to; i += CHANNELS) {
            double off = values[i] - values[from] - mean;
            squares += off * off;
        }
        return squares / count;
    }
}
