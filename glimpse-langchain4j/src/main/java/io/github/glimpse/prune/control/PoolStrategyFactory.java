package io.github.glimpse.prune.control;

import io.github.glimpse.prune.EvidenceStrategy;
import io.github.glimpse.prune.PruningEvidence;
import io.github.glimpse.prune.PruningPoint;
import io.github.glimpse.prune.PruningStrategy;
import io.github.glimpse.prune.PruningStrategyFactory;
import io.github.glimpse.prune.StrategyContext;
import io.github.glimpse.prune.StrategyTrait;
import io.github.glimpse.prune.TokenSelection;
import io.github.glimpse.prune.TokenSelection.MergedToken;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * {@code pool}: the rows of neighbouring tokens are averaged, bin by bin of a lattice. At most as many tokens as wanted, often
 * a few less. No options. Only at {@code vision} and on the full grid.
 */
public final class PoolStrategyFactory implements PruningStrategyFactory {

    @Override
    public String name() {
        return "pool";
    }

    @Override
    public PruningStrategy create(StrategyContext context) {
        return EvidenceStrategy.named(name(), PruningPoint.vision())
                .places("it averages rows of the full grid, so it works at vision only")
                .traits(StrategyTrait.USES_BUDGET, StrategyTrait.MERGES, StrategyTrait.NEEDS_FULL_GRID)
                .choosing((evidence, budget) -> pool(evidence, budget.requireCount()));
    }

    private static TokenSelection pool(PruningEvidence evidence, int count) {
        Lattice lattice = Lattice.of(evidence.images().get(0), count);
        List<MergedToken> merged = new ArrayList<>();
        for (int row = 0; row < lattice.rows(); row++) {
            for (int column = 0; column < lattice.columns(); column++) {
                int token = lattice.token(row, column);
                int[] others = Arrays.stream(lattice.bin(row, column))
                        .filter(member -> member != token)
                        .toArray();
                if (others.length > 0) {
                    merged.add(MergedToken.mean(token, others));
                }
            }
        }
        return TokenSelection.of(lattice.tokens()).withMerged(merged);
    }
}
