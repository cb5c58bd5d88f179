package io.github.glimpse.generate;

import io.github.glimpse.nn.ModelDimensions;
import io.github.glimpse.prune.KvForm;
import io.github.glimpse.prune.PositionForm;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.prune.PruningPoint;
import io.github.glimpse.prune.PruningSchedule;
import io.github.glimpse.prune.PruningSchedule.Cut;
import io.github.glimpse.prune.PruningStep;
import io.github.glimpse.prune.PruningStrategies;
import io.github.glimpse.prune.PruningStrategy;
import io.github.glimpse.prune.SelectionGuard;
import io.github.glimpse.prune.StrategyContext;
import io.github.glimpse.prune.StrategyOptions;
import io.github.glimpse.prune.StrategyTrait;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The strategies of one model, each made when it is first asked for and shared by all requests, and the way from options to a
 * schedule.
 */
final class StrategyShelf implements AutoCloseable {

    private static final int MOST_VARIANTS = 1024;

    private final PruningStrategies known;
    private final StrategyContext context;
    private final int positionRows;
    private final VisionTapCheck taps;
    private final Map<Key, PruningStrategy> made = new HashMap<>();

    private record Key(String name, Map<String, String> options) {}

    /** Checks that the tower has the layers that a strategy wants. */
    @FunctionalInterface
    interface VisionTapCheck {

        void check(PruningStrategy strategy);
    }

    /**
     * An empty shelf.
     *
     * @param positionRows rows of the model's position ids
     */
    StrategyShelf(PruningStrategies known, StrategyContext context, int positionRows, VisionTapCheck taps) {
        this.positionRows = positionRows;
        this.known = known;
        this.context = context;
        this.taps = taps;
    }

    /**
     * The schedule that options ask for.
     *
     * @throws io.github.glimpse.UnsupportedModelException if a strategy is unknown or not possible here
     * @throws IllegalArgumentException if a place is not possible
     */
    PruningSchedule schedule(PruningOptions options) {
        if (Boolean.FALSE.equals(options.enabled())) {
            return PruningSchedule.none();
        }
        List<Cut> cuts = new ArrayList<>();
        for (PruningStep step : steps(options)) {
            if (!step.strategy().equals(PruningOptions.NONE)) {
                PruningStrategy strategy = strategy(step.strategy(), step.options());
                PruningPoint at = point(step, strategy);
                checkRatio(step, strategy, at);
                cuts.add(new Cut(at, step.strategy(), strategy, options.budget(step)));
            }
        }
        PositionForm positions = Objects.requireNonNullElse(options.positions(), PositionForm.ORIGINAL);
        if (positions == PositionForm.RENUMBER && positionRows > 1) {
            throw new IllegalArgumentException(
                    "Positions of this model have rows and columns of the picture in them, so there"
                            + " is no renumbering them; set glimpse.pruning.positions=original");
        }
        return new PruningSchedule(
                cuts,
                Objects.requireNonNullElse(options.kv(), KvForm.UNIFORM),
                positions,
                new SelectionGuard(options.guard()));
    }

    /** A ratio that a step says and its strategy would not look at is a mistake. At pixels it is known to be a result. */
    private static void checkRatio(PruningStep step, PruningStrategy strategy, PruningPoint at) {
        boolean counts = strategy.traits(at).contains(StrategyTrait.USES_BUDGET);
        if (step.retentionRatio() != null && !counts && at.stage() != PruningPoint.Stage.PIXELS) {
            throw new IllegalArgumentException("The pruning strategy '" + step.strategy()
                    + "' settles by itself how many tokens stay, so retention-ratio means nothing to it; use"
                    + " max-retention-ratio for a cap");
        }
    }

    private List<PruningStep> steps(PruningOptions options) {
        if (!options.schedule().isEmpty()) {
            return options.schedule();
        }
        String standard = context.module() == null ? PruningOptions.NONE : PruningOptions.GLIMPSE;
        String name = options.strategy() == null ? standard : options.strategy();
        return List.of(PruningStep.builder(name).options(options.options()).build());
    }

    private PruningPoint point(PruningStep step, PruningStrategy strategy) {
        ModelDimensions dimensions = context.dimensions();
        if (step.at() == null) {
            return strategy.defaultPoint();
        }
        PruningPoint point = PruningPoint.parse(step.at(), dimensions.layers());
        if (point.stage() != PruningPoint.Stage.TOWER) {
            strategy.checkPoint(point);
        }
        return point;
    }

    private synchronized PruningStrategy strategy(String name, Map<String, String> values) {
        Key key = new Key(name, values);
        PruningStrategy strategy = made.get(key);
        if (strategy == null) {
            if (made.size() >= MOST_VARIANTS) {
                throw new IllegalArgumentException("The pruning strategies of this model were asked for with "
                        + MOST_VARIANTS + " different options, each of which is remembered; use fewer");
            }
            StrategyOptions options = StrategyOptions.of(name, values);
            strategy = known.get(name).create(context.withOptions(options));
            try {
                options.checkAllRead();
                taps.check(strategy);
            } catch (RuntimeException e) {
                strategy.close();
                throw e;
            }
            made.put(key, strategy);
        }
        return strategy;
    }

    @Override
    public synchronized void close() {
        made.values().forEach(PruningStrategy::close);
        made.clear();
    }
}
