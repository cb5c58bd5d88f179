package io.github.glimpse.prune.tower;

import io.github.glimpse.engine.HostValues;
import io.github.glimpse.prune.EvidenceRequest.TowerCls;
import io.github.glimpse.prune.EvidenceStrategy;
import io.github.glimpse.prune.PruningPoint;
import io.github.glimpse.prune.PruningStrategy;
import io.github.glimpse.prune.PruningStrategyFactory;
import io.github.glimpse.prune.RatioReason;
import io.github.glimpse.prune.StrategyContext;
import io.github.glimpse.prune.TokenSelection;
import io.github.glimpse.prune.TokenSelection.ScoreKind;

/**
 * {@code pru-merge}: as many tokens as the CLS row's attention has outliers, and those. It settles the count by itself; cap,
 * floor and anchors apply. A flat map has no outliers, then the floor decides: one token unless {@code min-tokens} says
 * otherwise. Attention is that of the last block with all heads as one, as published. The merging of the method is left out.
 * Only for towers with a CLS row. No options.
 *
 * @see <a href="https://arxiv.org/abs/2403.15388">LLaVA-PruMerge, section on the method</a>
 */
public final class PruMergeStrategyFactory implements PruningStrategyFactory {

    @Override
    public String name() {
        return "pru-merge";
    }

    @Override
    public PruningStrategy create(StrategyContext context) {
        TowerBlocks.requireCls(context, name());
        TowerCls cls = new TowerCls(context.tower().block(-1), TowerCls.Heads.JOINED);
        return EvidenceStrategy.named(name(), PruningPoint.vision())
                .places("outliers are those of one picture; use tower k or vision", PruningPoint.Stage.TOWER)
                .needs(cls)
                .choosing((evidence, budget) -> {
                    float[] scores = HostValues.floats(evidence.of(cls));
                    int outliers = Outliers.of(scores, name()).count();
                    return TokenSelection.wanted(outliers, scores, ScoreKind.SHARE, RatioReason.THRESHOLD);
                });
    }
}
