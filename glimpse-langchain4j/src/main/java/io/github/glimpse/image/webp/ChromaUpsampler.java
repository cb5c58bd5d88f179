package io.github.glimpse.image.webp;

/**
 * Colours from luma and half-size chroma, as the WebP library makes them by default: chroma between its samples is
 * weighted 9-3-3-1, and video levels (16 to 235) become full ones.
 */
final class ChromaUpsampler {

    private static final int CHANNELS = 3;
    private static final int FRACTION_BITS = 6;

    private final Plane luma;
    private final Plane blue;
    private final Plane red;
    private final int width;
    private final byte[] rgb;

    private ChromaUpsampler(Plane luma, Plane blue, Plane red, int width, int height) {
        this.luma = luma;
        this.blue = blue;
        this.red = red;
        this.width = width;
        rgb = new byte[Math.multiplyExact(CHANNELS * width, height)];
    }

    /** Returns {@code [height, width, 3]}. */
    static byte[] of(Plane luma, Plane blue, Plane red, int width, int height) {
        ChromaUpsampler upsampler = new ChromaUpsampler(luma, blue, red, width, height);
        int lastChromaRow = (height - 1) / 2;
        for (int y = 0; y < height; y++) {
            // Rows 2k - 1 and 2k lie between chroma rows k - 1 and k, each nearer to one of them
            int near = y / 2;
            int far = (y & 1) == 0 ? Math.max(0, near - 1) : Math.min(lastChromaRow, near + 1);
            upsampler.row(y, near, far);
        }
        return upsampler.rgb;
    }

    private void row(int y, int near, int far) {
        int lastChromaColumn = (width - 1) / 2;
        for (int x = 0; x < width; x++) {
            int column = x / 2;
            int side = (x & 1) == 0 ? column - 1 : column + 1;
            boolean atBorder = side < 0 || side > lastChromaColumn;
            int u = atBorder ? edge(blue, column, near, far) : between(blue, column, side, near, far);
            int v = atBorder ? edge(red, column, near, far) : between(red, column, side, near, far);
            put(CHANNELS * (y * width + x), luma.value(luma.at(x, y)), u, v);
        }
    }

    private static int edge(Plane chroma, int column, int near, int far) {
        return (3 * chroma.value(chroma.at(column, near)) + chroma.value(chroma.at(column, far)) + 2) >> 2;
    }

    /** The mean of two diagonals, rounded twice as the library does. */
    private static int between(Plane chroma, int column, int side, int near, int far) {
        int nearest = chroma.value(chroma.at(column, near));
        int sameRow = chroma.value(chroma.at(side, near));
        int sameColumn = chroma.value(chroma.at(column, far));
        int opposite = chroma.value(chroma.at(side, far));
        int sum = nearest + sameRow + sameColumn + opposite + 8;
        int diagonal = (sum + 2 * (sameRow + sameColumn)) >> 3;
        return (diagonal + nearest) >> 1;
    }

    private void put(int at, int y, int u, int v) {
        int light = (y * 19077) >> 8;
        rgb[at] = clip(light + ((v * 26149) >> 8) - 14234);
        rgb[at + 1] = clip(light - ((u * 6419) >> 8) - ((v * 13320) >> 8) + 8708);
        rgb[at + 2] = clip(light + ((u * 33050) >> 8) - 17685);
    }

    private static byte clip(int value) {
        int level = value >> FRACTION_BITS;
        return (byte) (level < 0 ? 0 : Math.min(level, 255));
    }
}
