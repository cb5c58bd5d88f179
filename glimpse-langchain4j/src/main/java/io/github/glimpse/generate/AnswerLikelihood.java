package io.github.glimpse.generate;

import io.github.glimpse.sampling.TokenLikelihoods;
import java.util.Locale;

/**
 * How likely the model held the words of its answer. A misread letter or a value that is not in the picture often has a word of which
 * the model was unsure, whatever the choice of image tokens says of itself. Each probability is that of the chosen token among all
 * that were allowed there (in a beam search among all), before penalties and temperature; the ending token counts.
 *
 * <p>A long text is unlikely as a whole and may be right all the same, so its least likely token is the figure to compare texts of
 * different lengths by.
 *
 * @param leastProbability of the token that was held least likely, 0..1
 * @param sequenceProbability of the whole, the product over its tokens, 0..1
 * @see <a href="https://arxiv.org/abs/2305.06983">FLARE, section 3.2: the least likely token decides whether to ask again</a>
 */
public record AnswerLikelihood(double leastProbability, double sequenceProbability) {

    static AnswerLikelihood of(TokenLikelihoods tokens) {
        return new AnswerLikelihood(tokens.leastProbability(), tokens.sequenceProbability());
    }

    /** To four digits. */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT, "AnswerLikelihood[least %.4f, sequence %.4f]", leastProbability, sequenceProbability);
    }
}
