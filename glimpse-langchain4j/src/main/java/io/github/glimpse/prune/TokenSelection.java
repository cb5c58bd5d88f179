package io.github.glimpse.prune;

import org.jspecify.annotations.Nullable;

/**
 * What a strategy chose.
 *
 * @param kept rising indices among the tokens that were alive at the step
 * @param logits the scores that decided, one per token that was alive, higher means more needed; null for a strategy
 *     without scores
 * @param passedThreshold tokens above the threshold, before cap, floor and anchors
 */
public record TokenSelection(int[] kept, float @Nullable [] logits, int passedThreshold) {

    /** Everything stays. */
    public static TokenSelection all(int tokens) {
        int[] kept = new int[tokens];
        for (int i = 0; i < tokens; i++) {
            kept[i] = i;
        }
        return new TokenSelection(kept, null, tokens);
    }
}
