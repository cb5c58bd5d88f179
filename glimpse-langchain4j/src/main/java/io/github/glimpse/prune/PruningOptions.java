package io.github.glimpse.prune;

import io.github.glimpse.SetValues;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a user may say about pruning, for a model or for one request. Unset values fall through: request, the request's
 * profile, model, the model's profile, the module's {@code config.json}, {@link TokenBudget}'s defaults.
 *
 * @param enabled whether to prune at all; unset is true
 * @param strategy name of a strategy; unset is {@code glimpse} if the model has a module, else {@code none}
 * @param schedule cuts in order; empty is one cut by {@code strategy} at its own point
 * @param bounds how many tokens stay; steps of a schedule may say it otherwise
 * @param options own options of {@code strategy}; steps of a schedule have theirs
 * @param kv what a cut does to keys and values of the layers that have run; unset is {@link KvForm#UNIFORM}
 * @param positions position ids of what stays; unset is {@link PositionForm#ORIGINAL}
 * @param guard when choices that are not sure of themselves are widened or dropped; unset is never
 * @param profile name of a {@link PruningProfile} or of an own one, for what is not set here
 * @param beneath what applies where neither these values nor the profile say anything; null without a profile
 */
public record PruningOptions(
        @Nullable Boolean enabled,
        @Nullable String strategy,
        List<PruningStep> schedule,
        TokenBounds bounds,
        Map<String, String> options,
        @Nullable KvForm kv,
        @Nullable PositionForm positions,
        GuardOptions guard,
        @Nullable String profile,
        @Nullable PruningOptions beneath) {

    /** Name of the strategy that keeps every token. */
    public static final String NONE = "none";

    /** Name of the learned strategy. */
    public static final String GLIMPSE = "glimpse";

    /** Checks ranges and copies. */
    public PruningOptions {
        bounds = bounds.checked();
        schedule = List.copyOf(schedule);
        options = Map.copyOf(options);
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
        builder.bounds = bounds;
        builder.options = options;
        builder.kv = kv;
        builder.positions = positions;
        builder.guard = guard;
        builder.profile = profile;
        builder.beneath = beneath;
        return builder;
    }

    /**
     * These options where set, else {@code fallback}'s. A request that names a strategy of its own does not inherit the
     * fallback's schedule, which would name another one, nor its options, which are of another one.
     *
     * <p>What a profile says is only known where the model is: options with a profile keep the fallback {@link #beneath} it,
     * and {@link PruningProfiles#settle} merges them.
     */
    public PruningOptions orElse(PruningOptions fallback) {
        if (profile != null) {
            return over(fallback);
        }
        boolean ownPlan = hasPlan();
        return new PruningOptions(
                enabled != null ? enabled : fallback.enabled,
                strategy != null ? strategy : fallback.strategy,
                ownPlan ? schedule : fallback.schedule,
                bounds.orElse(fallback.bounds),
                ownPlan || !options.isEmpty() ? options : fallback.options,
                kv != null ? kv : fallback.kv,
                positions != null ? positions : fallback.positions,
                guard.orElse(fallback.guard),
                fallback.profile,
                fallback.beneath);
    }

    private PruningOptions over(PruningOptions fallback) {
        // LangChain4j merges the defaults of a chat model into a request more than once.
        if (fallback.equals(defaults()) || fallback.equals(this)) {
            return this;
        }
        return toBuilder()
                .beneath(beneath == null ? fallback : beneath.orElse(fallback))
                .build();
    }

    /** Whether it says itself by which strategy or schedule, not by a profile. */
    boolean hasPlan() {
        return strategy != null || !schedule.isEmpty();
    }

    /** These values alone, without a profile and what is beneath it. */
    PruningOptions withoutProfile() {
        return toBuilder().profile(null).beneath(null).build();
    }

    /** The numbers of one step: its own where set, else those of these options. */
    public TokenBudget budget(PruningStep step) {
        return new TokenBudget(step.bounds().orElse(bounds), null);
    }

    /** Kept / image tokens before any step, for strategies that keep a given number. */
    public @Nullable Double retentionRatio() {
        return bounds.retentionRatio();
    }

    /** Probability above which a token stays. */
    public @Nullable Double threshold() {
        return bounds.threshold();
    }

    /** Cap: kept / all image tokens; 1 is no cap. */
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

    /** What is said; the rest is as beneath, or the defaults. */
    @Override
    public String toString() {
        return new SetValues("PruningOptions")
                .add("enabled", enabled)
                .add("profile", profile)
                .add("strategy", strategy)
                .add("schedule", schedule)
                .add("retentionRatio", bounds.retentionRatio())
                .add("threshold", bounds.threshold())
                .add("maxRetentionRatio", bounds.maxRetentionRatio())
                .add("minTokens", bounds.minTokens())
                .add("anchors", bounds.anchors())
                .add("options", options)
                .add("kv", kv)
                .add("positions", positions)
                .add("guard", guard.equals(GuardOptions.unset()) ? null : guard)
                .add("beneath", beneath)
                .toString();
    }

    /** Collects options. */
    public static final class Builder {

        private @Nullable Boolean enabled;
        private @Nullable String strategy;
        private List<PruningStep> schedule = List.of();
        private TokenBounds bounds = TokenBounds.unset();
        private Map<String, String> options = Map.of();
        private @Nullable KvForm kv;
        private @Nullable PositionForm positions;
        private GuardOptions guard = GuardOptions.unset();
        private @Nullable String profile;
        private @Nullable PruningOptions beneath;

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

        /** Cap: kept / all image tokens, above 0 and at most 1. */
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

        /** Own options of the strategy. */
        public Builder options(Map<String, String> value) {
            options = value;
            return this;
        }

        /** What a cut does to keys and values of the layers that have run. */
        public Builder kv(@Nullable KvForm value) {
            kv = value;
            return this;
        }

        /** Position ids of what stays. */
        public Builder positions(@Nullable PositionForm value) {
            positions = value;
            return this;
        }

        /** When choices that are not sure of themselves are widened or dropped. */
        public Builder guard(GuardOptions value) {
            guard = value;
            return this;
        }

        /** Name of a profile for what is not set here. */
        public Builder profile(@Nullable String value) {
            profile = value;
            return this;
        }

        private Builder beneath(@Nullable PruningOptions value) {
            beneath = value;
            return this;
        }

        /**
         * The options.
         *
         * @throws IllegalArgumentException if a number is out of its range
         */
        public PruningOptions build() {
            return new PruningOptions(
                    enabled, strategy, schedule, bounds, options, kv, positions, guard, profile, beneath);
        }
    }
}
