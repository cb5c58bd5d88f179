package io.github.glimpse.prune.diversity;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.Graph;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.prune.EvidenceRequest.ImageRows;
import io.github.glimpse.prune.EvidenceStrategy;
import io.github.glimpse.prune.PruningPoint;
import io.github.glimpse.prune.PruningStrategy;
import io.github.glimpse.prune.PruningStrategyFactory;
import io.github.glimpse.prune.StrategyContext;
import io.github.glimpse.prune.StrategyTrait;
import io.github.glimpse.prune.TokenSelection;

/**
 * {@code merge-similar}: tokens with similar rows are averaged, in rounds that at most halve their number ({@link MergedRows}).
 * Where the method merges a little in every block of a tower, here it is done once, before the language model: inside a tower
 * with windows it would break them. No options.
 *
 * @see <a href="https://arxiv.org/abs/2210.09461">Token Merging, section 3</a>
 */
public final class MergeSimilarStrategyFactory implements PruningStrategyFactory {

    @Override
    public String name() {
        return "merge-similar";
    }

    @Override
    public PruningStrategy create(StrategyContext context) {
        Graph graph = CosineRows.graph(context.runtime());
        return EvidenceStrategy.named(name(), PruningPoint.vision())
                .places("it mixes rows before the language model sees them, so it works at vision only")
                .needs(new ImageRows())
                .traits(StrategyTrait.USES_BUDGET, StrategyTrait.MERGES)
                .owning(graph)
                .choosing((evidence, budget) -> {
                    NDArray rows = evidence.of(new ImageRows());
                    try (TensorScope merging = evidence.scope().openChild()) {
                        MergedRows merged = MergedRows.downTo(graph, rows, budget.requireCount(), merging, name());
                        return TokenSelection.of(merged.places()).withMerged(merged.mixtures());
                    }
                });
    }
}
