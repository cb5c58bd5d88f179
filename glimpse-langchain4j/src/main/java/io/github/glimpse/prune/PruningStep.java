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
 * @param bounds how many tokens stay
 * @param options the strategy's own options
 */
public record PruningStep(@Nullable String at, String strategy, TokenBounds bounds, Map<String, String> options) {

    /** Checks the ranges. */
    public PruningStep {
        bounds = bounds.checked();
        options = Map.copyOf(options);
    }

    /** The same at another place. */
    public PruningStep withAt(String place) {
        return new PruningStep(place, strategy, bounds, options);
    }

    /** Starts with a strategy and nothing else. */
    public static Builder builder(String strategy) {
        return new Builder(strategy);
    }

    /** Collects the numbers of a step. */
    public static final class Builder {

        private final String strategy;
        private @Nullable String at;
        private TokenBounds bounds = TokenBounds.unset();
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
            bounds = bounds.withRetentionRatio(value);
            return this;
        }

        /** Probability above which a token stays, 0..1. */
        public Builder threshold(@Nullable Double value) {
            bounds = bounds.withThreshold(value);
            return this;
        }

        /** Cap: kept / image tokens alive, above 0 and at most 1. */
        public Builder maxRetentionRatio(@Nullable Double value) {
            bounds = bounds.withMaxRetentionRatio(value);
            return this;
        }

        /** Floor; 0 is none. */
        public Builder minTokens(@Nullable Integer value) {
            bounds = bounds.withMinTokens(value);
            return this;
        }

        /** Corners that always stay. */
        public Builder anchors(@Nullable Set<Anchor> value) {
            bounds = bounds.withAnchors(value);
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
            return new PruningStep(at, strategy, bounds, options);
        }
    }
}
