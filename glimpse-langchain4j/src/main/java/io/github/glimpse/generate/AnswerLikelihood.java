package io.github.glimpse.generate;

import io.github.glimpse.sampling.AnswerToken;
import io.github.glimpse.sampling.TokenLikelihoods;
import io.github.glimpse.text.Tokenizer;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * How likely the model held the words of its answer. A misread letter or a value that is not in the picture often has a word of which
 * the model was unsure, whatever the choice of image tokens says of itself. Each probability is that of the chosen token among all
 * that were allowed there (in a beam search among all), before penalties and temperature; the ending token counts.
 *
 * <p>A long text is unlikely as a whole and may be right all the same, so the mean over its tokens is the figure to compare answers of
 * different lengths and forms by; where all are as short as a value, a misread letter shows in the least likely token. What a form
 * leaves no choice of, such as a brace, counts in the mean with 1: without such tokens it ranks records and calls less well.
 *
 * @param leastProbability of the token that was held least likely, 0..1
 * @param meanProbability the geometric mean over the tokens, 0..1
 * @param sequenceProbability of the whole, the product over its tokens, 0..1
 * @param tokens one by one, the ending one included and those of a stop sequence left out; empty where they are not known, as in a
 *     beam search. The probabilities above count those of a stop sequence too
 * @see <a href="https://arxiv.org/abs/2305.06983">FLARE, section 3.2: the least likely token decides whether to ask again</a>
 * @see <a href="https://arxiv.org/abs/2002.07650">Malinin and Gales, section 3: the probability of a text, normalised by its length</a>
 */
public record AnswerLikelihood(
        double leastProbability, double meanProbability, double sequenceProbability, List<AnswerToken> tokens) {

    /** Least probability of a token below which an answer is marked as unsure. */
    public static final double UNSURE_BELOW = 0.5;

    /** Copies the list. */
    public AnswerLikelihood {
        tokens = List.copyOf(tokens);
    }

    /** Without the single tokens. */
    public AnswerLikelihood(double leastProbability, double meanProbability, double sequenceProbability) {
        this(leastProbability, meanProbability, sequenceProbability, List.of());
    }

    /** Of an answer of these ids, which a stop text may have ended. */
    static AnswerLikelihood of(TokenLikelihoods likelihoods, int[] ids, Tokenizer tokenizer, String stopText) {
        double[] logarithms = likelihoods.logProbabilities();
        return new AnswerLikelihood(
                likelihoods.leastProbability(),
                likelihoods.meanProbability(),
                likelihoods.sequenceProbability(),
                AnswerToken.before(
                        stopText,
                        IntStream.range(0, ids.length)
                                .mapToObj(at -> AnswerToken.of(ids[at], tokenizer.bytesOf(ids[at]), logarithms[at]))
                                .toList()));
    }

    static AnswerLikelihood of(TokenLikelihoods tokens) {
        return new AnswerLikelihood(tokens.leastProbability(), tokens.meanProbability(), tokens.sequenceProbability());
    }

    /** The same without the single tokens. */
    public AnswerLikelihood withoutTokens() {
        return new AnswerLikelihood(leastProbability, meanProbability, sequenceProbability);
    }

    /** The mark to print beside an answer, such as {@code unsure (0.37)}; empty from {@link #UNSURE_BELOW} on. */
    public String mark() {
        return mark(leastProbability);
    }

    /** The mark of an answer or a field with this least probability. */
    public static String mark(double leastProbability) {
        return leastProbability < UNSURE_BELOW ? String.format(Locale.ROOT, "unsure (%.2f)", leastProbability) : "";
    }

    /** To four digits. */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "AnswerLikelihood[least %.4f, mean %.4f, sequence %.4f]",
                leastProbability,
                meanProbability,
                sequenceProbability);
    }
}
