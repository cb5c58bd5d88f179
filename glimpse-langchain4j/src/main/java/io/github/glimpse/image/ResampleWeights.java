package io.github.glimpse.image;

import io.github.glimpse.InvalidImageException;

/**
 * For one axis: from which source pixels each target pixel is mixed, and with which weights. The sums, and the order in
 * which they are added, are those of Pillow, so that even the last bit of a weight is the same.
 *
 * @param first of the first source pixel, per target pixel
 * @param count of source pixels, per target pixel
 * @param weights in {@link #ONE} parts, {@link #stride} per target pixel
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record ResampleWeights(int[] first, int[] count, int[] weights, int stride) {

    /** Bits after the point: 32 less 8 for the colour and 2 for sums over 255. */
    static final int PRECISION_BITS = 22;

    private static final double ONE = 1 << PRECISION_BITS;

    /** Half a colour level, to round. */
    static final int HALF = 1 << (PRECISION_BITS - 1);

    /** Beyond it the weights of one axis take more room than the picture. */
    private static final int LONGEST_SIDE = 1 << 20;

    /** Weights for the target pixels {@code from} to {@code from + size - 1} of {@code targetLength}. */
    static ResampleWeights of(ResampleFilter filter, int sourceLength, int targetLength, int from, int size) {
        if (sourceLength > LONGEST_SIDE) {
            throw new InvalidImageException("One side of the image has " + sourceLength + " pixels, the limit is "
                    + LONGEST_SIDE + "; cut it into parts");
        }
        double scale = (double) sourceLength / targetLength;
        double stretch = Math.max(1.0, scale);
        double support = filter.support() * stretch;
        int stride = Math.min((int) Math.ceil(support) * 2 + 1, sourceLength);
        int[] first = new int[size];
        int[] count = new int[size];
        int[] weights = new int[Math.multiplyExact(size, stride)];
        double[] shares = new double[stride];
        for (int i = 0; i < size; i++) {
            double centre = (from + i + 0.5) * scale;
            int start = Math.max(0, (int) (centre - support + 0.5));
            int end = Math.min(sourceLength, (int) (centre + support + 0.5));
            double sum = 0;
            for (int place = start; place < end; place++) {
                shares[place - start] = filter.share((place - centre + 0.5) * (1.0 / stretch));
                sum += shares[place - start];
            }
            for (int k = 0; k < end - start; k++) {
                double weight = (sum == 0 ? shares[k] : shares[k] / sum) * ONE;
                weights[i * stride + k] = (int) (weight < 0 ? weight - 0.5 : weight + 0.5);
            }
            first[i] = start;
            count[i] = end - start;
        }
        return new ResampleWeights(first, count, weights, stride);
    }

    /** All weights of one target pixel together: one, but for rounding. */
    int sum(int target) {
        int sum = 0;
        for (int k = 0; k < count[target]; k++) {
            sum += weights[target * stride + k];
        }
        return sum;
    }
}
