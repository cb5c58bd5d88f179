package io.github.glimpse.sampling;

/**
 * e to the power of a number, to 15 digits. A token takes it of all words of the vocabulary, and {@link Math#exp} is twice as slow: it
 * also knows numbers above 0, and ends in the last bit.
 *
 * <p>{@code e^x = 2^(k / 64) e^r}, with a table of the 64 roots and five terms of the series, for {@code |r| <= ln 2 / 128}.
 */
final class Exponential {

    /** Below, what a double can hold loses digits; beside a 1 it is nothing. */
    private static final double LEAST = -700;

    private static final int ROOTS = 64;
    private static final int BITS = 6;
    private static final double STEP = Math.log(2) / ROOTS;
    private static final double STEPS = ROOTS / Math.log(2);
    private static final int EXPONENT_OF_ONE = 1023;
    private static final int FRACTION_BITS = 52;
    private static final double[] ROOT = new double[ROOTS];

    static {
        for (int i = 0; i < ROOTS; i++) {
            ROOT[i] = Math.pow(2, (double) i / ROOTS);
        }
    }

    private Exponential() {}

    /**
     * Takes a number that is at most 0.
     *
     * @return 0 below -700; NaN of NaN
     */
    static double of(double x) {
        if (x < LEAST) {
            return 0;
        }
        int k = (int) (x * STEPS - 0.5);
        double r = x - k * STEP;
        double series = 1 + r * (1 + r * (0.5 + r * (1.0 / 6 + r * (1.0 / 24 + r * (1.0 / 120)))));
        return series
                * ROOT[k & (ROOTS - 1)]
                * Double.longBitsToDouble((long) (EXPONENT_OF_ONE + (k >> BITS)) << FRACTION_BITS);
    }
}
