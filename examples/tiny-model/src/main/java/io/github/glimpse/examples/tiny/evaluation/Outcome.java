package io.github.glimpse.examples.tiny.evaluation;

import io.github.glimpse.examples.tiny.drawing.QuestionKind;

/**
 * Whether a question was answered rightly with all image tokens and with the same few by each choice.
 *
 * @param kind what was asked
 * @param full with all image tokens
 * @param glimpse with those that the glimpse module keeps
 * @param random with as many by chance
 * @param grid with as many spread evenly
 * @param keptRatio kept / all image tokens
 * @param foundRatio kept / all cells of the evidence; not a number where there is none
 */
record Outcome(
        QuestionKind kind,
        boolean full,
        boolean glimpse,
        boolean random,
        boolean grid,
        double keptRatio,
        double foundRatio) {}
