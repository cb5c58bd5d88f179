package io.github.glimpse.prune.glimpse;

import io.github.glimpse.prune.EvidenceRequest;
import io.github.glimpse.prune.ProbeToken;
import io.github.glimpse.prune.PruningEvidence;
import io.github.glimpse.prune.PruningPoint;
import io.github.glimpse.prune.PruningPoint.Stage;
import io.github.glimpse.prune.StrategyTrait;
import io.github.glimpse.prune.TokenBudget;
import io.github.glimpse.prune.TokenSelection;
import io.github.glimpse.prune.TwoScaleStrategy;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The two-scale glimpse: the module looks at a smaller copy of the picture, and only what it keeps there is encoded at full
 * size, beside the small picture. Of no paper; {@code docs/adr/0011-two-scale-glimpse.md} says how and why.
 */
final class FoveateStrategy implements TwoScaleStrategy {

    private final GlimpseStrategy coarse;
    private final double scale;

    FoveateStrategy(GlimpseStrategy coarse, double scale) {
        this.coarse = coarse;
        this.scale = scale;
    }

    @Override
    public double scale() {
        return scale;
    }

    @Override
    public PruningPoint coarsePoint() {
        return coarse.defaultPoint();
    }

    @Override
    public PruningPoint defaultPoint() {
        return PruningPoint.pixels();
    }

    @Override
    public void checkPoint(PruningPoint point) {
        if (point.stage() != Stage.PIXELS) {
            throw new IllegalArgumentException("The pruning strategy 'foveate' cannot cut at '" + point
                    + "'; it settles which parts of a picture are encoded at full size: use pixels");
        }
    }

    @Override
    public Set<EvidenceRequest> needs() {
        return coarse.needs();
    }

    @Override
    public Set<EvidenceRequest> needs(PruningPoint at) {
        return at.isInDecoder() ? coarse.needs() : Set.of();
    }

    @Override
    public @Nullable ProbeToken probeToken() {
        return coarse.probeToken();
    }

    @Override
    public Set<StrategyTrait> traits() {
        return Set.of(StrategyTrait.QUESTION_DEPENDENT, StrategyTrait.NEEDS_FULL_GRID);
    }

    @Override
    public TokenSelection select(PruningEvidence evidence, TokenBudget budget) {
        return coarse.select(evidence, ofCells(budget));
    }

    @Override
    public TokenBudget settled(TokenBudget budget) {
        return coarse.settled(ofCells(budget));
    }

    /** A wanted share is that of the best cells, whatever their probability. */
    private static TokenBudget ofCells(TokenBudget budget) {
        Double share = budget.bounds().share();
        return share == null
                ? budget
                : new TokenBudget(budget.bounds().withThreshold(0.0).withMaxRetentionRatio(share), null);
    }

    @Override
    public void close() {
        coarse.close();
    }
}
