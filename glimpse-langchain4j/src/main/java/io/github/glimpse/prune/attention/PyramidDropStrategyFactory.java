package io.github.glimpse.prune.attention;

import io.github.glimpse.engine.HostValues;
import io.github.glimpse.prune.EvidenceRequest.LayerPeek;
import io.github.glimpse.prune.EvidenceStrategy;
import io.github.glimpse.prune.HeadScores;
import io.github.glimpse.prune.PruningStrategy;
import io.github.glimpse.prune.PruningStrategyFactory;
import io.github.glimpse.prune.StrategyContext;
import io.github.glimpse.prune.StrategyTrait;
import io.github.glimpse.prune.TokenSelection;
import io.github.glimpse.prune.TokenSelection.ScoreKind;

/**
 * {@code pyramid-drop}: the image tokens that the last row of the prompt would attend to most in the layer that comes next, mean
 * over heads. No options.
 *
 * <p>Published as three steps, at a quarter, half and three quarters of the depth, that leave 50, 25 and 12.5 % of all image
 * tokens; write them as a schedule of {@code 25 %}, {@code 50 %} and {@code 75 %}. A single step is the first of them.
 *
 * @see <a href="https://arxiv.org/abs/2410.17247">PyramidDrop, section on the method</a>
 */
public final class PyramidDropStrategyFactory implements PruningStrategyFactory {

    private static final double FIRST_STEP = 0.25;

    @Override
    public String name() {
        return "pyramid-drop";
    }

    @Override
    public PruningStrategy create(StrategyContext context) {
        LayerPeek peek = new LayerPeek(true);
        return EvidenceStrategy.named(name(), Depths.share(context.dimensions().layers(), FIRST_STEP))
                .places(Depths.BETWEEN_LAYERS)
                .needs(peek)
                .traits(StrategyTrait.USES_BUDGET, StrategyTrait.QUESTION_DEPENDENT)
                .choosing((evidence, budget) -> {
                    float[] attention = HostValues.floats(evidence.of(peek));
                    float[] scores = HeadScores.mean(attention, attention.length / evidence.alive().length);
                    return TokenSelection.byCount(scores, ScoreKind.SHARE);
                });
    }
}
