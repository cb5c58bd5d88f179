package io.github.glimpse.generate;

import io.github.glimpse.nn.ModelDimensions;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.prune.PruningPoint;
import io.github.glimpse.prune.PruningSchedule;
import io.github.glimpse.prune.PruningSchedule.Cut;
import io.github.glimpse.prune.PruningStep;
import io.github.glimpse.prune.PruningStrategies;
import io.github.glimpse.prune.PruningStrategy;
import io.github.glimpse.prune.StrategyContext;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The strategies of one model, each made when it is first asked for and shared by all requests, and the way from options to a
 * schedule.
 */
final class StrategyShelf implements AutoCloseable {

    private final PruningStrategies known;
    private final StrategyContext context;
    private final VisionTapCheck taps;
    private final Map<String, PruningStrategy> made = new HashMap<>();

    /** Checks that the tower has the layers that a strategy wants. */
    @FunctionalInterface
    interface VisionTapCheck {

        void check(PruningStrategy strategy);
    }

    StrategyShelf(PruningStrategies known, StrategyContext context, VisionTapCheck taps) {
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
                PruningStrategy strategy = strategy(step.strategy());
                cuts.add(new Cut(point(step, strategy), step.strategy(), strategy, options.budget(step)));
            }
        }
        return new PruningSchedule(cuts);
    }

    private List<PruningStep> steps(PruningOptions options) {
        if (!options.schedule().isEmpty()) {
            return options.schedule();
        }
        String standard = context.module() == null ? PruningOptions.NONE : PruningOptions.GLIMPSE;
        String name = options.strategy() == null ? standard : options.strategy();
        return List.of(new PruningStep(null, name, null, null, null, null));
    }

    private PruningPoint point(PruningStep step, PruningStrategy strategy) {
        ModelDimensions dimensions = context.dimensions();
        if (step.at() == null) {
            return strategy.defaultPoint();
        }
        PruningPoint point = PruningPoint.parse(step.at(), dimensions.layers());
        strategy.checkPoint(point);
        return point;
    }

    private synchronized PruningStrategy strategy(String name) {
        PruningStrategy strategy = made.get(name);
        if (strategy == null) {
            strategy = known.get(name).create(context);
            try {
                taps.check(strategy);
            } catch (RuntimeException e) {
                strategy.close();
                throw e;
            }
            made.put(name, strategy);
        }
        return strategy;
    }

    @Override
    public synchronized void close() {
        made.values().forEach(PruningStrategy::close);
        made.clear();
    }
}
