package io.github.glimpse.image;

/**
 * What an image file may cost. Checked before a pixel is decoded: the bytes from the length, the pixels from the
 * header.
 *
 * @param maxBytes largest file, in bytes
 * @param maxPixels largest picture, width times height as stored; decoding takes up to about 10 bytes per pixel for a
 *     moment
 */
public record ImageLimits(long maxBytes, long maxPixels) {

    /** Default of {@link #maxBytes}: 20 MB. */
    public static final long DEFAULT_MAX_BYTES = 20_000_000;

    /** Default of {@link #maxPixels}: 50 megapixels, a full frame of a good camera. */
    public static final long DEFAULT_MAX_PIXELS = 50_000_000;

    /** Four bytes per pixel must fit into one Java array. */
    static final long MOST_PIXELS = 500_000_000;

    public ImageLimits {
        if (maxBytes < 1) {
            throw new IllegalArgumentException("maxBytes must be at least 1, not " + maxBytes);
        }
        if (maxPixels < 1 || maxPixels > MOST_PIXELS) {
            throw new IllegalArgumentException("maxPixels must be 1 to " + MOST_PIXELS + ", not " + maxPixels);
        }
    }

    /** Returns the default limits. */
    public static ImageLimits defaults() {
        return new ImageLimits(DEFAULT_MAX_BYTES, DEFAULT_MAX_PIXELS);
    }
}
