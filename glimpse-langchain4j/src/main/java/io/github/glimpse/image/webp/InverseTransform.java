package io.github.glimpse.image.webp;

import java.util.Arrays;

/** The two inverse transforms of VP8 (RFC 6386, sections 14.3 and 14.4), in whole numbers. */
final class InverseTransform {

    private static final int SIDE = 4;
    private static final int BLOCK = 16;

    private final int[] columns = new int[BLOCK];

    /** sqrt(2) cos(pi/8), less rounding. */
    private static int large(int value) {
        return ((value * 20091) >> 16) + value;
    }

    /** sqrt(2) sin(pi/8), less rounding. */
    private static int small(int value) {
        return (value * 35468) >> 16;
    }

    /**
     * Turns the means of the 16 luma blocks, which have a transform of their own, into the first coefficient of each.
     *
     * @param means 16 coefficients
     * @param coefficients {@code [16 or more blocks, 16]}
     */
    void means(short[] means, short[] coefficients) {
        for (int i = 0; i < SIDE; i++) {
            int outer = means[i] + means[12 + i];
            int inner = means[4 + i] + means[8 + i];
            int innerGap = means[4 + i] - means[8 + i];
            int outerGap = means[i] - means[12 + i];
            columns[i] = outer + inner;
            columns[8 + i] = outer - inner;
            columns[4 + i] = outerGap + innerGap;
            columns[12 + i] = outerGap - innerGap;
        }
        for (int row = 0; row < SIDE; row++) {
            int at = row * SIDE;
            int rounded = columns[at] + 3;
            int outer = rounded + columns[at + 3];
            int inner = columns[at + 1] + columns[at + 2];
            int innerGap = columns[at + 1] - columns[at + 2];
            int outerGap = rounded - columns[at + 3];
            int to = at * BLOCK;
            coefficients[to] = (short) ((outer + inner) >> 3);
            coefficients[to + BLOCK] = (short) ((outerGap + innerGap) >> 3);
            coefficients[to + 2 * BLOCK] = (short) ((outer - inner) >> 3);
            coefficients[to + 3 * BLOCK] = (short) ((outerGap - innerGap) >> 3);
        }
    }

    /** Adds the picture of 16 coefficients to the prediction at a place, and clears them for the next macroblock. */
    void add(short[] coefficients, int from, Plane plane, int at) {
        for (int i = 0; i < SIDE; i++) {
            int first = coefficients[from + i];
            int second = coefficients[from + 4 + i];
            int third = coefficients[from + 8 + i];
            int fourth = coefficients[from + 12 + i];
            int even = first + third;
            int odd = first - third;
            int cross = small(second) - large(fourth);
            int sum = large(second) + small(fourth);
            columns[i * SIDE] = even + sum;
            columns[i * SIDE + 1] = odd + cross;
            columns[i * SIDE + 2] = odd - cross;
            columns[i * SIDE + 3] = even - sum;
        }
        for (int y = 0; y < SIDE; y++) {
            int rounded = columns[y] + 4;
            int even = rounded + columns[8 + y];
            int odd = rounded - columns[8 + y];
            int cross = small(columns[4 + y]) - large(columns[12 + y]);
            int sum = large(columns[4 + y]) + small(columns[12 + y]);
            int row = at + y * plane.stride();
            plane.set(row, plane.value(row) + ((even + sum) >> 3));
            plane.set(row + 1, plane.value(row + 1) + ((odd + cross) >> 3));
            plane.set(row + 2, plane.value(row + 2) + ((odd - cross) >> 3));
            plane.set(row + 3, plane.value(row + 3) + ((even - sum) >> 3));
        }
        Arrays.fill(coefficients, from, from + BLOCK, (short) 0);
    }
}
