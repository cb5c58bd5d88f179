package io.github.glimpse.examples.tiny.drawing;

/**
 * A coloured outline of a picture. The arrays are not copied; do not change them.
 *
 * @param x of the corners, in pixels
 * @param y of the corners, in pixels, downwards
 * @param role what it is
 * @param colour name of its colour
 * @param form name of a shape; else empty
 */
public record ColouredArea(double[] x, double[] y, CellRole role, String colour, String form) {}
