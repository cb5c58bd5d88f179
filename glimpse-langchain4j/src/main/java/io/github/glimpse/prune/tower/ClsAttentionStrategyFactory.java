package io.github.glimpse.prune.tower;

import io.github.glimpse.engine.HostValues;
import io.github.glimpse.prune.EvidenceRequest.TowerCls;
import io.github.glimpse.prune.EvidenceStrategy;
import io.github.glimpse.prune.HeadScores;
import io.github.glimpse.prune.PruningPoint;
import io.github.glimpse.prune.PruningPoint.Stage;
import io.github.glimpse.prune.PruningStrategy;
import io.github.glimpse.prune.PruningStrategyFactory;
import io.github.glimpse.prune.StrategyContext;
import io.github.glimpse.prune.StrategyTrait;
import io.github.glimpse.prune.TokenSelection;
import io.github.glimpse.prune.TokenSelection.ScoreKind;

/**
 * {@code cls-attention}: the tokens that the CLS row of the vision tower attends to most, mean over heads. Only for towers that
 * have such a row. Option {@code block}: the block that is read, from 0 or, if negative, from the end; as published, the one
 * whose rows go to the language model.
 *
 * @see <a href="https://arxiv.org/abs/2412.01818">FasterVLM, section on the method</a>
 */
public final class ClsAttentionStrategyFactory implements PruningStrategyFactory {

    @Override
    public String name() {
        return "cls-attention";
    }

    @Override
    public PruningStrategy create(StrategyContext context) {
        TowerBlocks.requireCls(context, name());
        TowerCls cls =
                new TowerCls(TowerBlocks.of(context, "block", context.tower().featureBlock()));
        return EvidenceStrategy.named(name(), PruningPoint.vision())
                .places("the tower has to run before it; use tower k, vision or a layer", Stage.TOWER, Stage.LAYER)
                .needs(cls)
                .traits(StrategyTrait.USES_BUDGET)
                .choosing((evidence, budget) -> {
                    float[] attention = HostValues.floats(evidence.of(cls));
                    float[] scores = HeadScores.mean(attention, attention.length / evidence.alive().length);
                    return TokenSelection.byCount(scores, ScoreKind.SHARE);
                });
    }
}
