package io.github.glimpse.prune.tower;

import io.github.glimpse.engine.HostValues;
import io.github.glimpse.prune.EvidenceRequest.TowerCls;
import io.github.glimpse.prune.EvidenceRequest.TowerReceived;
import io.github.glimpse.prune.EvidenceStrategy;
import io.github.glimpse.prune.HeadScores;
import io.github.glimpse.prune.PruningPoint;
import io.github.glimpse.prune.PruningStrategy;
import io.github.glimpse.prune.PruningStrategyFactory;
import io.github.glimpse.prune.StrategyContext;
import io.github.glimpse.prune.StrategyTrait;
import io.github.glimpse.prune.TokenSelection;
import io.github.glimpse.prune.TokenSelection.ScoreKind;

/**
 * {@code vision-trim}: the tokens that the CLS row and the other patches together attend to most ({@link BalancedScores}). The
 * dominant part of the method, as its code computes it; the complement by text needs CLIP's text tower and projections, which
 * the checkpoints do not hold. Only for towers with a CLS row. Option {@code block}, as in {@code cls-attention}.
 *
 * @see <a href="https://arxiv.org/abs/2601.22674">VisionTrim, section on the method</a>
 */
public final class VisionTrimStrategyFactory implements PruningStrategyFactory {

    @Override
    public String name() {
        return "vision-trim";
    }

    @Override
    public PruningStrategy create(StrategyContext context) {
        TowerBlocks.requireCls(context, name());
        int block = TowerBlocks.of(context, "block", context.tower().featureBlock());
        TowerCls cls = new TowerCls(block);
        TowerReceived received = new TowerReceived(block, TowerReceived.Queries.OTHER_PATCHES);
        return EvidenceStrategy.named(name(), PruningPoint.vision())
                .places("its scores are balanced over one picture; use tower k or vision", PruningPoint.Stage.TOWER)
                .needs(cls, received)
                .traits(StrategyTrait.USES_BUDGET)
                .choosing((evidence, budget) -> {
                    float[] attention = HostValues.floats(evidence.of(cls));
                    float[] scores = BalancedScores.of(
                            HeadScores.mean(attention, attention.length / evidence.alive().length),
                            HostValues.floats(evidence.of(received)));
                    return TokenSelection.byCount(scores, ScoreKind.SHARE);
                });
    }
}
