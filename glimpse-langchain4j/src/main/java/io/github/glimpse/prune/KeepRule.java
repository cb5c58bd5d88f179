package io.github.glimpse.prune;

import io.github.glimpse.NonFiniteNumbersException;
import io.github.glimpse.image.ImageGrid;
import java.util.BitSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The decision: which tokens stay, given a logit for each. One decision for all images of a conversation together.
 *
 * <p>A token stays if its probability is strictly above the threshold. If that is more than the cap allows, exactly the
 * {@code (int) (cap * tokens)} best stay; if it is less than the floor, the best are added up to it. Anchors come last and
 * may exceed the cap. Ranking is by logit, not by probability, which reaches 1.0 in float32 and would tie; equal logits:
 * the lower index first.
 *
 * @param threshold 0..1
 * @param maxRetentionRatio cap on kept / tokens, null for none
 * @param minTokens floor, 0 for none; more than there are tokens keeps all
 * @param anchors corners of every image that always stay
 * @see <a href="https://arxiv.org/abs/2508.01548">GlimpsePrune, section 3.3</a>
 */
public record KeepRule(double threshold, @Nullable Double maxRetentionRatio, int minTokens, Set<Anchor> anchors) {

    /** Copies the anchors. */
    public KeepRule {
        anchors = Set.copyOf(anchors);
    }

    /**
     * Decides.
     *
     * @param logits one per image token that is alive, all images joined
     * @param grids the images' grids, in the same order
     * @param alive original indices of those tokens, rising
     * @param strategy named in the error
     * @throws NonFiniteNumbersException if a logit is not a number
     */
    public TokenSelection decide(float[] logits, List<ImageGrid> grids, int[] alive, String strategy) {
        BitSet kept = new BitSet(logits.length);
        Ranking.requireNumbers(logits, strategy);
        for (int i = 0; i < logits.length; i++) {
            if (probability(logits[i]) > (float) threshold) {
                kept.set(i);
            }
        }
        int passed = kept.cardinality();
        RatioReason reason = RatioReason.THRESHOLD;
        if (maxRetentionRatio != null && (double) passed / logits.length > maxRetentionRatio) {
            kept = best(logits, (int) (maxRetentionRatio * logits.length), strategy);
            reason = RatioReason.CAP;
        }
        if (kept.cardinality() < Math.min(minTokens, logits.length)) {
            kept.or(best(logits, minTokens, strategy));
            reason = RatioReason.FLOOR;
        }
        for (int place : Anchor.placesOf(anchors, grids, alive)) {
            kept.set(place);
        }
        return new TokenSelection(kept.stream().toArray(), logits.clone(), passed).withReason(reason);
    }

    /** The sigmoid of a logit, in float32 as the reference compares it. */
    public static float probability(float logit) {
        return (float) (1.0 / (1.0 + Math.exp(-logit)));
    }

    private static BitSet best(float[] logits, int count, String strategy) {
        BitSet best = new BitSet(logits.length);
        for (int token : Ranking.best(logits, count, strategy)) {
            best.set(token);
        }
        return best;
    }
}
