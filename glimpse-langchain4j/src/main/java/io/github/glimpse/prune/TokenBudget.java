package io.github.glimpse.prune;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How many tokens may or must stay at one step. Null means "not said": the strategy's own number applies.
 *
 * @param threshold probability above which a token stays, 0..1
 * @param maxRetentionRatio cap: kept / image tokens alive, above 0 and at most 1
 * @param minTokens floor; 0 is none
 * @param anchors corners that always stay
 */
public record TokenBudget(
        @Nullable Double threshold,
        @Nullable Double maxRetentionRatio,
        @Nullable Integer minTokens,
        @Nullable Set<Anchor> anchors) {

    /** The threshold where neither request, model nor module says one. */
    public static final double DEFAULT_THRESHOLD = 0.5;

    /** The floor where neither request, model nor module says one. */
    public static final int DEFAULT_MIN_TOKENS = 1;
}
