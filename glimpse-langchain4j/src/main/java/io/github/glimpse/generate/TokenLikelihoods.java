package io.github.glimpse.generate;

/** Collects how likely the tokens of an answer were. Belongs to one answer. */
final class TokenLikelihoods {

    private double least;
    private double sum;

    /** A token was chosen, of this logarithm of its probability, at most 0. */
    void add(double logProbability) {
        // Math.min keeps what is no number, as it should: broken logits are not likely ones.
        least = Math.min(least, logProbability);
        sum += logProbability;
    }

    AnswerLikelihood result() {
        return new AnswerLikelihood(Math.exp(least), Math.exp(Math.min(0, sum)));
    }

    /** The logarithm of the sum of the exponentials: what turns logits into logarithms of probabilities. */
    static double logOfSum(float[] logits) {
        float most = Float.NEGATIVE_INFINITY;
        for (float logit : logits) {
            most = Math.max(most, logit);
        }
        double sum = 0;
        for (float logit : logits) {
            sum += Math.exp(logit - most);
        }
        return most + Math.log(sum);
    }
}
