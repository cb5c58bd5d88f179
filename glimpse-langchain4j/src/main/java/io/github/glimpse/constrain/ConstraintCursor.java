package io.github.glimpse.constrain;

/** Where one answer is under a constraint. One per answer; not safe for concurrent use. */
public interface ConstraintCursor {

    /**
     * Writes which tokens may follow: every one after which the answer can still be finished, and no other. End ids are
     * allowed where the answer may end.
     *
     * @param allowed one bit per score, {@link TokenVocabulary#words()} longs; id i is bit i % 64 of long i / 64
     */
    void mask(long[] allowed);

    /**
     * As {@link #mask(long[])}, without tokens after which the answer could not be finished in time. Where it is too late
     * for that already, the tokens that bring the end nearer.
     *
     * @param tokensLeft so many tokens may still be written, an end id not counted; the way to the end is counted as {@link
     *     #leastTokens()} does
     */
    void mask(long[] allowed, int tokensLeft);

    /**
     * Takes the token that was chosen.
     *
     * @throws IllegalArgumentException if the last mask would have forbidden it; the cursor stays where it is
     */
    void accept(int id, ConstraintListener events);

    /** Whether the answer may end here. */
    boolean complete();

    /** Whether nothing but an end is possible here. */
    boolean finished();

    /**
     * At most so many tokens are needed up to the nearest end, which is not counted. Keys, literals and separators count as
     * the fewest tokens that spell them, each value beginning with a token of its own, bytes of strings as one token each;
     * of a choice the number is exact.
     */
    int leastTokens();

    /** One at the same place, which goes its own way. */
    ConstraintCursor copy();
}
