package io.github.glimpse.prune;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One cut of a schedule, as the user writes it. What is null is taken from the strategy (its own point, its module's
 * numbers).
 *
 * @param at {@code layer k}, {@code layer last} or a share of the depth
 * @param strategy name of the strategy
 * @param threshold probability above which a token stays, 0..1
 * @param maxRetentionRatio cap: kept / image tokens alive at this step, above 0 and at most 1
 * @param minTokens floor; 0 is none
 * @param anchors corners that always stay
 */
public record PruningStep(
        @Nullable String at,
        String strategy,
        @Nullable Double threshold,
        @Nullable Double maxRetentionRatio,
        @Nullable Integer minTokens,
        @Nullable Set<Anchor> anchors) {

    /** Checks the ranges. */
    public PruningStep {
        Ranges.ratio("threshold", threshold);
        Ranges.positiveRatio("max-retention-ratio", maxRetentionRatio);
        Ranges.notNegative("min-tokens", minTokens);
        anchors = anchors == null ? null : Set.copyOf(anchors);
    }
}
