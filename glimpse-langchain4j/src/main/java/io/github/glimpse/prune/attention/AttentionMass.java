package io.github.glimpse.prune.attention;

import io.github.glimpse.prune.Ranking;

/**
 * As many of the best tokens as hold a given share of the attention, within bounds.
 *
 * @param count tokens to keep, after the bounds
 * @param reached the smallest number of tokens that hold the share, before the bounds
 */
record AttentionMass(int count, int reached) {

    /**
     * Counts. Scores are added up in rank order and in float64.
     *
     * @param scores not below 0
     * @param share of the sum that is wanted, 0..1
     * @param lowest at least so many tokens
     * @param highest at most so many
     */
    static AttentionMass holding(double share, float[] scores, int lowest, int highest, String strategy) {
        double total = 0;
        int[] order = Ranking.order(scores, strategy);
        for (int token : order) {
            total += scores[token];
        }
        int reached = 0;
        for (double sum = 0; reached < order.length && sum < share * total; reached++) {
            sum += scores[order[reached]];
        }
        return new AttentionMass(Math.max(lowest, Math.min(reached, highest)), reached);
    }
}
