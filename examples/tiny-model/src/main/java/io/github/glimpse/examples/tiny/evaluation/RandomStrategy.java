package io.github.glimpse.examples.tiny.evaluation;

import io.github.glimpse.prune.EvidenceRequest;
import io.github.glimpse.prune.ProbeToken;
import io.github.glimpse.prune.PruningEvidence;
import io.github.glimpse.prune.PruningPoint;
import io.github.glimpse.prune.PruningStrategy;
import io.github.glimpse.prune.PruningStrategyFactory;
import io.github.glimpse.prune.StrategyContext;
import io.github.glimpse.prune.TokenBudget;
import io.github.glimpse.prune.TokenSelection;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Keeps tokens by chance: what any learned choice must beat. Cuts where the glimpse module of the tiny model does. */
final class RandomStrategy implements PruningStrategy {

    /** Its name in options. */
    static final String NAME = "chance";

    private static final int LAYERS = 4;

    private final AtomicLong asked = new AtomicLong();

    /** Makes the strategy. */
    static final class Factory implements PruningStrategyFactory {

        @Override
        public String name() {
            return NAME;
        }

        @Override
        public PruningStrategy create(StrategyContext context) {
            return new RandomStrategy();
        }
    }

    @Override
    public PruningPoint defaultPoint() {
        return PruningPoint.afterLayers(LAYERS);
    }

    @Override
    public void checkPoint(PruningPoint point) {
        // Chance needs to see nothing, so it can cut anywhere.
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
        int tokens = evidence.alive().length;
        Double ratio = budget.maxRetentionRatio();
        int count = (int) Math.max(1, Math.round((ratio == null ? 1.0 : ratio) * tokens));
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < tokens; i++) {
            order.add(i);
        }
        Collections.shuffle(order, new Random(asked.getAndIncrement()));
        int[] kept = order.subList(0, count).stream()
                .mapToInt(Integer::intValue)
                .sorted()
                .toArray();
        return new TokenSelection(kept, null, count);
    }

    @Override
    public void close() {
        // Owns nothing.
    }
}
