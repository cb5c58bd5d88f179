package io.github.glimpse.prune.tower;

import io.github.glimpse.engine.Graph;
import io.github.glimpse.engine.HostValues;
import io.github.glimpse.prune.EvidenceRequest.ImageRows;
import io.github.glimpse.prune.EvidenceRequest.LayerPeek;
import io.github.glimpse.prune.EvidenceRequest.TowerReceived;
import io.github.glimpse.prune.EvidenceStrategy;
import io.github.glimpse.prune.HeadScores;
import io.github.glimpse.prune.PruningEvidence;
import io.github.glimpse.prune.PruningPoint;
import io.github.glimpse.prune.PruningStrategy;
import io.github.glimpse.prune.PruningStrategyFactory;
import io.github.glimpse.prune.StrategyContext;
import io.github.glimpse.prune.StrategyTrait;
import io.github.glimpse.prune.TokenBudget;
import io.github.glimpse.prune.TokenSelection;
import io.github.glimpse.prune.TokenSelection.MergedToken;
import io.github.glimpse.prune.TokenSelection.ScoreKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * {@code vscan}: two steps in one name, by its place. At {@code vision} tokens are chosen by an early and a late block of the
 * tower ({@link LocalThenGlobal}), and every dropped one is averaged into the kept one that is most like it. Between layers the
 * tokens stay that the last row of the prompt would attend to most in the layer that comes next, as in {@code pyramid-drop} but
 * before positions are turned in, which is what the published code does.
 *
 * <p>Published for Qwen2.5-VL as 16.7 % at {@code vision} and a third of that at half the depth: a schedule of two steps.
 *
 * <p>Options: {@code rotate} (false): turn positions in between layers after all. {@code block}: the early block, from 0 or, if
 * negative, from the end; as published the first that sees the whole picture, in towers whose blocks all do the one after a
 * quarter of them. {@code late-block}: the other one, the one whose rows go to the language model.
 *
 * @see <a href="https://arxiv.org/abs/2505.22654">VScan, section on the method</a>
 */
public final class VScanStrategyFactory implements PruningStrategyFactory {

    private static final double EARLY = 0.25;

    @Override
    public String name() {
        return "vscan";
    }

    @Override
    public PruningStrategy create(StrategyContext context) {
        TowerReceived early =
                new TowerReceived(TowerBlocks.of(context, "block", TowerBlocks.atShare(context.tower(), EARLY)));
        TowerReceived late = new TowerReceived(
                TowerBlocks.of(context, "late-block", context.tower().featureBlock()));
        LayerPeek peek = new LayerPeek(context.options().flag("rotate", false));
        Graph graph = NearestKept.graph(context.runtime());
        return EvidenceStrategy.named(name(), PruningPoint.vision())
                .places("use vision for its first step and a layer for its second")
                .needs(early, late, new ImageRows())
                .traits(StrategyTrait.USES_BUDGET, StrategyTrait.MERGES)
                .insideDecoder(
                        Set.of(peek),
                        Set.of(StrategyTrait.USES_BUDGET, StrategyTrait.QUESTION_DEPENDENT),
                        (evidence, budget) -> byPeek(HostValues.floats(evidence.of(peek)), evidence))
                .owning(graph)
                .choosing((evidence, budget) -> byTower(evidence, budget, early, late, graph));
    }

    private static TokenSelection byPeek(float[] attention, PruningEvidence evidence) {
        float[] scores = HeadScores.mean(attention, attention.length / evidence.alive().length);
        return TokenSelection.byCount(scores, ScoreKind.SHARE);
    }

    private TokenSelection byTower(
            PruningEvidence evidence, TokenBudget budget, TowerReceived early, TowerReceived late, Graph graph) {
        float[] scores = HostValues.floats(evidence.of(late));
        LocalThenGlobal choice = LocalThenGlobal.choose(
                HostValues.floats(evidence.of(early)),
                scores,
                evidence.images().get(0),
                evidence.alive(),
                budget.requireCount(),
                name());
        List<int[]> members =
                NearestKept.members(graph, evidence.of(new ImageRows()), choice.kept(), evidence.scope(), name());
        List<MergedToken> merged = new ArrayList<>();
        for (int i = 0; i < members.size(); i++) {
            if (members.get(i).length > 0) {
                merged.add(MergedToken.mean(choice.kept()[i], members.get(i)));
            }
        }
        return TokenSelection.scored(choice.kept(), scores, ScoreKind.SHARE).withMerged(merged);
    }
}
