package io.github.glimpse.prune.video;

import io.github.glimpse.engine.Graph;
import io.github.glimpse.prune.EvidenceRequest.ImageRows;
import io.github.glimpse.prune.EvidenceStrategy;
import io.github.glimpse.prune.PruningPoint;
import io.github.glimpse.prune.PruningStrategy;
import io.github.glimpse.prune.PruningStrategyFactory;
import io.github.glimpse.prune.RatioReason;
import io.github.glimpse.prune.StrategyContext;
import io.github.glimpse.prune.StrategyTrait;
import io.github.glimpse.prune.TokenSelection;
import io.github.glimpse.prune.TokenSelection.ScoreKind;

/**
 * {@code evs}: of every video the rows that differ most from the slice before ({@link ChangedRows}); pictures stay whole. The
 * ratio is of each video, and its first slice stays even if that is more. Option {@code floor} (default 0): least rows of each
 * later slice. Published as Efficient Video Sampling by NVIDIA. It needs neither a question nor attention.
 *
 * @see <a href="https://arxiv.org/abs/2510.14624">Efficient Video Sampling, section on the method</a>
 */
public final class EvsStrategyFactory implements PruningStrategyFactory {

    @Override
    public String name() {
        return "evs";
    }

    @Override
    public PruningStrategy create(StrategyContext context) {
        int floor = context.options().integer("floor", 0, 0, Integer.MAX_VALUE);
        Graph graph = SliceRows.graph(context.runtime());
        return EvidenceStrategy.named(name(), PruningPoint.vision())
                .places("it compares whole slices of the language model's input; use vision")
                .needs(new ImageRows())
                .traits(StrategyTrait.USES_BUDGET, StrategyTrait.OVER_TIME, StrategyTrait.NEEDS_FULL_GRID)
                .owning(graph)
                .choosing((evidence, budget) -> {
                    int count = budget.requireCount();
                    ChangedRows choice = ChangedRows.choose(SliceRows.of(graph, evidence, name()), count, floor);
                    float[] scores = new float[choice.distances().length];
                    for (int row = 0; row < scores.length; row++) {
                        scores[row] = (float) choice.distances()[row];
                    }
                    return TokenSelection.scored(choice.kept(), scores, ScoreKind.VALUE)
                            .withReason(choice.kept().length > count ? RatioReason.FLOOR : RatioReason.COUNT);
                });
    }
}
