package io.github.glimpse.prune.control;

import io.github.glimpse.UnsupportedModelException;
import io.github.glimpse.prune.EvidenceStrategy;
import io.github.glimpse.prune.PruningPoint;
import io.github.glimpse.prune.PruningStrategy;
import io.github.glimpse.prune.PruningStrategyFactory;
import io.github.glimpse.prune.StrategyContext;
import io.github.glimpse.prune.StrategyTrait;
import io.github.glimpse.prune.TokenSelection;

/**
 * {@code down-sample}: the picture itself is made smaller, so that it has no more tokens than wanted; nothing is chosen. It
 * saves the vision tower's time too, which makes it the strongest of the controls. No options. Only for families whose grid
 * follows the picture; where the grid is fixed, {@code pool} is what comes nearest.
 */
public final class DownSampleStrategyFactory implements PruningStrategyFactory {

    @Override
    public String name() {
        return "down-sample";
    }

    @Override
    public PruningStrategy create(StrategyContext context) {
        if (context.tower().fixedGrid()) {
            throw new UnsupportedModelException(
                    "The pruning strategy 'down-sample' makes the picture smaller, and the vision"
                            + " tower of this model cuts every picture into the same number of tokens; use pool");
        }
        return EvidenceStrategy.named(name(), PruningPoint.pixels())
                .places("it makes the picture smaller before it is cut into tokens; use pixels")
                .traits(StrategyTrait.USES_BUDGET, StrategyTrait.SHRINKS_PICTURE, StrategyTrait.NEEDS_FULL_GRID)
                .choosing((evidence, budget) -> TokenSelection.all(evidence.alive().length));
    }
}
