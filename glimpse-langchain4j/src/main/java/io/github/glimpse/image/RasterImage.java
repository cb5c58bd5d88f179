package io.github.glimpse.image;

import java.util.Arrays;

/**
 * A decoded picture: 8 bits of red, green and blue per pixel, no transparency, upright.
 *
 * <p>The array is not copied, neither in nor out, for it may hold 150 MB: who has the picture must not write to it.
 * Two pictures are equal if their sizes and all their bytes are.
 *
 * @param width columns, at least 1
 * @param height rows, at least 1
 * @param rgb {@code [height, width, 3]}, rows from the top, unsigned bytes in the order red, green, blue
 */
@SuppressWarnings("ArrayRecordComponent") // equals, hashCode and toString are written out
public record RasterImage(int width, int height, byte[] rgb) {

    /** Values per pixel. */
    static final int CHANNELS = 3;

    public RasterImage {
        if (width < 1 || height < 1) {
            throw new IllegalArgumentException("A picture needs at least one pixel, not " + width + " x " + height);
        }
        if (rgb.length != (long) CHANNELS * width * height) {
            throw new IllegalArgumentException("A picture of " + width + " x " + height + " needs "
                    + (long) CHANNELS * width * height + " bytes, not " + rgb.length);
        }
    }

    /** The width and height together. */
    public ImageSize size() {
        return new ImageSize(width, height);
    }

    /** As a PNG file, packed fast rather than well. */
    public byte[] toPng() {
        return PngEncoder.encodeFast(this);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RasterImage that
                && width == that.width
                && height == that.height
                && Arrays.equals(rgb, that.rgb);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * width + height) + Arrays.hashCode(rgb);
    }

    @Override
    public String toString() {
        return "RasterImage[" + width + " x " + height + "]";
    }
}
