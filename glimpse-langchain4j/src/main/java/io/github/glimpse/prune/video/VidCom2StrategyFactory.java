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
import io.github.glimpse.prune.TokenBudget;
import io.github.glimpse.prune.TokenSelection;
import io.github.glimpse.prune.TokenSelection.ScoreKind;

/**
 * {@code vidcom2}: slices that differ from the rest of their video keep more, rows like the mean go ({@link DifferentSlices});
 * pictures stay whole. The ratio is of each video, and every slice counts for at least one row. It needs neither a question nor
 * attention. Scores are the redundancy times -1, so that the higher is more needed.
 *
 * @see <a href="https://arxiv.org/abs/2505.14454">VidCom2, section on the method</a>
 */
public final class VidCom2StrategyFactory implements PruningStrategyFactory {

    @Override
    public String name() {
        return "vidcom2";
    }

    @Override
    public PruningStrategy create(StrategyContext context) {
        Graph graph = SliceRows.graph(context.runtime());
        return EvidenceStrategy.named(name(), PruningPoint.vision())
                .places("it compares whole slices of the language model's input; use vision")
                .needs(new ImageRows())
                .traits(StrategyTrait.USES_BUDGET, StrategyTrait.OVER_TIME, StrategyTrait.NEEDS_FULL_GRID)
                .owning(graph)
                .choosing((evidence, budget) -> {
                    SliceRows rows = SliceRows.of(graph, evidence, name());
                    int count = budget.requireCount();
                    DifferentSlices choice = DifferentSlices.choose(rows, ratio(budget, rows), count);
                    float[] scores = new float[rows.total()];
                    for (int row = 0; row < scores.length; row++) {
                        scores[row] = (float) -choice.redundancy()[row];
                    }
                    return TokenSelection.scored(choice.kept(), scores, ScoreKind.VALUE)
                            .withReason(choice.kept().length > count ? RatioReason.FLOOR : RatioReason.COUNT);
                });
    }

    private static double ratio(TokenBudget budget, SliceRows rows) {
        Double share = budget.bounds().share();
        return share != null ? share : (double) budget.requireCount() / rows.total();
    }
}
