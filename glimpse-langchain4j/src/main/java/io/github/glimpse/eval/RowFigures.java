package io.github.glimpse.eval;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The figures of one setting of one model. Shares are from 0 to 1, not a number where nothing was measured.
 *
 * @param model name of the model
 * @param row label of the setting
 * @param strategy what the report calls it
 * @param retention the share of image tokens that was asked for, or the mean of what was kept where nobody asked for one
 * @param questions answered
 * @param failed questions without an answer; they count in no figure
 * @param accuracy mean score: Wilson's interval if all scores are 0 or 1, else bootstrap
 * @param drop unpruned minus this, on questions that both answered: paired bootstrap
 * @param kept mean share of image tokens that were kept
 * @param recall mean {@linkplain Reading.Selection#recall() box recall}
 * @param firstTokenMillis median time to the first token
 * @param tokensPerSecond median speed of the tokens after it
 * @param cacheBytes mean size of the KV cache behind the prompt
 * @param peakBytes highest resident memory of all its answers
 * @param confidence how far the selection's confidence can be trusted; null for settings without one
 * @param likelihood how far the model's own likelihood of its answers can be trusted, by their least likely tokens; null for the
 *     unpruned setting, which has nothing to be compared with
 * @param byKind mean score by kind of question
 * @param pope figures of its yes-or-no questions; null without any
 */
public record RowFigures(
        String model,
        String row,
        String strategy,
        double retention,
        int questions,
        int failed,
        Interval accuracy,
        Interval drop,
        double kept,
        double recall,
        double firstTokenMillis,
        double tokensPerSecond,
        double cacheBytes,
        long peakBytes,
        @Nullable ConfidenceFigures confidence,
        @Nullable ConfidenceFigures likelihood,
        Map<String, Double> byKind,
        @Nullable PopeFigures pope) {

    private static final double PERCENT = 100;

    /**
     * One line for a console: shares in per cent, differences in points; {@code ci} is half the width of the 95 % interval of the
     * drop.
     */
    public String line() {
        return "strategy=" + strategy
                + " retention=" + number(PERCENT * retention)
                + " accuracy=" + number(PERCENT * accuracy.value())
                + " drop=" + number(PERCENT * drop.value())
                + " ci=" + number(PERCENT * drop.halfWidth())
                + " kept=" + number(PERCENT * kept)
                + " recall=" + number(PERCENT * recall)
                + " ttft=" + number(firstTokenMillis);
    }

    /**
     * One line for a console, for settings with a confidence: how well it goes together with box recall, and the floor of the guard
     * that parts best the answers whose evidence was lost from the others, {@code -} where nothing is known. {@code below} is the
     * share of answers that would be widened, or not cut, {@code least-tenth} that of the lost answers in the least confident tenth.
     */
    public Optional<String> confidenceLine() {
        return Optional.ofNullable(confidence).map(figures -> figures.line(row));
    }

    /**
     * One line for a console, for settings other than the unpruned one: how well the likelihood of an answer tells whether it is the
     * unpruned one, how many of the lost answers lie in the least likely tenth, and the likelihood at the border of that tenth.
     */
    public Optional<String> likelihoodLine() {
        return Optional.ofNullable(likelihood).map(figures -> figures.likelihoodLine(row));
    }

    /** One digit behind the point, {@code -} for what is not known. */
    static String number(double value) {
        // 0.0 added: there is no minus zero in a table
        return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, "%.1f", Math.rint(value * 10) / 10 + 0.0);
    }
}
