package io.github.glimpse.prune.attention;

import io.github.glimpse.prune.CountBounds;
import io.github.glimpse.prune.PruningEvidence;
import io.github.glimpse.prune.Ranking;
import io.github.glimpse.prune.RatioReason;
import io.github.glimpse.prune.StrategyOptions;
import io.github.glimpse.prune.TokenBudget;
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

    /** Keeps the best tokens that hold the share. */
    TokenSelection choose(float[] scores, PruningEvidence evidence, TokenBudget budget, String strategy) {
        int alive = scores.length;
        CountBounds bounds = CountBounds.of(budget, alive)
                .within(Math.max(1, (int) (minRatio * alive)), Math.max(1, (int) (maxRatio * alive)));
        AttentionMass mass = AttentionMass.holding(share, scores, bounds.lowest(), bounds.highest(), strategy);
        int[] kept = Ranking.rising(Ranking.best(scores, mass.count(), strategy));
        TokenSelection chosen = TokenSelection.scored(kept, scores, ScoreKind.SHARE)
                .withReason(bounds.reason(mass.reached(), RatioReason.MASS));
        return CountBounds.withAnchors(chosen, evidence, budget);
    }
}
