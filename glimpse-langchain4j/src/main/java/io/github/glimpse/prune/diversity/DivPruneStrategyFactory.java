package io.github.glimpse.prune.diversity;

import io.github.glimpse.engine.Graph;
import io.github.glimpse.image.ImageGrid;
import io.github.glimpse.prune.EvidenceRequest.ImageRows;
import io.github.glimpse.prune.EvidenceStrategy;
import io.github.glimpse.prune.PruningEvidence;
import io.github.glimpse.prune.PruningPoint;
import io.github.glimpse.prune.PruningPoint.Stage;
import io.github.glimpse.prune.PruningStrategy;
import io.github.glimpse.prune.PruningStrategyFactory;
import io.github.glimpse.prune.StrategyContext;
import io.github.glimpse.prune.StrategyOptions;
import io.github.glimpse.prune.StrategyTrait;
import io.github.glimpse.prune.TokenBudget;
import io.github.glimpse.prune.TokenSelection;

/**
 * {@code div-prune}: tokens that are as unlike each other as can be ({@link FarthestFirst}), by the cosine of their rows for the
 * language model. It does not know the question.
 *
 * <p>With the option {@code stop-distance} (0..2) there is no count: it picks until every dropped token has a kept one nearer
 * than that, within {@code min-ratio} (0.1) and {@code max-ratio} (0.6) of the image tokens before any step. This is ours, for
 * the profile {@code auto}; a blank page keeps few tokens then and a page of text many.
 *
 * @see <a href="https://arxiv.org/abs/2503.02175">DivPrune, section on the method</a>
 */
public final class DivPruneStrategyFactory implements PruningStrategyFactory {

    /** When to stop if there is no count. */
    private record Stop(double distance, double minRatio, double maxRatio) {}

    @Override
    public String name() {
        return "div-prune";
    }

    @Override
    public PruningStrategy create(StrategyContext context) {
        StrategyOptions options = context.options();
        boolean stops = options.has("stop-distance");
        Stop stop = stops
                ? new Stop(
                        options.number("stop-distance", 0, 1e-6, 2),
                        options.number("min-ratio", 0.1, 0, 1),
                        options.number("max-ratio", 0.6, 1e-6, 1))
                : new Stop(0, 0, 1);
        Graph graph = CosineRows.graph(context.runtime());
        EvidenceStrategy.Builder strategy = EvidenceStrategy.named(name(), PruningPoint.vision())
                .places("it reads the language model's input; use vision or a layer", Stage.LAYER)
                .needs(new ImageRows())
                .owning(graph);
        if (stops) {
            return strategy.choosing((evidence, budget) -> near(evidence, budget, stop, graph));
        }
        return strategy.traits(StrategyTrait.USES_BUDGET).choosing((evidence, budget) -> {
            CosineRows rows = CosineRows.of(graph, evidence.of(new ImageRows()), evidence.scope());
            return TokenSelection.picked(FarthestFirst.pick(rows.nearest(), rows::row, budget.requireCount(), name())
                    .order());
        });
    }

    private TokenSelection near(PruningEvidence evidence, TokenBudget budget, Stop stop, Graph graph) {
        int alive = evidence.alive().length;
        int tokens = evidence.images().stream().mapToInt(ImageGrid::tokenCount).sum();
        int lowest = Math.max(1, (int) (stop.minRatio() * tokens));
        int most = Math.min(budget.most(alive), Math.max(lowest, (int) (stop.maxRatio() * tokens)));
        int least = Math.max(budget.least(alive), Math.min(lowest, most));
        CosineRows rows = CosineRows.of(graph, evidence.of(new ImageRows()), evidence.scope());
        FarthestFirst choice =
                FarthestFirst.pick(rows.nearest(), rows::row, least, Math.max(least, most), stop.distance(), name());
        return TokenSelection.picked(choice.order()).withReason(choice.reason());
    }
}
