package io.github.glimpse.sampling;

import org.jspecify.annotations.Nullable;

/**
 * What came of guessing tokens of an answer by what its prompt and itself have said before. The answer is the same with and without.
 *
 * @param proposed tokens that were guessed and checked
 * @param taken of these, tokens that the model chose too: so many steps were spared
 * @param off why nothing was guessed; null if it could be
 */
public record LookupReport(
        int proposed, int taken, @Nullable String off) {

    /** Nobody asked for it. */
    public static final LookupReport NONE = off("it is turned off");

    /** Nothing was guessed. */
    public static LookupReport off(String why) {
        return new LookupReport(0, 0, why);
    }
}
