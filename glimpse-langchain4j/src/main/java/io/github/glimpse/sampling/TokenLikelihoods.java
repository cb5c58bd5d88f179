package io.github.glimpse.sampling;

import io.github.glimpse.NonFiniteNumbersException;
import java.util.Arrays;

/** Collects how likely the tokens of an answer were. Belongs to one answer. */
public final class TokenLikelihoods {

    private double least;
    private double sum;
    private double[] each = new double[16];
    private int count;

    /** A token was chosen, of this logarithm of its probability, at most 0. */
    void add(double logProbability) {
        least = Math.min(least, logProbability);
        sum += logProbability;
        if (count == each.length) {
            each = Arrays.copyOf(each, 2 * count);
        }
        each[count++] = logProbability;
    }

    /** Tokens so far. */
    int count() {
        return count;
    }

    /** Logarithms of the probabilities, token by token. */
    public double[] logProbabilities() {
        return Arrays.copyOf(each, count);
    }

    /** Of the token that was held least likely, 0..1; 1 before the first. */
    public double leastProbability() {
        return Math.exp(least);
    }

    /** The geometric mean over the tokens, 0..1; 1 before the first. */
    public double meanProbability() {
        return Math.exp(Math.min(0, sum / Math.max(1, count)));
    }

    /** Of all tokens together, the product, 0..1; 1 before the first. */
    public double sequenceProbability() {
        return Math.exp(Math.min(0, sum));
    }

    /**
     * The logarithm of the sum of the exponentials: what turns logits into logarithms of probabilities. Minus infinity is a word
     * that is forbidden, as long as another is not.
     *
     * @param word its number in the answer, from 1, for the error
     * @throws NonFiniteNumbersException if a logit is NaN or infinite, or no word is allowed
     */
    public static double logOfSum(float[] logits, int word) {
        float most = Float.NEGATIVE_INFINITY;
        for (float logit : logits) {
            if (logit > most) {
                most = logit;
            }
        }
        double sum = 0;
        for (float logit : logits) {
            sum += Exponential.of(logit - most);
        }
        double result = most + Math.log(sum);
        // Found without another look at the logits: NaN and infinity pass through both loops, and nothing but minus
        // infinity
        // makes NaN of the second.
        if (!Double.isFinite(result)) {
            throw new NonFiniteNumbersException(
                    "The scores of word " + word + " of the answer are no numbers: " + counted(logits));
        }
        return result;
    }

    private static String counted(float[] logits) {
        int nan = 0;
        int infinite = 0;
        for (float logit : logits) {
            nan += Float.isNaN(logit) ? 1 : 0;
            infinite += logit == Float.POSITIVE_INFINITY ? 1 : 0;
        }
        return nan + infinite == 0
                ? "all " + logits.length + " are minus infinity"
                : nan + " of " + logits.length + " are NaN and " + infinite + " infinite";
    }
}
