package io.github.glimpse.prune;

import io.github.glimpse.NonFiniteNumbersException;
import java.util.Arrays;

/**
 * Ranks tokens by their scores: the larger score first, equal scores by the lower index. Every strategy ranks by this class,
 * because a library's top-k does not promise an order among equals, and masks would differ from one machine to the next.
 */
public final class Ranking {

    private Ranking() {}

    /**
     * All indices, best first.
     *
     * @param scores one per token; infinite ones rank at the ends
     * @param strategy named in the error
     * @throws NonFiniteNumbersException if a score is not a number
     */
    public static int[] order(float[] scores, String strategy) {
        return best(scores, scores.length, strategy);
    }

    /**
     * The best indices, best first.
     *
     * @param scores one per token
     * @param count how many are wanted; more than there are gives all, less than one gives none
     * @param strategy named in the error
     * @throws NonFiniteNumbersException if a score is not a number
     */
    public static int[] best(float[] scores, int count, String strategy) {
        requireNumbers(scores, strategy);
        return best(scores, count);
    }

    /** The best indices, best first, of scores that are numbers or will be checked. */
    static int[] best(float[] scores, int count) {
        long[] keys = new long[scores.length];
        for (int i = 0; i < scores.length; i++) {
            keys[i] = (long) ~rising(scores[i]) << Integer.SIZE | i;
        }
        Arrays.sort(keys);
        int[] best = new int[Math.max(0, Math.min(count, keys.length))];
        for (int i = 0; i < best.length; i++) {
            best[i] = (int) keys[i];
        }
        return best;
    }

    /**
     * Checks that a strategy has a score for every token.
     *
     * @throws NonFiniteNumbersException if a score is not a number
     */
    public static void requireNumbers(float[] scores, String strategy) {
        for (int i = 0; i < scores.length; i++) {
            if (Float.isNaN(scores[i])) {
                throw new NonFiniteNumbersException(
                        "The strategy '" + strategy + "' gave no number for image token " + i + " of " + scores.length);
            }
        }
    }

    /** A copy of the indices, rising. */
    public static int[] rising(int[] picked) {
        int[] rising = picked.clone();
        Arrays.sort(rising);
        return rising;
    }

    /** A whole number that grows with the score; both zeros give the same one. */
    private static int rising(float score) {
        int bits = Float.floatToIntBits(score + 0f);
        return bits >= 0 ? bits : bits ^ Integer.MAX_VALUE;
    }
}
