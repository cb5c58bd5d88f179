package io.github.glimpse.prune.attention;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.Graph;
import io.github.glimpse.engine.HostValues;
import io.github.glimpse.prune.EvidenceRequest.EnteredRows;
import io.github.glimpse.prune.EvidenceRequest.TextAttention;
import io.github.glimpse.prune.EvidenceRequest.TextRows;
import io.github.glimpse.prune.EvidenceStrategy;
import io.github.glimpse.prune.HeadScores;
import io.github.glimpse.prune.PruningEvidence;
import io.github.glimpse.prune.PruningStrategy;
import io.github.glimpse.prune.PruningStrategyFactory;
import io.github.glimpse.prune.Ranking;
import io.github.glimpse.prune.StrategyContext;
import io.github.glimpse.prune.StrategyOptions;
import io.github.glimpse.prune.StrategyTrait;
import io.github.glimpse.prune.TokenBudget;
import io.github.glimpse.prune.TokenSelection;
import io.github.glimpse.prune.TokenSelection.ScoreKind;
import java.util.stream.IntStream;

/**
 * {@code sparse-vlm}: the image tokens that the {@linkplain TextRaters raters} among the words behind the picture attended to
 * most in the layer that ran last. At least one token always goes, unless the ratio is 1.
 *
 * <p>Published as three steps, after layers 3, 7 and 16 of 32 with 52, 35 and 19 % of all image tokens; a single step is the
 * first of them, moved by depth.
 *
 * <p>Options: {@code version} 1 or 2 (default 1): the second reads only the half of the heads that attend to the picture most;
 * its division by a positional score is not published as a formula and left out. {@code heads}: so many of those heads
 * instead. {@code recycle} can only be false: merging the dropped tokens needs their hidden rows, which no strategy sees.
 *
 * @see <a href="https://arxiv.org/abs/2410.04417">SparseVLM, section on the method</a>
 */
public final class SparseVlmStrategyFactory implements PruningStrategyFactory {

    private static final double FIRST_STEP = 3.0 / 32;

    @Override
    public String name() {
        return "sparse-vlm";
    }

    @Override
    public PruningStrategy create(StrategyContext context) {
        StrategyOptions options = context.options();
        int all = context.dimensions().heads();
        int version = options.integer("version", 1, 1, 2);
        int heads = options.integer("heads", version == 1 ? all : Math.max(1, all / 2), 1, all);
        if (options.flag("recycle", false)) {
            throw new IllegalArgumentException(
                    "The option 'recycle' of the pruning strategy 'sparse-vlm' is true, it can"
                            + " only be false: recycling merges the hidden rows of dropped tokens, which a cut does not keep");
        }
        Graph graph = TextRaters.graph(context.runtime());
        return EvidenceStrategy.named(name(), Depths.share(context.dimensions().layers(), FIRST_STEP))
                .places(Depths.BETWEEN_LAYERS)
                .needs(new EnteredRows(), new TextRows(TextRows.Which.BEHIND_IMAGE), new TextAttention())
                .traits(StrategyTrait.USES_BUDGET, StrategyTrait.QUESTION_DEPENDENT)
                .owning(graph)
                .choosing((evidence, budget) -> choose(evidence, budget, graph, heads));
    }

    private TokenSelection choose(PruningEvidence evidence, TokenBudget budget, Graph graph, int heads) {
        int alive = evidence.alive().length;
        if (alive == 1 || isEverything(budget, alive)) {
            return TokenSelection.all(alive);
        }
        NDArray texts = evidence.of(new TextRows(TextRows.Which.BEHIND_IMAGE));
        if (texts.getShape().get(0) == 0) {
            throw new IllegalArgumentException(
                    "The pruning strategy 'sparse-vlm' lets the words behind the picture judge, and the prompt has none;"
                            + " put the question behind the picture or use fastv");
        }
        int[] raters =
                TextRaters.above(TextRaters.weights(graph, evidence.of(new EnteredRows()), texts, evidence.scope()));
        float[] attention = HostValues.floats(evidence.textAttention(raters));
        int all = attention.length / alive;
        int[] textHeads =
                heads == all ? IntStream.range(0, all).toArray() : TextRaters.textHeads(attention, all, heads, name());
        float[] scores = HeadScores.mean(attention, all, textHeads);
        int[] best = Ranking.best(scores, Math.min(budget.requireCount(), alive - 1), name());
        return TokenSelection.scored(Ranking.rising(best), scores, ScoreKind.SHARE);
    }

    private static boolean isEverything(TokenBudget budget, int alive) {
        return budget.retentionRatio() != null && budget.retentionRatio() >= 1 && budget.requireCount() >= alive;
    }
}
