package io.github.glimpse.generate;

import org.jspecify.annotations.Nullable;

/**
 * How the pictures of a turn in which tools may be called are dealt with.
 *
 * @param imageBudget most image tokens of all pictures together, before pruning, see {@link ImageBudget}; null for no bound
 * @param leastConfidence below which a call is not handed out: the turn is answered again with less pruning; null hands out all
 */
public record TurnCare(
        @Nullable Integer imageBudget, @Nullable Double leastConfidence) {

    /** Nothing said. */
    public static final TurnCare NONE = new TurnCare(null, null);

    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException if one is out of its range
     */
    public TurnCare {
        if (imageBudget != null && imageBudget < 1) {
            throw new IllegalArgumentException(
                    "image-budget is " + imageBudget + " tokens, the least is 1; leave it out for no bound");
        }
        if (leastConfidence != null && !(leastConfidence >= 0 && leastConfidence <= 1)) {
            throw new IllegalArgumentException("least-confidence is " + leastConfidence + ", it must lie in [0, 1]");
        }
    }

    /** This where it says something, else {@code fallback}. */
    public TurnCare orElse(TurnCare fallback) {
        return new TurnCare(
                imageBudget != null ? imageBudget : fallback.imageBudget,
                leastConfidence != null ? leastConfidence : fallback.leastConfidence);
    }
}
