package io.github.glimpse.examples.tiny.evaluation;

import io.github.glimpse.image.ImageGrid;
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
import java.util.BitSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Keeps what a control says, as many as the budget's ratio allows, of the one picture of a question; cuts where the glimpse module
 * of the tiny model does.
 */
final class ControlStrategy implements PruningStrategy {

    /** Seeds of {@code random}, so that one unlucky draw decides little; each is a strategy of its own. */
    static final int SEEDS = 32;

    /** Name of the even spread in options. */
    static final String GRID = "even-spread";

    private static final int LAYERS = 4;

    private final Choice choice;

    private ControlStrategy(Choice choice) {
        this.choice = choice;
    }

    /** Chooses so many tokens of a picture. */
    @FunctionalInterface
    interface Choice {

        BitSet choose(int rows, int columns, int count);
    }

    private record Factory(String name, Choice choice) implements PruningStrategyFactory {

        @Override
        public PruningStrategy create(StrategyContext context) {
            return new ControlStrategy(choice);
        }
    }

    /** All controls. */
    static List<PruningStrategyFactory> all() {
        List<PruningStrategyFactory> factories = new ArrayList<>();
        factories.add(new Factory(GRID, Controls::grid));
        for (int seed = 0; seed < SEEDS; seed++) {
            long fixed = seed;
            factories.add(
                    new Factory(random(seed), (rows, columns, count) -> Controls.random(rows, columns, count, fixed)));
        }
        return factories;
    }

    /** Name of the choice by chance in options, for the question of a number. */
    static String random(int number) {
        return "chance-" + number % SEEDS;
    }

    @Override
    public PruningPoint defaultPoint() {
        return PruningPoint.afterLayers(LAYERS);
    }

    @Override
    public void checkPoint(PruningPoint point) {
        // A control needs to see nothing, so it can cut anywhere.
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
        ImageGrid grid = evidence.images().get(0);
        Double ratio = budget.maxRetentionRatio();
        int count = (int) Math.max(1, Math.round((ratio == null ? 1.0 : ratio) * grid.tokenCount()));
        int[] kept = choice.choose(grid.rows(), grid.columns(), count).stream().toArray();
        return new TokenSelection(kept, null, count);
    }

    @Override
    public void close() {
        // Owns nothing.
    }
}
