package io.github.glimpse.prune.control;

import io.github.glimpse.prune.EvidenceStrategy;
import io.github.glimpse.prune.PruningPoint;
import io.github.glimpse.prune.PruningPoint.Stage;
import io.github.glimpse.prune.PruningStrategy;
import io.github.glimpse.prune.PruningStrategyFactory;
import io.github.glimpse.prune.StrategyContext;
import io.github.glimpse.prune.StrategyTrait;
import io.github.glimpse.prune.TokenSelection;

/**
 * {@code grid}: tokens spread evenly over the picture: a lattice, then what is farthest from all that is kept. The control that every scored strategy has to beat. No options. Where an earlier step left holes, only what is alive is
 * chosen; between layers each image has its part of the count.
 */
public final class GridStrategyFactory implements PruningStrategyFactory {

    @Override
    public String name() {
        return "grid";
    }

    @Override
    public PruningStrategy create(StrategyContext context) {
        return EvidenceStrategy.named(name(), PruningPoint.vision())
                .places("use pixels, tower k, vision or a layer", Stage.PIXELS, Stage.TOWER, Stage.LAYER)
                .traits(StrategyTrait.USES_BUDGET)
                .choosing((evidence, budget) ->
                        TokenSelection.of(GridSplit.choose(evidence, budget.requireCount(), EvenSpread::choose)));
    }
}
