package io.github.glimpse.image.webp;

/**
 * Reads the coefficients of blocks (RFC 6386, section 13), already multiplied by their quantiser steps. Which
 * probabilities count depends on whether the blocks above and to the left had any.
 */
final class Coefficients {

    /** Kinds of blocks, the first index of the probabilities. */
    static final int LUMA_WITHOUT_MEAN = 0;

    static final int MEANS = 1;
    static final int CHROMA = 2;
    static final int LUMA = 3;

    private static final int BLOCK = 16;
    private static final int CONTEXT_STRIDE = Vp8Tables.TOKEN_PROBABILITIES;
    private static final int BAND_STRIDE = CONTEXT_STRIDE * Vp8Tables.CONTEXTS;
    private static final int KIND_STRIDE = BAND_STRIDE * Vp8Tables.BANDS;

    /** Probabilities of the further bits of the four large categories, from the highest bit on. */
    private static final int[][] LARGE = {
        {173, 148, 140},
        {176, 155, 140, 135},
        {180, 157, 141, 134, 130},
        {254, 254, 243, 230, 196, 177, 153, 140, 133, 130, 129}
    };

    private final int[] probabilities;

    Coefficients(int[] probabilities) {
        this.probabilities = probabilities;
    }

    /**
     * Reads one block.
     *
     * @param first 1 if the mean comes from elsewhere, else 0
     * @param context how many of the two neighbours have coefficients
     * @param target takes the coefficients, {@code [16]} from {@code to} on, which are 0 before
     * @return one more than the place of the last coefficient in the order of the stream; {@code first} or less if none
     */
    int read(BoolReader bits, int kind, int context, int first, int step, int restStep, short[] target, int to) {
        int place = first;
        int row = row(kind, place, context);
        while (place < BLOCK) {
            if (bits.bit(probabilities[row]) == 0) {
                return place;
            }
            while (bits.bit(probabilities[row + 1]) == 0) {
                place++;
                if (place == BLOCK) {
                    return BLOCK;
                }
                row = row(kind, place, 0);
            }
            int size = 1;
            int nextContext = 1;
            if (bits.bit(probabilities[row + 2]) != 0) {
                size = large(bits, row);
                nextContext = 2;
            }
            int value = bits.flag() ? -size : size;
            // Damaged files overflow 16 bits; the WebP library lets them wrap
            target[to + Vp8Tables.zigzag(place)] = (short) (value * (place > 0 ? restStep : step));
            place++;
            row = row(kind, place, nextContext);
        }
        return BLOCK;
    }

    private static int row(int kind, int place, int context) {
        return kind * KIND_STRIDE + Vp8Tables.band(place) * BAND_STRIDE + context * CONTEXT_STRIDE;
    }

    /** A value of 2 or more. */
    private int large(BoolReader bits, int row) {
        if (bits.bit(probabilities[row + 3]) == 0) {
            return bits.bit(probabilities[row + 4]) == 0 ? 2 : 3 + bits.bit(probabilities[row + 5]);
        }
        if (bits.bit(probabilities[row + 6]) == 0) {
            if (bits.bit(probabilities[row + 7]) == 0) {
                return 5 + bits.bit(159);
            }
            int high = bits.bit(165);
            return 7 + 2 * high + bits.bit(145);
        }
        int high = bits.bit(probabilities[row + 8]);
        int category = 2 * high + bits.bit(probabilities[row + 9 + high]);
        int further = 0;
        for (int probability : LARGE[category]) {
            further = 2 * further + bits.bit(probability);
        }
        return 3 + (8 << category) + further;
    }
}
