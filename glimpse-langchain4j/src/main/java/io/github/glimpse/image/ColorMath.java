package io.github.glimpse.image;

/**
 * The integer sums by which Pillow and the JPEG library turn other colour models into red, green and blue. Every
 * rounding here is theirs.
 */
final class ColorMath {

    private static final int FRACTION_BITS = 16;
    private static final int HALF = 1 << (FRACTION_BITS - 1);
    private static final int RED_OF_CR = fixed(1.40200);
    private static final int GREEN_OF_CB = fixed(0.34414);
    private static final int GREEN_OF_CR = fixed(0.71414);
    private static final int BLUE_OF_CB = fixed(1.77200);

    private ColorMath() {}

    private static int fixed(double factor) {
        return (int) (factor * (1 << FRACTION_BITS) + 0.5);
    }

    /** Rounds {@code value / 255} to the nearest whole number; value is 0 to 65,025. */
    static int divideBy255(int value) {
        int rounded = value + 128;
        return ((rounded >> 8) + rounded) >> 8;
    }

    /** Nearest value in 0 to 255. */
    static int clip(int value) {
        return value < 0 ? 0 : Math.min(value, 255);
    }

    /** Turns three bytes at {@code at} from YCbCr, full range (JFIF), into RGB, in place. */
    static void yccToRgb(byte[] samples, int at) {
        int luma = samples[at] & 0xFF;
        int blue = (samples[at + 1] & 0xFF) - 128;
        int red = (samples[at + 2] & 0xFF) - 128;
        samples[at] = (byte) clip(luma + ((RED_OF_CR * red + HALF) >> FRACTION_BITS));
        samples[at + 1] = (byte) clip(luma + ((-GREEN_OF_CB * blue - GREEN_OF_CR * red + HALF) >> FRACTION_BITS));
        samples[at + 2] = (byte) clip(luma + ((BLUE_OF_CB * blue + HALF) >> FRACTION_BITS));
    }

    /**
     * Colours of inks where 255 is full ink.
     *
     * @param inks {@code [pixels, 4]}, cyan, magenta, yellow, black
     * @return {@code [pixels, 3]}
     */
    static byte[] inksToRgb(byte[] inks) {
        int pixelCount = inks.length / 4;
        byte[] rgb = new byte[pixelCount * RasterImage.CHANNELS];
        for (int pixel = 0; pixel < pixelCount; pixel++) {
            int light = 255 - (inks[4 * pixel + 3] & 0xFF);
            for (int channel = 0; channel < RasterImage.CHANNELS; channel++) {
                int ink = inks[4 * pixel + channel] & 0xFF;
                rgb[RasterImage.CHANNELS * pixel + channel] = (byte) clip(light - divideBy255(ink * light));
            }
        }
        return rgb;
    }

    /**
     * Three equal channels of one.
     *
     * @param grey {@code [pixels]}
     * @return {@code [pixels, 3]}
     */
    static byte[] greyToRgb(byte[] grey) {
        byte[] rgb = new byte[grey.length * RasterImage.CHANNELS];
        for (int pixel = 0, at = 0; pixel < grey.length; pixel++, at += RasterImage.CHANNELS) {
            rgb[at] = grey[pixel];
            rgb[at + 1] = grey[pixel];
            rgb[at + 2] = grey[pixel];
        }
        return rgb;
    }

    /**
     * Colours of a palette; indices beyond its end are black, as in Pillow.
     *
     * @param indices {@code [pixels]}, unsigned
     * @param palette {@code [colours, 3]}
     * @return {@code [pixels, 3]}
     */
    static byte[] paletteToRgb(byte[] indices, byte[] palette) {
        byte[] colours = new byte[256 * RasterImage.CHANNELS];
        System.arraycopy(palette, 0, colours, 0, Math.min(palette.length, colours.length));
        byte[] rgb = new byte[indices.length * RasterImage.CHANNELS];
        for (int pixel = 0, at = 0; pixel < indices.length; pixel++, at += RasterImage.CHANNELS) {
            int from = RasterImage.CHANNELS * (indices[pixel] & 0xFF);
            rgb[at] = colours[from];
            rgb[at + 1] = colours[from + 1];
            rgb[at + 2] = colours[from + 2];
        }
        return rgb;
    }

    /** The palette whose colour i is the grey (i, i, i). */
    static byte[] greyRamp() {
        byte[] indices = new byte[256];
        for (int index = 0; index < indices.length; index++) {
            indices[index] = (byte) index;
        }
        return greyToRgb(indices);
    }
}
