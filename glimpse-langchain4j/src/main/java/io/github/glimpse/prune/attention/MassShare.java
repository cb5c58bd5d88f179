package io.github.glimpse.prune.attention;

import io.github.glimpse.prune.RatioReason;
import io.github.glimpse.prune.StrategyOptions;
import io.github.glimpse.prune.TokenSelection;
import io.github.glimpse.prune.TokenSelection.ScoreKind;

/**
 * Settings of {@link AttentionMass}: instead of a count, the share of the attention that the kept tokens have to hold.
 *
 * @param share of the attention, above 0
 * @param minRatio lower bound of the count / tokens alive at the step
 * @param maxRatio upper bound of the same
 */
record MassShare(double share, double minRatio, double maxRatio) {

    /** Reads the options {@code mass}, {@code min-ratio} (0.3) and {@code max-ratio} (1). */
    static MassShare of(StrategyOptions options) {
        return new MassShare(
                options.number("mass", 0.9, 1e-6, 1),
                options.number("min-ratio", 0.3, 0, 1),
                options.number("max-ratio", 1, 1e-6, 1));
    }

    /** Wants the best tokens that hold the share. */
    TokenSelection choose(float[] scores, String strategy) {
        int most = Math.max(1, (int) (maxRatio * scores.length));
        int least = Math.min(most, Math.max(1, (int) (minRatio * scores.length)));
        AttentionMass mass = AttentionMass.holding(share, scores, least, most, strategy);
        RatioReason reason = mass.count() > mass.reached()
                ? RatioReason.FLOOR
                : mass.count() < mass.reached() ? RatioReason.CAP : RatioReason.MASS;
        return TokenSelection.wanted(mass.count(), scores, ScoreKind.SHARE, reason);
    }
}
