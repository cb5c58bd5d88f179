package io.github.glimpse.prune.diversity;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.Graph;
import io.github.glimpse.prune.EvidenceRequest.ImageRows;
import io.github.glimpse.prune.EvidenceRequest.TextRows;
import io.github.glimpse.prune.EvidenceStrategy;
import io.github.glimpse.prune.PruningEvidence;
import io.github.glimpse.prune.PruningPoint;
import io.github.glimpse.prune.PruningPoint.Stage;
import io.github.glimpse.prune.PruningStrategy;
import io.github.glimpse.prune.PruningStrategyFactory;
import io.github.glimpse.prune.StrategyContext;
import io.github.glimpse.prune.StrategyTrait;
import io.github.glimpse.prune.TokenBudget;
import io.github.glimpse.prune.TokenSelection;
import io.github.glimpse.prune.TokenSelection.ScoreKind;

/**
 * {@code conditional-diversity}: tokens that matter to the question and are unlike each other ({@link DeterminantalChoice}).
 * No options.
 *
 * <p>The published relevance compares patches with the question in CLIP's own space, which the checkpoints do not hold. Here,
 * as in the port to OpenVINO, it is the mean cosine of a token's row to the word embeddings of the last user message, spread
 * over 0..1 in each picture; without text all tokens matter alike. How well that works was not measured by the authors.
 *
 * @see <a href="https://arxiv.org/abs/2506.10967">CDPruner, section on the method</a>
 */
public final class ConditionalDiversityStrategyFactory implements PruningStrategyFactory {

    private static final TextRows QUESTION = new TextRows(TextRows.Which.LAST_USER_MESSAGE);

    @Override
    public String name() {
        return "conditional-diversity";
    }

    @Override
    public PruningStrategy create(StrategyContext context) {
        Graph graph = CosineRows.graph(context.runtime());
        return EvidenceStrategy.named(name(), PruningPoint.vision())
                .places("it reads the language model's input; use vision or a layer", Stage.LAYER)
                .needs(new ImageRows(), QUESTION)
                .traits(StrategyTrait.USES_BUDGET, StrategyTrait.QUESTION_DEPENDENT)
                .owning(graph)
                .choosing((evidence, budget) -> choose(evidence, budget, graph));
    }

    private TokenSelection choose(PruningEvidence evidence, TokenBudget budget, Graph graph) {
        CosineRows rows = CosineRows.of(graph, evidence.of(new ImageRows()), evidence.scope());
        NDArray texts = evidence.of(QUESTION);
        float[] relevance = texts.getShape().get(0) == 0
                ? DeterminantalChoice.alike(rows.size())
                : DeterminantalChoice.spreadPerImage(
                        rows.relevance(texts), evidence.images(), evidence.alive(), name());
        int[] order = DeterminantalChoice.pick(relevance, rows::row, budget.requireCount(), name())
                .order();
        return TokenSelection.picked(order).withScores(relevance, ScoreKind.VALUE);
    }
}
