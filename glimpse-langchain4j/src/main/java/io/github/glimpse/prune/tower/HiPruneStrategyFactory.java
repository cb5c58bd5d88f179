package io.github.glimpse.prune.tower;

import io.github.glimpse.engine.HostValues;
import io.github.glimpse.prune.EvidenceRequest.TowerReceived;
import io.github.glimpse.prune.EvidenceStrategy;
import io.github.glimpse.prune.PruningPoint;
import io.github.glimpse.prune.PruningStrategy;
import io.github.glimpse.prune.PruningStrategyFactory;
import io.github.glimpse.prune.StrategyContext;
import io.github.glimpse.prune.StrategyTrait;
import io.github.glimpse.prune.TokenSelection;
import io.github.glimpse.prune.TokenSelection.ScoreKind;

/**
 * {@code hi-prune}: anchors where a middle block of the tower attends, their neighbours, and the rest where the block attends whose
 * rows go to the language model ({@link AnchorsAndNeighbours}).
 *
 * <p>Options: {@code alpha} (0.1): share of the budget for anchors and neighbours; with it there is no anchor up to a count of
 * 25. {@code block}: the middle block, from 0 or, if negative, from the end; as published 8 of 24 with a CLS row and 15 of 32
 * without, moved by depth. {@code late-block}: the other one.
 *
 * @see <a href="https://arxiv.org/abs/2508.00553">HiPrune, section on the method</a>
 */
public final class HiPruneStrategyFactory implements PruningStrategyFactory {

    private static final double WITH_CLS = 9.0 / 24;
    private static final double WITHOUT_CLS = 16.0 / 32;

    @Override
    public String name() {
        return "hi-prune";
    }

    @Override
    public PruningStrategy create(StrategyContext context) {
        double alpha = context.options().number("alpha", 0.1, 0, 1);
        double share = context.tower().hasCls() ? WITH_CLS : WITHOUT_CLS;
        TowerReceived middle =
                new TowerReceived(TowerBlocks.of(context, "block", TowerBlocks.atShare(context.tower(), share)));
        TowerReceived late = new TowerReceived(
                TowerBlocks.of(context, "late-block", context.tower().featureBlock()));
        return EvidenceStrategy.named(name(), PruningPoint.vision())
                .places(
                        "it needs the neighbours on one picture's grid; use tower k or vision",
                        PruningPoint.Stage.TOWER)
                .needs(middle, late)
                .traits(StrategyTrait.USES_BUDGET)
                .choosing((evidence, budget) -> {
                    float[] scores = HostValues.floats(evidence.of(late));
                    AnchorsAndNeighbours choice = AnchorsAndNeighbours.choose(
                            HostValues.floats(evidence.of(middle)),
                            scores,
                            evidence.images().get(0),
                            evidence.alive(),
                            budget.requireCount(),
                            alpha,
                            name());
                    return TokenSelection.scored(choice.kept(), scores, ScoreKind.SHARE);
                });
    }
}
