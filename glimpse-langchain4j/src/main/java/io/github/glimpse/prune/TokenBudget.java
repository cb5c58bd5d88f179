package io.github.glimpse.prune;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How many tokens may or must stay at one step, as a strategy is told.
 *
 * @param bounds the user's numbers; null is "not said": the strategy's own number applies
 * @param count how many tokens are to stay, settled by {@link Settlement} from the wanted share: at least 1, at most those alive
 */
public record TokenBudget(TokenBounds bounds, @Nullable Integer count) {

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
        this(new TokenBounds(null, threshold, maxRetentionRatio, minTokens, anchors), null);
    }

    /** A budget of a given number of tokens. */
    public static TokenBudget ofCount(int count) {
        return new TokenBudget(TokenBounds.unset(), count);
    }

    /** This budget with the count settled. */
    public TokenBudget withCount(int settled) {
        return new TokenBudget(bounds, settled);
    }

    /** What the user wants kept / image tokens before any step; strategies go by {@link #count}. */
    public @Nullable Double retentionRatio() {
        return bounds.retentionRatio();
    }

    /** Probability above which a token stays, 0..1. */
    public @Nullable Double threshold() {
        return bounds.threshold();
    }

    /** Cap: of all image tokens for a count, of those alive where the strategy settles the number. */
    public @Nullable Double maxRetentionRatio() {
        return bounds.maxRetentionRatio();
    }

    /** Floor; 0 is none. */
    public @Nullable Integer minTokens() {
        return bounds.minTokens();
    }

    /** Corners that always stay. */
    public @Nullable Set<Anchor> anchors() {
        return bounds.anchors();
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

    /** Least tokens that the floor lets a strategy keep that stops by itself. */
    public int least(int alive) {
        return Settlement.least(bounds, alive);
    }

    /** Most tokens that the cap lets such a strategy keep; the floor wins over it. */
    public int most(int alive) {
        return Settlement.most(bounds, alive);
    }

    /**
     * How many of an image's, or of all images', tokens a ratio leaves: {@code (int) (ratio * tokens)}, at least 1, at most
     * those alive.
     *
     * @param tokens image tokens before any step
     * @param alive image tokens left now
     */
    public static int count(double ratio, int tokens, int alive) {
        return Settlement.count(ratio, tokens, alive);
    }
}
