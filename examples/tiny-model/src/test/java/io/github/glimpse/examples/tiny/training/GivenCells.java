package io.github.glimpse.examples.tiny.training;

import io.github.glimpse.prune.EvidenceRequest;
import io.github.glimpse.prune.ProbeToken;
import io.github.glimpse.prune.PruningEvidence;
import io.github.glimpse.prune.PruningPoint;
import io.github.glimpse.prune.PruningStrategy;
import io.github.glimpse.prune.PruningStrategyFactory;
import io.github.glimpse.prune.StrategyContext;
import io.github.glimpse.prune.TokenBudget;
import io.github.glimpse.prune.TokenSelection;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Keeps the cells that it is told to keep. */
record GivenCells(int[] cells) implements PruningStrategyFactory, PruningStrategy {

    static final String NAME = "given-cells";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public PruningStrategy create(StrategyContext context) {
        return this;
    }

    @Override
    public PruningPoint defaultPoint() {
        return PruningPoint.afterLayers(TinyShape.REDUCE_LAYER + 1);
    }

    @Override
    public void checkPoint(PruningPoint point) {
        // Any place will do.
    }

    @Override
    public Set<EvidenceRequest> needs() {
        return Set.of();
    }

    @Override
    public @Nullable ProbeToken probeToken() {
        return null;
    }

    @Override
    public TokenSelection select(PruningEvidence evidence, TokenBudget budget) {
        return new TokenSelection(cells, null, cells.length);
    }

    @Override
    public void close() {
        // Owns nothing.
    }
}
