package io.github.glimpse.prune;

import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One cut of a schedule, as the user writes it. What is null is taken from the strategy (its own point, its module's
 * numbers).
 *
 * @param at {@code pixels}, {@code tower k}, {@code vision}, {@code layer k}, {@code layer last} or a share of the depth
 * @param strategy name of the strategy
 * @param retentionRatio kept / image tokens before any step, above 0 and at most 1; for strategies that keep a given number
 * @param threshold probability above which a token stays, 0..1
 * @param maxRetentionRatio cap, above 0 and at most 1: of all image tokens for a {@code retentionRatio}, else of those alive at this step
 * @param minTokens floor; 0 is none
 * @param anchors corners that always stay
 * @param options the strategy's own options
 */
public record PruningStep(
        @Nullable String at,
        String strategy,
        @Nullable Double retentionRatio,
        @Nullable Double threshold,
        @Nullable Double maxRetentionRatio,
        @Nullable Integer minTokens,
        @Nullable Set<Anchor> anchors,
        Map<String, String> options) {

    /** Checks the ranges. */
    public PruningStep {
        Ranges.positiveRatio("retention-ratio", retentionRatio, "1 keeps every token");
        Ranges.ratio("threshold", threshold);
        Ranges.positiveRatio("max-retention-ratio", maxRetentionRatio);
        Ranges.notNegative("min-tokens", minTokens);
        anchors = anchors == null ? null : Set.copyOf(anchors);
        options = Map.copyOf(options);
    }

    /** The same at another place. */
    public PruningStep withAt(String place) {
        return new PruningStep(
                place, strategy, retentionRatio, threshold, maxRetentionRatio, minTokens, anchors, options);
    }

    /** Starts with a strategy and nothing else. */
    public static Builder builder(String strategy) {
        return new Builder(strategy);
    }

    /** Collects the numbers of a step. */
    public static final class Builder {

        private final String strategy;
        private @Nullable String at;
        private @Nullable Double retentionRatio;
        private @Nullable Double threshold;
        private @Nullable Double maxRetentionRatio;
        private @Nullable Integer minTokens;
        private @Nullable Set<Anchor> anchors;
        private Map<String, String> options = Map.of();

        private Builder(String strategy) {
            this.strategy = strategy;
        }

        /** The place. */
        public Builder at(@Nullable String value) {
            at = value;
            return this;
        }

        /** Kept / image tokens before any step, above 0 and at most 1. */
        public Builder retentionRatio(@Nullable Double value) {
            retentionRatio = value;
            return this;
        }

        /** Probability above which a token stays, 0..1. */
        public Builder threshold(@Nullable Double value) {
            threshold = value;
            return this;
        }

        /** Cap: kept / image tokens alive, above 0 and at most 1. */
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

        /** The strategy's own options. */
        public Builder options(Map<String, String> value) {
            options = value;
            return this;
        }

        /**
         * The step.
         *
         * @throws IllegalArgumentException if a number is out of its range
         */
        public PruningStep build() {
            return new PruningStep(
                    at, strategy, retentionRatio, threshold, maxRetentionRatio, minTokens, anchors, options);
        }
    }
}
