package io.github.glimpse.serve;

/**
 * What a model's decoding has done so far.
 *
 * @param steps that were run
 * @param sequences that took part in them: divided by the steps, how many went together
 * @param tokens of answers whose rows they ran, guesses that turned out right included and others not
 * @param most sequences in one step
 */
public record StepUse(long steps, long sequences, long tokens, int most) {

    /** Nothing has run. */
    public static final StepUse NONE = new StepUse(0, 0, 0, 0);
}
