package io.github.glimpse.prune;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * How sure a selection is of itself. Arithmetic on scores that exist anyway; figures that a kind of scores does not have are
 * null. Learned predictors (logits) have the first five, attention strategies (shares) the other two; strategies that know
 * nothing of the question have none at all.
 *
 * @param coverage sum of the probabilities that were kept / sum of all: the recall to expect. Falls when a cap bites
 * @param purity mean probability of what was kept: the precision to expect
 * @param stability tokens above the threshold + 0.1 / tokens above the threshold - 0.1, before any cap: how little the
 *     threshold matters
 * @param margin median of |2p - 1|: 0 if every token is on the fence
 * @param entropy mean binary entropy in bits: 1 if nothing is known
 * @param concentration 1 - entropy of the shares / log(tokens): 0 if attention is flat
 * @param mass share of the attention that was kept
 * @param confidence the figure to go by: {@code min(coverage, stability)} or {@code min(mass, sqrt(concentration))}
 */
public record Confidence(
        @Nullable Double coverage,
        @Nullable Double purity,
        @Nullable Double stability,
        @Nullable Double margin,
        @Nullable Double entropy,
        @Nullable Double concentration,
        @Nullable Double mass,
        double confidence) {

    private static final double AROUND_THRESHOLD = 0.1;

    /**
     * Of a learned predictor.
     *
     * @param logits one per token
     * @param kept indices of the tokens that stay
     * @param threshold probability above which a token stays, before cap and floor
     */
    public static Confidence ofLogits(float[] logits, int[] kept, double threshold) {
        double[] probabilities = new double[logits.length];
        for (int i = 0; i < logits.length; i++) {
            probabilities[i] = 1.0 / (1.0 + Math.exp(-(double) logits[i]));
        }
        double all = Arrays.stream(probabilities).sum();
        double inside = Arrays.stream(kept).mapToDouble(i -> probabilities[i]).sum();
        // Nothing is found at all: what was kept is as good as any other choice of as many.
        double even = logits.length == 0 ? 1 : (double) kept.length / logits.length;
        double coverage = all == 0 ? even : inside / all;
        double stability = stability(probabilities, threshold);
        return new Confidence(
                coverage,
                kept.length == 0 ? 0 : inside / kept.length,
                stability,
                median(Arrays.stream(probabilities)
                        .map(p -> Math.abs(2 * p - 1))
                        .toArray()),
                Arrays.stream(probabilities).map(Confidence::bits).average().orElse(0),
                null,
                null,
                Math.min(coverage, stability));
    }

    /**
     * Of attention.
     *
     * @param shares one per token, not below 0
     * @param kept indices of the tokens that stay
     */
    public static Confidence ofShares(float[] shares, int[] kept) {
        double all = 0;
        for (float share : shares) {
            all += share;
        }
        double entropy = 0;
        for (float share : shares) {
            double part = all == 0 ? 1.0 / shares.length : share / all;
            entropy -= part == 0 ? 0 : part * Math.log(part);
        }
        double inside = 0;
        for (int token : kept) {
            inside += shares[token];
        }
        double concentration = shares.length <= 1 ? 1 : Math.max(0, 1 - entropy / Math.log(shares.length));
        double mass = all == 0 ? (double) kept.length / shares.length : inside / all;
        return new Confidence(
                null, null, null, null, null, concentration, mass, Math.min(mass, Math.sqrt(concentration)));
    }

    private static double stability(double[] probabilities, double threshold) {
        long sure = Arrays.stream(probabilities)
                .filter(p -> p > threshold + AROUND_THRESHOLD)
                .count();
        long likely = Arrays.stream(probabilities)
                .filter(p -> p > threshold - AROUND_THRESHOLD)
                .count();
        return likely == 0 ? 1 : (double) sure / likely;
    }

    private static double bits(double p) {
        double q = 1 - p;
        double nats = (p == 0 ? 0 : p * Math.log(p)) + (q == 0 ? 0 : q * Math.log(q));
        return -nats / Math.log(2);
    }

    private static double median(double[] values) {
        if (values.length == 0) {
            return 0;
        }
        Arrays.sort(values);
        int middle = values.length / 2;
        return values.length % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
    }
}
