package io.github.glimpse.image.webp;

import java.util.Arrays;

/**
 * Guesses a block from the pixels above and to the left of it (RFC 6386, section 12). It reads pixels as they are
 * before the loop filter. Planes have one column of 129 at the left and one row of 127 at the top, which stand for
 * what lies outside the picture.
 */
final class Prediction {

    /** Modes of a whole macroblock and of chroma; the first four block modes have the same numbers. */
    static final int DC = 0;

    static final int TRUE_MOTION = 1;
    static final int VERTICAL = 2;
    static final int HORIZONTAL = 3;

    /** Further modes of 4 x 4 blocks. */
    static final int LEFT_DOWN = 4;

    static final int RIGHT_DOWN = 5;
    static final int VERTICAL_RIGHT = 6;
    static final int VERTICAL_LEFT = 7;
    static final int HORIZONTAL_DOWN = 8;
    static final int HORIZONTAL_UP = 9;
    static final int BLOCK_MODE_COUNT = 10;

    private static final int BLOCK = 4;

    /** Where the corner lies in the edge: four pixels of the left from below, the corner, eight from above. */
    private static final int CORNER = 4;

    private static final int NOTHING_KNOWN = 128;

    private final int[] edge = new int[13];

    /**
     * Predicts a square of 16 or 8 pixels.
     *
     * @param hasAbove false in the first row of macroblocks; only the mean asks, the other modes read the border
     */
    static void square(Plane plane, int at, int side, int mode, boolean hasAbove, boolean hasLeft) {
        byte[] pixels = plane.pixels();
        int stride = plane.stride();
        switch (mode) {
            case DC -> {
                byte mean = (byte) mean(plane, at, side, hasAbove, hasLeft);
                for (int y = 0; y < side; y++) {
                    Arrays.fill(pixels, at + y * stride, at + y * stride + side, mean);
                }
            }
            case VERTICAL -> {
                for (int y = 0; y < side; y++) {
                    System.arraycopy(pixels, at - stride, pixels, at + y * stride, side);
                }
            }
            case HORIZONTAL -> {
                for (int y = 0; y < side; y++) {
                    int row = at + y * stride;
                    Arrays.fill(pixels, row, row + side, pixels[row - 1]);
                }
            }
            default -> trueMotion(plane, at, side);
        }
    }

    private static int mean(Plane plane, int at, int side, boolean hasAbove, boolean hasLeft) {
        int sum = 0;
        for (int i = 0; i < side; i++) {
            sum += hasAbove ? plane.value(at - plane.stride() + i) : 0;
            sum += hasLeft ? plane.value(at - 1 + i * plane.stride()) : 0;
        }
        int count = (hasAbove ? side : 0) + (hasLeft ? side : 0);
        return count == 0 ? NOTHING_KNOWN : (sum + count / 2) / count;
    }

    private static void trueMotion(Plane plane, int at, int side) {
        int corner = plane.value(at - plane.stride() - 1);
        for (int y = 0; y < side; y++) {
            int row = at + y * plane.stride();
            int left = plane.value(row - 1) - corner;
            for (int x = 0; x < side; x++) {
                plane.set(row + x, left + plane.value(at - plane.stride() + x));
            }
        }
    }

    /**
     * Predicts a block of 4 x 4.
     *
     * @param aboveRight where the four pixels to the right of those above lie
     * @param lastAbove if not negative, the place of one pixel that stands for all four of them
     */
    void block(Plane plane, int at, int mode, int aboveRight, int lastAbove) {
        for (int i = 0; i < BLOCK; i++) {
            edge[CORNER - 1 - i] = plane.value(at - 1 + i * plane.stride());
            edge[CORNER + 1 + i] = plane.value(at - plane.stride() + i);
            edge[CORNER + 1 + BLOCK + i] = plane.value(lastAbove >= 0 ? lastAbove : aboveRight + i);
        }
        edge[CORNER] = plane.value(at - plane.stride() - 1);
        if (mode == TRUE_MOTION) {
            trueMotion(plane, at, BLOCK);
            return;
        }
        for (int y = 0; y < BLOCK; y++) {
            for (int x = 0; x < BLOCK; x++) {
                plane.set(at + y * plane.stride() + x, pixel(mode, x, y));
            }
        }
    }

    private int pixel(int mode, int x, int y) {
        return switch (mode) {
            case DC -> blockMean();
            case VERTICAL -> smooth(CORNER + 1 + x);
            case HORIZONTAL -> y == BLOCK - 1 ? (edge[1] + 3 * edge[0] + 2) >> 2 : smooth(CORNER - 1 - y);
            case LEFT_DOWN ->
                x + y == 6 ? (edge[CORNER + 7] + 3 * edge[CORNER + 8] + 2) >> 2 : smooth(CORNER + 2 + x + y);
            case RIGHT_DOWN -> smooth(CORNER + x - y);
            case VERTICAL_RIGHT -> verticalRight(x, y);
            case VERTICAL_LEFT -> verticalLeft(x, y);
            case HORIZONTAL_DOWN -> horizontalDown(x, y);
            default -> horizontalUp(x, y);
        };
    }

    private int blockMean() {
        int sum = BLOCK;
        for (int i = 0; i < BLOCK; i++) {
            sum += edge[i] + edge[CORNER + 1 + i];
        }
        return sum >> 3;
    }

    private int verticalRight(int x, int y) {
        int along = 2 * x - y;
        if (along < -1) {
            return smooth(CORNER + 1 + along);
        }
        int place = CORNER + (along >> 1);
        return (along & 1) == 0 ? between(place) : smooth(place + 1);
    }

    private int verticalLeft(int x, int y) {
        // The last column leaves the slope: the format is so
        if (x == BLOCK - 1 && y >= 2) {
            return smooth(y == 2 ? CORNER + 6 : CORNER + 7);
        }
        int place = CORNER + 1 + x + (y >> 1);
        return (y & 1) == 0 ? between(place) : smooth(place + 1);
    }

    private int horizontalDown(int x, int y) {
        int along = 2 * y - x;
        if (along < -1) {
            return smooth(CORNER - 1 - along);
        }
        int place = CORNER - 1 - (along >> 1);
        return (along & 1) == 0 ? between(place) : smooth(place);
    }

    private int horizontalUp(int x, int y) {
        int along = x + 2 * y;
        if (along > 5) {
            return edge[0];
        }
        if (along == 5) {
            return (edge[1] + 3 * edge[0] + 2) >> 2;
        }
        int place = CORNER - 2 - (along >> 1);
        return (along & 1) == 0 ? between(place) : smooth(place);
    }

    /** Mean of an edge pixel and the next. */
    private int between(int place) {
        return (edge[place] + edge[place + 1] + 1) >> 1;
    }

    /** An edge pixel, weighted 1-2-1 with its neighbours. */
    private int smooth(int place) {
        return (edge[place - 1] + 2 * edge[place] + edge[place + 1] + 2) >> 2;
    }
}
