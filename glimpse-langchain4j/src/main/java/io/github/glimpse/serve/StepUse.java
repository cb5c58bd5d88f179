package io.github.glimpse.serve;

/**
 * What a model's decoding has done so far.
 *
 * @param steps that were run
 * @param tokens that sequences brought, guesses apart: divided by the steps, how many went together
 * @param most sequences in one step
 */
public record StepUse(long steps, long tokens, int most) {}
