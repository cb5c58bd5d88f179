package io.github.glimpse.text;

/**
 * Looks on while a text is made into tokens, and may end it by throwing: at a deadline, or where there are too many.
 *
 * <p>Called often: whatever the text is, after some ten thousand steps, which are about a millisecond.
 */
@FunctionalInterface
public interface TokenWatch {

    /** Lets every text go on to its end. */
    TokenWatch NONE = tokens -> {};

    /**
     * Looks.
     *
     * @param tokens the text's tokens so far; the whole text has at least as many
     */
    void check(int tokens);
}
