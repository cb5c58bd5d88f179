package io.github.glimpse.prune;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How many tokens may or must stay at one step. Null means "not said": the strategy's own number applies.
 *
 * @param threshold probability above which a token stays, 0..1
 * @param maxRetentionRatio cap, above 0 and at most 1: of all image tokens for a count, of those alive where the strategy settles the number
 * @param minTokens floor; 0 is none
 * @param anchors corners that always stay
 * @param retentionRatio what the user wants kept / image tokens before any step; strategies go by {@code count}
 * @param count how many tokens are to stay, settled by the engine from {@code retentionRatio}: at least 1, at most those alive
 */
public record TokenBudget(
        @Nullable Double threshold,
        @Nullable Double maxRetentionRatio,
        @Nullable Integer minTokens,
        @Nullable Set<Anchor> anchors,
        @Nullable Double retentionRatio,
        @Nullable Integer count) {

    /** The threshold where neither request, model nor module says one. */
    public static final double DEFAULT_THRESHOLD = 0.5;

    /** The floor where neither request, model nor module says one. */
    public static final int DEFAULT_MIN_TOKENS = 1;

    /** A budget of strategies that decide by threshold. */
    public TokenBudget(
            @Nullable Double threshold,
            @Nullable Double maxRetentionRatio,
            @Nullable Integer minTokens,
            @Nullable Set<Anchor> anchors) {
        this(threshold, maxRetentionRatio, minTokens, anchors, null, null);
    }

    /** A budget of a given number of tokens. */
    public static TokenBudget ofCount(int count) {
        return new TokenBudget(null, null, null, null, null, count);
    }

    /** This budget with the count settled. */
    public TokenBudget withCount(int settled) {
        return new TokenBudget(threshold, maxRetentionRatio, minTokens, anchors, retentionRatio, settled);
    }

    /**
     * The count, for strategies that cannot do without.
     *
     * @throws IllegalArgumentException if none was settled
     */
    public int requireCount() {
        if (count == null) {
            throw new IllegalArgumentException(
                    "The step has no count; set glimpse.pruning.retention-ratio, for example to 0.25");
        }
        return count;
    }

    /**
     * How many of an image's, or of all images', tokens a ratio leaves: {@code (int) (ratio * tokens)}, at least 1, at most
     * those alive.
     *
     * @param tokens image tokens before any step
     * @param alive image tokens left now
     */
    public static int count(double ratio, int tokens, int alive) {
        return Math.min(alive, Math.max(1, (int) (ratio * tokens)));
    }
}
