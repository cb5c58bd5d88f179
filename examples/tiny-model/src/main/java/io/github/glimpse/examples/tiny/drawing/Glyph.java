package io.github.glimpse.examples.tiny.drawing;

/**
 * The ink of a character at one size.
 *
 * @param left column of the first pixel, from the pen's place
 * @param top row of the first pixel, from the baseline downwards
 * @param width columns
 * @param height rows
 * @param ink how much of each pixel is covered, 0 to 255, row by row
 * @param advance how far the pen moves on, in pixels
 */
record Glyph(int left, int top, int width, int height, byte[] ink, double advance) {

    /** Middle of the ink, from the pen's place. */
    double centre() {
        return left + width / 2.0;
    }
}
