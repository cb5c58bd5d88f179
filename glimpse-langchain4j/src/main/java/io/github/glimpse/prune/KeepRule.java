package io.github.glimpse.prune;

import io.github.glimpse.NonFiniteNumbersException;
import io.github.glimpse.image.ImageGrid;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@link Settlement} by numbers of one's own, for a strategy that scores tokens by logits and has to know at once what stays. One
 * that need not returns {@link TokenSelection#byThreshold}.
 *
 * @param threshold 0..1
 * @param maxRetentionRatio cap on kept / tokens, null for none
 * @param minTokens floor, 0 for none; more than there are tokens keeps all
 * @param anchors corners of every image that always stay
 */
public record KeepRule(double threshold, @Nullable Double maxRetentionRatio, int minTokens, Set<Anchor> anchors) {

    /** Copies the anchors. */
    public KeepRule {
        anchors = Set.copyOf(anchors);
    }

    /**
     * Decides. One decision for all images of a conversation together.
     *
     * @param logits one per image token that is alive, all images joined
     * @param grids the images' grids, in the same order
     * @param alive original indices of those tokens, rising
     * @param strategy named in the error
     * @throws NonFiniteNumbersException if a logit is not a number
     */
    public TokenSelection decide(float[] logits, List<ImageGrid> grids, int[] alive, String strategy) {
        TokenBudget budget = new TokenBudget(threshold, maxRetentionRatio, minTokens, anchors);
        return Settlement.of(strategy, budget, budget.bounds(), grids, alive)
                .settle(TokenSelection.byThreshold(logits.clone()));
    }

    /** The sigmoid of a logit, in float32 as the reference compares it. */
    public static float probability(float logit) {
        return (float) (1.0 / (1.0 + Math.exp(-logit)));
    }
}
