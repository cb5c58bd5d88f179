package io.github.glimpse.prune.tower;

import io.github.glimpse.prune.Ranking;
import java.util.Arrays;

/**
 * LLaVA-PruMerge's count: the tokens whose attention lies above the upper fence of a box plot. There can be none.
 *
 * @param fence third quartile and one and a half times the distance of the quartiles
 * @param count values above it
 * @see <a href="https://arxiv.org/abs/2403.15388">LLaVA-PruMerge, section on the method</a>
 */
record Outliers(double fence, int count) {

    private static final double WHISKER = 1.5;

    /** Counts. Quartiles are interpolated linearly between the two nearest values. */
    static Outliers of(float[] scores, String strategy) {
        Ranking.requireNumbers(scores, strategy);
        float[] sorted = scores.clone();
        Arrays.sort(sorted);
        double first = quantile(sorted, 0.25);
        double third = quantile(sorted, 0.75);
        double fence = third + WHISKER * (third - first);
        int count = 0;
        for (float score : scores) {
            count += score > fence ? 1 : 0;
        }
        return new Outliers(fence, count);
    }

    private static double quantile(float[] sorted, double share) {
        double place = share * (sorted.length - 1);
        int below = (int) place;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (place - below) * ((double) sorted[above] - sorted[below]);
    }
}
