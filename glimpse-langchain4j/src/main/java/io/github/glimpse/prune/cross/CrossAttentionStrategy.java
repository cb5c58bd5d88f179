package io.github.glimpse.prune.cross;

import io.github.glimpse.engine.HostValues;
import io.github.glimpse.prune.EvidenceRequest;
import io.github.glimpse.prune.EvidenceRequest.CrossAttention;
import io.github.glimpse.prune.ProbeToken;
import io.github.glimpse.prune.PruningEvidence;
import io.github.glimpse.prune.PruningPoint;
import io.github.glimpse.prune.PruningStrategy;
import io.github.glimpse.prune.StrategyTrait;
import io.github.glimpse.prune.TokenBudget;
import io.github.glimpse.prune.TokenSelection;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The image tokens with the most attention of the text stay. */
final class CrossAttentionStrategy implements PruningStrategy {

    private final CrossAttention request;

    CrossAttentionStrategy(CrossAttention request) {
        this.request = request;
    }

    /** After the second layer, or as soon as its layers have run. */
    @Override
    public PruningPoint defaultPoint() {
        int last = request.layers().stream().mapToInt(Integer::intValue).max().orElse(1);
        return PruningPoint.afterLayers(last + 1);
    }

    @Override
    public void checkPoint(PruningPoint point) {
        if (point.stage() != PruningPoint.Stage.LAYER) {
            throw new IllegalArgumentException("The strategy " + CrossAttentionStrategyFactory.NAME
                    + " needs a text that has looked at the image; cut at 'layer k', not at '" + point + "'");
        }
    }

    @Override
    public Set<EvidenceRequest> needs() {
        return Set.of(request);
    }

    @Override
    public @Nullable ProbeToken probeToken() {
        return null;
    }

    @Override
    public Set<StrategyTrait> traits() {
        return Set.of(StrategyTrait.USES_BUDGET, StrategyTrait.QUESTION_DEPENDENT);
    }

    @Override
    public TokenSelection select(PruningEvidence evidence, TokenBudget budget) {
        return TokenSelection.byCount(HostValues.floats(evidence.of(request)), TokenSelection.ScoreKind.SHARE);
    }

    @Override
    public void close() {
        // owns nothing
    }
}
