package io.github.glimpse.eval;

import io.github.glimpse.generate.AnswerLikelihood;
import org.jspecify.annotations.Nullable;

/**
 * One answer and what it cost.
 *
 * @param model name of the model
 * @param row label of the {@link EvaluationRow}
 * @param id of the {@link EvaluationItem}
 * @param key of all that the answer depends on: a reading with another key is of another run
 * @param kind of the question
 * @param metric its metric
 * @param question its text
 * @param expected its accepted answers, joined by {@code " | "}
 * @param answer of the model
 * @param score from 0 to 1; 0 if it failed
 * @param selection what was kept
 * @param cost what it cost
 * @param confidence of the selection in itself, 0 to 1; null if the strategy has none
 * @param likelihood how likely the model held its words; null if it failed
 * @param error why there is no answer; empty if there is one
 */
public record Reading(
        String model,
        String row,
        String id,
        String key,
        String kind,
        String metric,
        String question,
        String expected,
        String answer,
        double score,
        Selection selection,
        Cost cost,
        @Nullable Double confidence,
        @Nullable AnswerLikelihood likelihood,
        String error) {

    /**
     * What was kept of the picture.
     *
     * @param imageTokens all
     * @param keptTokens of them
     * @param recall share of the cells that a box touches that were kept; not a number if there is no box
     * @param mask the tokens and which of them stayed
     */
    public record Selection(int imageTokens, int keptTokens, double recall, TokenMask mask) {

        /** Kept / all image tokens; 1 without any. */
        public double retention() {
            return imageTokens == 0 ? 1 : (double) keptTokens / imageTokens;
        }
    }

    /**
     * Time and memory.
     *
     * @param firstTokenMillis until the first token was chosen, the picture included
     * @param answerTokens tokens of the answer
     * @param tokensPerSecond of the tokens after the first; not a number if there is none
     * @param cacheBytes of the KV cache behind the prompt, if every layer keeps as many tokens
     * @param peakBytes resident memory of the process at its highest; 0 if unknown
     */
    public record Cost(
            double firstTokenMillis, int answerTokens, double tokensPerSecond, long cacheBytes, long peakBytes) {

        static final Cost NONE = new Cost(Double.NaN, 0, Double.NaN, 0, 0);
    }

    /** Whether there is no answer. */
    public boolean failed() {
        return !error.isEmpty();
    }
}
