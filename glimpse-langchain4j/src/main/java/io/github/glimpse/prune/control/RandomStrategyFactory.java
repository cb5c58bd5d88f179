package io.github.glimpse.prune.control;

import io.github.glimpse.prune.EvidenceStrategy;
import io.github.glimpse.prune.PruningPoint;
import io.github.glimpse.prune.PruningPoint.Stage;
import io.github.glimpse.prune.PruningStrategy;
import io.github.glimpse.prune.PruningStrategyFactory;
import io.github.glimpse.prune.StrategyContext;
import io.github.glimpse.prune.StrategyTrait;
import io.github.glimpse.prune.TokenSelection;
import java.util.stream.IntStream;

/**
 * {@code random}: tokens by lot. Option {@code seed} (default 0): the same seed keeps the same tokens of a grid everywhere, and
 * a larger count a superset of them.
 */
public final class RandomStrategyFactory implements PruningStrategyFactory {

    @Override
    public String name() {
        return "random";
    }

    @Override
    public PruningStrategy create(StrategyContext context) {
        long seed = context.options().wholeNumber("seed", 0, Long.MIN_VALUE, Long.MAX_VALUE);
        return EvidenceStrategy.named(name(), PruningPoint.vision())
                .places("use pixels, tower k, vision or a layer", Stage.PIXELS, Stage.TOWER, Stage.LAYER)
                .traits(StrategyTrait.USES_BUDGET)
                .choosing((evidence, budget) -> {
                    // Keys count within an image, so all images are joined by their keys, not by shares of the count.
                    int[] tokens = GridSplit.tokens(evidence.images(), evidence.alive()).stream()
                            .flatMapToInt(IntStream::of)
                            .toArray();
                    return TokenSelection.of(RandomKeys.smallest(tokens, budget.requireCount(), seed));
                });
    }
}
