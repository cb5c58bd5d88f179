package io.github.glimpse.image.webp;

/**
 * What an encoder does to make pixels easier to pack, taken back (RFC 9649, section 3.5). Pixels are numbers of 8 bits
 * each of transparency, red, green and blue, from the highest on. All but the palette work in place.
 */
final class LosslessTransforms {

    private static final int OPAQUE_BLACK = 0xFF000000;
    private static final int LEFT = 1;
    private static final int ABOVE = 2;

    private LosslessTransforms() {}

    static int blocks(int length, int blockBits) {
        return (length + (1 << blockBits) - 1) >> blockBits;
    }

    /**
     * Adds to each pixel what its block's mode guesses from its neighbours.
     *
     * @param modes one per block, in its green
     */
    static void addPrediction(int[] pixels, int width, int[] modes, int blockBits) {
        int height = pixels.length / width;
        int blockColumns = blocks(width, blockBits);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int at = y * width + x;
                int guess;
                if (y == 0) {
                    guess = x == 0 ? OPAQUE_BLACK : guess(pixels, at, width, LEFT);
                } else if (x == 0) {
                    guess = guess(pixels, at, width, ABOVE);
                } else {
                    int mode = modes[(y >> blockBits) * blockColumns + (x >> blockBits)] >> 8 & 0xF;
                    guess = guess(pixels, at, width, mode);
                }
                pixels[at] = sum(pixels[at], guess);
            }
        }
    }

    private static int guess(int[] pixels, int at, int width, int mode) {
        return switch (mode) {
            case LEFT -> pixels[at - 1];
            case ABOVE -> pixels[at - width];
            // In the last column this is the first pixel of the same row: the format is so
            case 3 -> pixels[at - width + 1];
            case 4 -> pixels[at - width - 1];
            case 5 -> mean(mean(pixels[at - 1], pixels[at - width + 1]), pixels[at - width]);
            case 6 -> mean(pixels[at - 1], pixels[at - width - 1]);
            case 7 -> mean(pixels[at - 1], pixels[at - width]);
            case 8 -> mean(pixels[at - width - 1], pixels[at - width]);
            case 9 -> mean(pixels[at - width], pixels[at - width + 1]);
            case 10 ->
                mean(mean(pixels[at - 1], pixels[at - width - 1]), mean(pixels[at - width], pixels[at - width + 1]));
            case 11 -> nearer(pixels[at - width], pixels[at - 1], pixels[at - width - 1]);
            case 12 -> slope(pixels[at - 1], pixels[at - width], pixels[at - width - 1]);
            case 13 -> halfSlope(mean(pixels[at - 1], pixels[at - width]), pixels[at - width - 1]);
            default -> OPAQUE_BLACK;
        };
    }

    /** Adds channel by channel, modulo 256. */
    static int sum(int first, int second) {
        int even = ((first & 0xFF00FF00) + (second & 0xFF00FF00)) & 0xFF00FF00;
        int odd = ((first & 0x00FF00FF) + (second & 0x00FF00FF)) & 0x00FF00FF;
        return even | odd;
    }

    /** Means channel by channel, rounded down. */
    private static int mean(int first, int second) {
        return (((first ^ second) & 0xFEFEFEFE) >>> 1) + (first & second);
    }

    private static int channel(int pixel, int shift) {
        return pixel >>> shift & 0xFF;
    }

    private static int clip(int value) {
        return value < 0 ? 0 : Math.min(value, 255);
    }

    private static int nearer(int above, int left, int corner) {
        int difference = 0;
        for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
            difference += Math.abs(channel(left, shift) - channel(corner, shift));
            difference -= Math.abs(channel(above, shift) - channel(corner, shift));
        }
        return difference <= 0 ? above : left;
    }

    private static int slope(int left, int above, int corner) {
        int result = 0;
        for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
            result |= clip(channel(left, shift) + channel(above, shift) - channel(corner, shift)) << shift;
        }
        return result;
    }

    private static int halfSlope(int mean, int corner) {
        int result = 0;
        for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
            int value = channel(mean, shift);
            result |= clip(value + (value - channel(corner, shift)) / 2) << shift;
        }
        return result;
    }

    /**
     * Adds to red and blue their shares of green and red.
     *
     * @param shares one per block: of green in red, of green in blue, of red in blue, from the lowest bits on
     */
    static void addColorShares(int[] pixels, int width, int[] shares, int blockBits) {
        int blockColumns = blocks(width, blockBits);
        for (int at = 0; at < pixels.length; at++) {
            int share = shares[((at / width) >> blockBits) * blockColumns + ((at % width) >> blockBits)];
            int pixel = pixels[at];
            int green = pixel >> 8;
            int red = ((pixel >> 16) + share(share, green)) & 0xFF;
            int blue = (pixel + share(share >> 8, green) + share(share >> 16, red)) & 0xFF;
            pixels[at] = (pixel & 0xFF00FF00) | (red << 16) | blue;
        }
    }

    private static int share(int factor, int color) {
        return ((byte) factor * (byte) color) >> 5;
    }

    /** Adds green to red and blue. */
    static void addGreen(int[] pixels) {
        for (int at = 0; at < pixels.length; at++) {
            int green = channel(pixels[at], 8);
            pixels[at] = sum(pixels[at], (green << 16) | green);
        }
    }

    /**
     * Looks up colours; several small indices may share one pixel's green.
     *
     * @param packedBits logarithm of how many indices share a pixel
     * @return {@code [height, width]}
     */
    static int[] lookUp(int[] packed, int width, int height, int[] colours, int packedBits) {
        int packedWidth = blocks(width, packedBits);
        int indexBits = Byte.SIZE >> packedBits;
        int mask = (1 << indexBits) - 1;
        int[] pixels = new int[Math.multiplyExact(width, height)];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int green = channel(packed[y * packedWidth + (x >> packedBits)], 8);
                int index = (green >> ((x & ((1 << packedBits) - 1)) * indexBits)) & mask;
                pixels[y * width + x] = index < colours.length ? colours[index] : 0;
            }
        }
        return pixels;
    }
}
