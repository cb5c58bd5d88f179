package io.github.glimpse.image;

/** The filters of the transparency of lossy WebP: what is stored is the difference to a guess from neighbours. */
final class WebpAlpha {

    private static final int NONE = 0;
    private static final int FROM_LEFT = 1;
    private static final int FROM_ABOVE = 2;

    private WebpAlpha() {}

    /**
     * Adds the guesses, in place.
     *
     * @param values {@code [height, width]}
     * @param filter 0 none, 1 the value to the left, 2 the value above, 3 the slope of left, above and corner
     */
    static void unfilter(byte[] values, int width, int filter) {
        if (filter == NONE) {
            return;
        }
        for (int at = 1; at < values.length; at++) {
            int x = at % width;
            int guess;
            if (at < width) {
                guess = values[at - 1];
            } else if (x == 0 || filter == FROM_ABOVE) {
                guess = values[at - width];
            } else if (filter == FROM_LEFT) {
                guess = values[at - 1];
            } else {
                guess = ColorMath.clip(
                        (values[at - 1] & 0xFF) + (values[at - width] & 0xFF) - (values[at - width - 1] & 0xFF));
            }
            values[at] += (byte) guess;
        }
    }
}
