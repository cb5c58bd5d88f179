package io.github.glimpse.generate;

import io.github.glimpse.prune.EvidenceRequest;
import io.github.glimpse.prune.ProbeToken;
import io.github.glimpse.prune.PruningEvidence;
import io.github.glimpse.prune.PruningPoint;
import io.github.glimpse.prune.PruningStrategy;
import io.github.glimpse.prune.PruningStrategyFactory;
import io.github.glimpse.prune.StrategyContext;
import io.github.glimpse.prune.StrategyTrait;
import io.github.glimpse.prune.TokenBudget;
import io.github.glimpse.prune.TokenSelection;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the tokens that its option {@code kept} lists, in the numbering of all images joined; {@code tokens} says how many there
 * are. Before the decoder images come one by one, so it counts them; for one request at a time.
 */
public final class ListedTokens implements PruningStrategyFactory {

    static final String NAME = "list";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public PruningStrategy create(StrategyContext context) {
        int[] kept = Arrays.stream(context.options().text("kept", "").split(",", -1))
                .mapToInt(Integer::parseInt)
                .toArray();
        return new Listed(kept, context.options().integer("tokens", 0, 0, Integer.MAX_VALUE));
    }

    private static final class Listed implements PruningStrategy {

        private final int[] listed;
        private final int tokens;
        private int first;

        private Listed(int[] listed, int tokens) {
            this.listed = listed;
            this.tokens = tokens;
        }

        @Override
        public PruningPoint defaultPoint() {
            return PruningPoint.vision();
        }

        @Override
        public void checkPoint(PruningPoint point) {}

        @Override
        public Set<EvidenceRequest> needs() {
            return Set.of();
        }

        @Override
        public Set<StrategyTrait> traits() {
            return Set.of();
        }

        @Override
        public @Nullable ProbeToken probeToken() {
            return null;
        }

        @Override
        public TokenSelection select(PruningEvidence evidence, TokenBudget budget) {
            int[] alive = evidence.alive();
            int[] kept = IntStream.range(0, alive.length)
                    .filter(i -> Arrays.binarySearch(listed, first + alive[i]) >= 0)
                    .toArray();
            int seen = evidence.images().stream()
                    .mapToInt(grid -> grid.tokenCount())
                    .sum();
            first = (first + seen) % tokens;
            return TokenSelection.of(kept);
        }

        @Override
        public void close() {}
    }
}
