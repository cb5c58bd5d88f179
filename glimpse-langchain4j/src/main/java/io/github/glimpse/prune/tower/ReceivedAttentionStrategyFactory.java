package io.github.glimpse.prune.tower;

import io.github.glimpse.engine.HostValues;
import io.github.glimpse.prune.EvidenceRequest.TowerReceived;
import io.github.glimpse.prune.EvidenceStrategy;
import io.github.glimpse.prune.PruningPoint;
import io.github.glimpse.prune.PruningPoint.Stage;
import io.github.glimpse.prune.PruningStrategy;
import io.github.glimpse.prune.PruningStrategyFactory;
import io.github.glimpse.prune.StrategyContext;
import io.github.glimpse.prune.StrategyTrait;
import io.github.glimpse.prune.TokenSelection;
import io.github.glimpse.prune.TokenSelection.ScoreKind;

/**
 * {@code received-attention}: the tokens that the rows of the vision tower, all together, attend to most. For towers with a CLS
 * row and for those without one. Option {@code block}: the block that is read, from 0 or, if negative, from the end; unless
 * said, the one whose rows go to the language model. In a block that sees only windows tokens compete only inside their window.
 *
 * @see <a href="https://arxiv.org/abs/2412.04467">VisionZip, section on the method</a>
 */
public final class ReceivedAttentionStrategyFactory implements PruningStrategyFactory {

    @Override
    public String name() {
        return "received-attention";
    }

    @Override
    public PruningStrategy create(StrategyContext context) {
        TowerReceived received = new TowerReceived(
                TowerBlocks.of(context, "block", context.tower().featureBlock()));
        return EvidenceStrategy.named(name(), PruningPoint.vision())
                .places("the tower has to run before it; use tower k, vision or a layer", Stage.TOWER, Stage.LAYER)
                .needs(received)
                .traits(StrategyTrait.USES_BUDGET)
                .choosing((evidence, budget) ->
                        TokenSelection.byCount(HostValues.floats(evidence.of(received)), ScoreKind.SHARE));
    }
}
