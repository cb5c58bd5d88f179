package io.github.glimpse.prune.attention;

import io.github.glimpse.engine.HostValues;
import io.github.glimpse.prune.EvidenceRequest.LastRowAttention;
import io.github.glimpse.prune.EvidenceStrategy;
import io.github.glimpse.prune.HeadScores;
import io.github.glimpse.prune.PruningEvidence;
import io.github.glimpse.prune.PruningStrategy;
import io.github.glimpse.prune.PruningStrategyFactory;
import io.github.glimpse.prune.StrategyContext;
import io.github.glimpse.prune.StrategyTrait;
import io.github.glimpse.prune.TokenSelection;
import io.github.glimpse.prune.TokenSelection.ScoreKind;

/**
 * {@code fastv}: the image tokens that the last row of the prompt attended to most in the layer that ran last, mean over heads.
 * At {@code layer 2} unless said otherwise, as published.
 *
 * <p>Attention favours tokens near the end of a picture, so masks are crowded in the lower rows; that is the method.
 *
 * <p>With the option {@code mass} (0..1) there is no count: as many of the best stay as hold that share of the attention,
 * within {@code min-ratio} (0.3) and {@code max-ratio} (1) of the tokens alive at the step. This is ours, for the profile
 * {@code auto}.
 *
 * @see <a href="https://arxiv.org/abs/2403.06764">FastV, section 4</a>
 */
public final class FastVStrategyFactory implements PruningStrategyFactory {

    private static final int LAYER = 2;

    @Override
    public String name() {
        return "fastv";
    }

    @Override
    public PruningStrategy create(StrategyContext context) {
        EvidenceStrategy.Builder strategy = EvidenceStrategy.named(
                        name(), Depths.point(context.dimensions().layers(), LAYER))
                .places(Depths.BETWEEN_LAYERS)
                .needs(new LastRowAttention())
                .sliceFloor(context.options().integer("floor", 0, 0, Integer.MAX_VALUE))
                .traits(StrategyTrait.QUESTION_DEPENDENT);
        if (context.options().has("mass")) {
            MassShare mass = MassShare.of(context.options());
            return strategy.choosing((evidence, budget) -> mass.choose(scores(evidence), name()));
        }
        return strategy.traits(StrategyTrait.USES_BUDGET)
                .choosing((evidence, budget) -> TokenSelection.byCount(scores(evidence), ScoreKind.SHARE));
    }

    private static float[] scores(PruningEvidence evidence) {
        float[] attention = HostValues.floats(evidence.of(new LastRowAttention()));
        return HeadScores.mean(attention, attention.length / evidence.alive().length);
    }
}
