package io.github.glimpse.image.webp;

import java.util.Arrays;

/**
 * Luma or one chroma of a frame, whole macroblocks, with a row above, a column at the left and a few columns at the
 * right that are no picture.
 *
 * @param pixels unsigned bytes, rows of {@link #stride}
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Plane(byte[] pixels, int stride, int width, int height) {

    private static final int RIGHT = 4;
    private static final byte ABOVE_PICTURE = 127;
    private static final byte LEFT_OF_PICTURE = (byte) 129;

    static Plane of(int width, int height) {
        int stride = width + 1 + RIGHT;
        byte[] pixels = new byte[Math.multiplyExact(stride, height + 1)];
        Arrays.fill(pixels, 0, stride, ABOVE_PICTURE);
        for (int y = 1; y <= height; y++) {
            pixels[y * stride] = LEFT_OF_PICTURE;
        }
        return new Plane(pixels, stride, width, height);
    }

    /** Where the pixel in column x and row y lies. */
    int at(int x, int y) {
        return (y + 1) * stride + x + 1;
    }

    int value(int at) {
        return pixels[at] & 0xFF;
    }

    /** Stores the nearest value in 0 to 255. */
    void set(int at, int value) {
        pixels[at] = (byte) (value < 0 ? 0 : Math.min(value, 255));
    }
}
