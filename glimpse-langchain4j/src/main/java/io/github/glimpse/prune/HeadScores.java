package io.github.glimpse.prune;

import java.util.stream.IntStream;

/** Joins the scores of heads, added up in float64 so that the order of the heads does not show. */
public final class HeadScores {

    private HeadScores() {}

    /**
     * The mean over heads.
     *
     * @param weights {@code [heads, tokens]}, one head after the other
     * @return {@code [tokens]}
     */
    public static float[] mean(float[] weights, int heads) {
        return mean(weights, heads, IntStream.range(0, heads).toArray());
    }

    /** The mean over some of the heads. */
    public static float[] mean(float[] weights, int heads, int[] chosen) {
        return joined(weights, heads, chosen, chosen.length);
    }

    /** The sum over heads. */
    public static float[] sum(float[] weights, int heads) {
        return joined(weights, heads, IntStream.range(0, heads).toArray(), 1);
    }

    private static float[] joined(float[] weights, int heads, int[] chosen, int divisor) {
        int tokens = weights.length / heads;
        float[] scores = new float[tokens];
        for (int token = 0; token < tokens; token++) {
            double sum = 0;
            for (int head : chosen) {
                sum += weights[head * tokens + token];
            }
            scores[token] = (float) (sum / divisor);
        }
        return scores;
    }
}
