package io.github.glimpse.prune;

import java.util.BitSet;

/**
 * What the user's cap and floor leave to a strategy that settles the number of tokens by itself. The floor wins over the cap,
 * as in {@link KeepRule}.
 *
 * @param lowest at least so many tokens
 * @param highest at most so many, unless the floor is higher
 */
public record CountBounds(int lowest, int highest) {

    /** The bounds for this many tokens alive; without a floor one token stays. */
    public static CountBounds of(TokenBudget budget, int alive) {
        int floor = budget.minTokens() != null ? budget.minTokens() : TokenBudget.DEFAULT_MIN_TOKENS;
        Double cap = budget.maxRetentionRatio();
        return new CountBounds(Math.min(alive, floor), cap == null ? alive : (int) (cap * alive));
    }

    /** These bounds and the strategy's own; the user's win. */
    public CountBounds within(int ownLowest, int ownHighest) {
        int most = Math.min(highest, ownHighest);
        return new CountBounds(Math.max(lowest, Math.min(ownLowest, most)), most);
    }

    /** The number of tokens inside the bounds that is nearest. */
    public int clamp(int count) {
        return Math.max(lowest, Math.min(count, highest));
    }

    /** What settled the number of tokens: the bounds where they changed it, else {@code reason}. */
    public RatioReason reason(int wanted, RatioReason reason) {
        int count = clamp(wanted);
        if (count == wanted) {
            return reason;
        }
        return count > wanted ? RatioReason.FLOOR : RatioReason.CAP;
    }

    /** A choice with the anchors that the user wants kept. They may exceed the cap. */
    public static TokenSelection withAnchors(TokenSelection chosen, PruningEvidence evidence, TokenBudget budget) {
        if (budget.anchors() == null || budget.anchors().isEmpty()) {
            return chosen;
        }
        BitSet kept = new BitSet();
        for (int place : chosen.kept()) {
            kept.set(place);
        }
        for (int place : Anchor.placesOf(budget.anchors(), evidence.images(), evidence.alive())) {
            kept.set(place);
        }
        return new TokenSelection(
                kept.stream().toArray(),
                chosen.scores(),
                chosen.kind(),
                chosen.passedThreshold(),
                kept.cardinality() == chosen.kept().length ? chosen.order() : null,
                chosen.merged(),
                chosen.reason());
    }
}
