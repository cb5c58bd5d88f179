package io.github.glimpse.prune;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a user may say about pruning, for a model or for one request. Unset values fall through: request, then model, then
 * the module's {@code config.json}, then {@link TokenBudget}'s defaults.
 *
 * @param enabled whether to prune at all; unset is true
 * @param strategy name of a strategy; unset is {@code glimpse} if the model has a module, else {@code none}
 * @param schedule cuts in order; empty is one cut by {@code strategy} at its own point
 * @param threshold probability above which a token stays
 * @param maxRetentionRatio cap: kept / all image tokens; 1 is no cap
 * @param minTokens floor; 0 is none
 * @param anchors corners that always stay
 */
public record PruningOptions(
        @Nullable Boolean enabled,
        @Nullable String strategy,
        List<PruningStep> schedule,
        @Nullable Double threshold,
        @Nullable Double maxRetentionRatio,
        @Nullable Integer minTokens,
        @Nullable Set<Anchor> anchors) {

    /** Name of the strategy that keeps every token. */
    public static final String NONE = "none";

    /** Name of the learned strategy. */
    public static final String GLIMPSE = "glimpse";

    /** Checks ranges and copies. */
    public PruningOptions {
        Ranges.ratio("threshold", threshold);
        Ranges.positiveRatio("max-retention-ratio", maxRetentionRatio);
        Ranges.notNegative("min-tokens", minTokens);
        schedule = List.copyOf(schedule);
        anchors = anchors == null ? null : Set.copyOf(anchors);
    }

    /** Nothing set. */
    public static PruningOptions defaults() {
        return builder().build();
    }

    /** Starts with nothing set. */
    public static Builder builder() {
        return new Builder();
    }

    /** Starts with these values. */
    public Builder toBuilder() {
        Builder builder = new Builder();
        builder.enabled = enabled;
        builder.strategy = strategy;
        builder.schedule = schedule;
        builder.threshold = threshold;
        builder.maxRetentionRatio = maxRetentionRatio;
        builder.minTokens = minTokens;
        builder.anchors = anchors;
        return builder;
    }

    /**
     * These options where set, else {@code fallback}'s. A request that names a strategy of its own does not inherit the
     * fallback's schedule, which would name another one.
     */
    public PruningOptions orElse(PruningOptions fallback) {
        boolean ownPlan = strategy != null || !schedule.isEmpty();
        return new PruningOptions(
                enabled != null ? enabled : fallback.enabled,
                strategy != null ? strategy : fallback.strategy,
                ownPlan ? schedule : fallback.schedule,
                threshold != null ? threshold : fallback.threshold,
                maxRetentionRatio != null ? maxRetentionRatio : fallback.maxRetentionRatio,
                minTokens != null ? minTokens : fallback.minTokens,
                anchors != null ? anchors : fallback.anchors);
    }

    /** The numbers of one step: its own where set, else those of these options. */
    public TokenBudget budget(PruningStep step) {
        return new TokenBudget(
                step.threshold() != null ? step.threshold() : threshold,
                step.maxRetentionRatio() != null ? step.maxRetentionRatio() : maxRetentionRatio,
                step.minTokens() != null ? step.minTokens() : minTokens,
                step.anchors() != null ? step.anchors() : anchors);
    }

    /** Collects options. */
    public static final class Builder {

        private @Nullable Boolean enabled;
        private @Nullable String strategy;
        private List<PruningStep> schedule = List.of();
        private @Nullable Double threshold;
        private @Nullable Double maxRetentionRatio;
        private @Nullable Integer minTokens;
        private @Nullable Set<Anchor> anchors;

        private Builder() {}

        /** Whether to prune at all. */
        public Builder enabled(@Nullable Boolean value) {
            enabled = value;
            return this;
        }

        /** Name of the strategy. */
        public Builder strategy(@Nullable String value) {
            strategy = value;
            return this;
        }

        /** Cuts in order. */
        public Builder schedule(List<PruningStep> value) {
            schedule = value;
            return this;
        }

        /** Probability above which a token stays, 0..1. */
        public Builder threshold(@Nullable Double value) {
            threshold = value;
            return this;
        }

        /** Cap: kept / all image tokens, above 0 and at most 1. */
        public Builder maxRetentionRatio(@Nullable Double value) {
            maxRetentionRatio = value;
            return this;
        }

        /** Floor; 0 is none. */
        public Builder minTokens(@Nullable Integer value) {
            minTokens = value;
            return this;
        }

        /** Corners that always stay. */
        public Builder anchors(@Nullable Set<Anchor> value) {
            anchors = value;
            return this;
        }

        /**
         * The options.
         *
         * @throws IllegalArgumentException if a number is out of its range
         */
        public PruningOptions build() {
            return new PruningOptions(enabled, strategy, schedule, threshold, maxRetentionRatio, minTokens, anchors);
        }
    }
}
