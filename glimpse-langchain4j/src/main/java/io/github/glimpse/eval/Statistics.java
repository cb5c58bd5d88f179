package io.github.glimpse.eval;

import java.util.Arrays;
import java.util.Comparator;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** The few statistics that the report needs; chance comes from a fixed seed, so the same answers give the same figures. */
final class Statistics {

    private static final double NORMAL_QUANTILE = 1.959963984540054;
    private static final double TAIL = 0.025;
    private static final int RESAMPLES = 4_000;
    private static final long SEED = 20_250_801L;

    private Statistics() {}

    /** Wilson's interval if all values are 0 or 1, else the bootstrap's. */
    static Interval accuracy(double[] scores) {
        boolean binary = Arrays.stream(scores).allMatch(score -> score == 0 || score == 1);
        return binary ? wilson((int) Arrays.stream(scores).sum(), scores.length) : meanByBootstrap(scores);
    }

    /**
     * Interval of a share.
     *
     * @see <a href="https://doi.org/10.1080/01621459.1927.10502953">Wilson 1927</a>
     */
    static Interval wilson(int successes, int trials) {
        if (trials == 0) {
            return new Interval(Double.NaN, Double.NaN, Double.NaN);
        }
        double share = (double) successes / trials;
        double square = NORMAL_QUANTILE * NORMAL_QUANTILE / trials;
        double centre = (share + square / 2) / (1 + square);
        double reach =
                NORMAL_QUANTILE / (1 + square) * Math.sqrt(share * (1 - share) / trials + square / (4.0 * trials));
        return new Interval(share, Math.max(0, centre - reach), Math.min(1, centre + reach));
    }

    /**
     * Mean with the percentile interval of resampled means. Of differences of pairs it is the paired bootstrap.
     *
     * @see <a href="https://doi.org/10.1214/aos/1176344552">Efron 1979</a>
     */
    static Interval meanByBootstrap(double[] values) {
        if (values.length == 0) {
            return new Interval(Double.NaN, Double.NaN, Double.NaN);
        }
        SplittableRandom chance = new SplittableRandom(SEED);
        double[] means = new double[RESAMPLES];
        for (int i = 0; i < RESAMPLES; i++) {
            double sum = 0;
            for (int j = 0; j < values.length; j++) {
                sum += values[chance.nextInt(values.length)];
            }
            means[i] = sum / values.length;
        }
        Arrays.sort(means);
        return new Interval(mean(values), quantile(means, TAIL), quantile(means, 1 - TAIL));
    }

    /** Mean, not a number of nothing. */
    static double mean(double[] values) {
        return Arrays.stream(values).average().orElse(Double.NaN);
    }

    /** Median; of an even number the mean of the middle two. */
    static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return quantile(sorted, 0.5);
    }

    /** Between the two nearest values in proportion. */
    private static double quantile(double[] sorted, double share) {
        if (sorted.length == 0) {
            return Double.NaN;
        }
        double place = share * (sorted.length - 1);
        int below = (int) Math.floor(place);
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
    }

    /** Spearman's rank correlation; not a number if either is constant. */
    static double rankCorrelation(double[] first, double[] second) {
        double[] ranks = ranks(first);
        double[] others = ranks(second);
        double middle = (ranks.length + 1) / 2.0;
        double product = 0;
        double square = 0;
        double otherSquare = 0;
        for (int i = 0; i < ranks.length; i++) {
            product += (ranks[i] - middle) * (others[i] - middle);
            square += (ranks[i] - middle) * (ranks[i] - middle);
            otherSquare += (others[i] - middle) * (others[i] - middle);
        }
        return square == 0 || otherSquare == 0 ? Double.NaN : product / Math.sqrt(square * otherSquare);
    }

    /**
     * Area under the ROC curve: how often a positive has the higher score than a negative, ties counted half. Not a number
     * without both kinds.
     */
    static double areaUnderCurve(double[] scores, boolean[] positive) {
        double[] ranks = ranks(scores);
        long positives = 0;
        double sum = 0;
        for (int i = 0; i < scores.length; i++) {
            if (positive[i]) {
                positives++;
                sum += ranks[i];
            }
        }
        long negatives = scores.length - positives;
        if (positives == 0 || negatives == 0) {
            return Double.NaN;
        }
        return (sum - positives * (positives + 1) / 2.0) / ((double) positives * negatives);
    }

    /** Ranks from 1; equal values share the mean of theirs. */
    static double[] ranks(double[] values) {
        Integer[] order = IntStream.range(0, values.length)
                .boxed()
                .sorted(Comparator.comparingDouble(index -> values[index]))
                .toArray(Integer[]::new);
        double[] ranks = new double[values.length];
        int start = 0;
        while (start < order.length) {
            int end = start;
            while (end + 1 < order.length && values[order[end + 1]] == values[order[start]]) {
                end++;
            }
            for (int i = start; i <= end; i++) {
                ranks[order[i]] = (start + end) / 2.0 + 1;
            }
            start = end + 1;
        }
        return ranks;
    }
}
