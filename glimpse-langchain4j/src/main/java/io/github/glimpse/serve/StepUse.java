package io.github.glimpse.serve;

/**
 * What the computing of a model has done together so far.
 *
 * @param steps of decoding that were run
 * @param sequences that took part in them: divided by the steps, how many went together
 * @param tokens of answers whose rows they ran, guesses that turned out right included and others not
 * @param most sequences in one step
 * @param slices of prompts with few rows, which can be computed together
 * @param prompts that took part in these, each counted in each: divided by the slices, how many went together
 */
public record StepUse(long steps, long sequences, long tokens, int most, long slices, long prompts) {

    /** Nothing has run. */
    public static final StepUse NONE = new StepUse(0, 0, 0, 0, 0, 0);
}
