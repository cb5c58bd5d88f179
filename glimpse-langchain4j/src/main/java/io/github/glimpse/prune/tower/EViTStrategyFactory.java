package io.github.glimpse.prune.tower;

import io.github.glimpse.engine.HostValues;
import io.github.glimpse.prune.EvidenceRequest;
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
 * {@code evit}: inside the tower the patches that the class row attends to most, mean over heads, in towers without one those that all
 * rows attend to. The ratio is of the patches that are alive, rounded up, as published: several cuts multiply. The dropped rows, times
 * their scores, become one more row, which is no token; towers are trained for it.
 *
 * <p>Option {@code fuse} (true): without it they are only dropped.
 *
 * @see <a href="https://arxiv.org/abs/2202.07800">EViT, section 3</a>
 */
public final class EViTStrategyFactory implements PruningStrategyFactory {

    private static final double SHARE = 0.25;

    @Override
    public String name() {
        return "evit";
    }

    @Override
    public PruningStrategy create(StrategyContext context) {
        int blocks = context.tower().blocks();
        boolean hasCls = context.tower().hasCls();
        EvidenceRequest attention = hasCls ? new TowerCls(-1) : new TowerReceived(-1);
        EvidenceStrategy.Builder strategy = EvidenceStrategy.named(
                        name(), PruningPoint.insideTower(Math.max(1, (int) Math.rint(blocks * SHARE))))
                .places("it cuts between attention and MLP of a block of the tower; use 'tower k'")
                .needs(attention)
                .traits(StrategyTrait.USES_BUDGET, StrategyTrait.RATIO_OF_ALIVE);
        if (context.options().flag("fuse", true)) {
            strategy.traits(StrategyTrait.FUSES);
        }
        return strategy.choosing((evidence, budget) -> {
            float[] weights = HostValues.floats(evidence.of(attention));
            int patches = evidence.alive().length;
            float[] scores = hasCls ? HeadScores.mean(weights, weights.length / patches) : perRow(weights, patches);
            return TokenSelection.byCount(scores, ScoreKind.SHARE);
        });
    }

    /** Of sums over all rows that ask the mean, as if one row asked: the fused row is the dropped ones times these. */
    private static float[] perRow(float[] sums, int rows) {
        float[] mean = new float[sums.length];
        for (int i = 0; i < mean.length; i++) {
            mean[i] = sums[i] / rows;
        }
        return mean;
    }
}
