package io.github.glimpse.prefill;

import io.github.glimpse.nn.ModelDimensions;
import io.github.glimpse.prune.KvForm;
import io.github.glimpse.prune.PositionForm;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.prune.PruningPoint;
import io.github.glimpse.prune.PruningProfiles;
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
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * The strategies of one model, each made when it is first asked for and shared by all requests, and the way from options to a
 * schedule, which is built once for all requests that say the same. Of strategies that nobody uses the longest unused are closed
 * when there are too many, and made again when they are asked for again.
 */
public final class StrategyRegistry implements AutoCloseable {

    /** Strategies with their options that are remembered: those with a module of their own hold native memory. */
    public static final int MOST_KINDS = 64;

    /** Options whose schedule is remembered. */
    private static final int MOST_SCHEDULES = 256;

    private final PruningStrategies known;
    private final StrategyContext context;
    private final int positionRows;
    private final PruningProfiles profiles;
    private final Consumer<PruningSchedule> check;
    // Of both the longest unasked first.
    private final Map<Key, Made> made = new LinkedHashMap<>(MOST_KINDS, 0.75f, true);
    private final Map<PruningOptions, Built> built = new LinkedHashMap<>(MOST_KINDS, 0.75f, true);
    private int number;

    private record Key(String name, Map<String, String> options) {}

    /** A strategy, and how many use it now. */
    private static final class Made {

        private final Key key;
        private final PruningStrategy strategy;
        private final int number;
        private int users;

        private Made(Key key, PruningStrategy strategy, int number) {
            this.key = key;
            this.strategy = strategy;
            this.number = number;
        }
    }

    /** A schedule and the strategies that it names. */
    private record Built(PruningSchedule schedule, List<Made> used) {}

    /** A schedule whose strategies stay open until it is closed. */
    public static final class Lent implements AutoCloseable {

        private final PruningSchedule schedule;
        private final Runnable giveBack;

        private Lent(PruningSchedule schedule, Runnable giveBack) {
            this.schedule = schedule;
            this.giveBack = giveBack;
        }

        public PruningSchedule schedule() {
            return schedule;
        }

        /** Gives it back; called once. */
        @Override
        public void close() {
            giveBack.run();
        }
    }

    /**
     * An empty registry.
     *
     * @param positionRows rows of the model's position ids
     * @param profiles that options may name
     * @param check refuses a schedule that this kind of model cannot run
     */
    public StrategyRegistry(
            PruningStrategies known,
            StrategyContext context,
            int positionRows,
            PruningProfiles profiles,
            Consumer<PruningSchedule> check) {
        this.positionRows = positionRows;
        this.known = known;
        this.context = context;
        this.profiles = profiles;
        this.check = check;
    }

    /**
     * The schedule that options ask for. The caller closes it when nothing runs by it any more.
     *
     * @throws io.github.glimpse.UnsupportedModelException if a strategy is unknown or not possible here
     * @throws IllegalArgumentException if a place is not possible
     */
    public synchronized Lent lend(PruningOptions options) {
        Built known = built.get(options);
        if (known == null) {
            known = build(options);
            built.put(options, known);
            forgetSome();
        } else {
            known.used.forEach(this::use);
        }
        List<Made> used = known.used;
        return new Lent(known.schedule, () -> giveBack(used));
    }

    private Built build(PruningOptions options) {
        List<Made> used = new ArrayList<>();
        try {
            PruningSchedule schedule = schedule(profiles.settle(options), used);
            check.accept(schedule);
            return new Built(schedule, used);
        } catch (RuntimeException | Error e) {
            giveBack(used);
            throw e;
        }
    }

    private PruningSchedule schedule(PruningOptions options, List<Made> used) {
        if (Boolean.FALSE.equals(options.enabled())) {
            return PruningSchedule.none();
        }
        List<Cut> cuts = new ArrayList<>();
        for (PruningStep step : steps(options)) {
            if (!step.strategy().equals(PruningOptions.NONE)) {
                PruningStrategy strategy = use(step.strategy(), step.options(), used);
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
        if (step.bounds().retentionRatio() != null && !counts && at.stage() != PruningPoint.Stage.PIXELS) {
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
            PruningPoint point = strategy.defaultPoint();
            if (point.stage() == PruningPoint.Stage.LAYER && point.layers() > dimensions.layers()) {
                throw new IllegalArgumentException("The pruning strategy '" + step.strategy() + "' cuts at " + point
                        + " unless a step says another place, and the model has " + dimensions.layers()
                        + " layers; set 'at' of the step, for example to 'vision' or 'layer last'");
            }
            return point;
        }
        PruningPoint point = PruningPoint.parse(step.at(), dimensions.layers());
        if (point.stage() != PruningPoint.Stage.TOWER) {
            strategy.checkPoint(point);
        }
        return point;
    }

    private PruningStrategy use(String name, Map<String, String> values, List<Made> used) {
        Key key = new Key(name, values);
        Made entry = made.get(key);
        if (entry == null) {
            entry = new Made(key, make(name, values), number++);
            made.put(key, entry);
        }
        use(entry);
        used.add(entry);
        return entry.strategy;
    }

    private void use(Made entry) {
        entry.users++;
        // Asked for just now, so it is not the longest unasked.
        made.get(entry.key);
    }

    private PruningStrategy make(String name, Map<String, String> values) {
        StrategyOptions options = StrategyOptions.of(name, values);
        PruningStrategy strategy = known.get(name).create(context.withOptions(options));
        try {
            options.checkAllRead();
        } catch (RuntimeException e) {
            PruningStrategies.close(strategy);
            throw e;
        }
        return strategy;
    }

    private synchronized void giveBack(List<Made> used) {
        used.forEach(entry -> entry.users--);
        forgetSome();
    }

    private void forgetSome() {
        Iterator<Made> oldest = made.values().iterator();
        while (made.size() > MOST_KINDS && oldest.hasNext()) {
            Made entry = oldest.next();
            if (entry.users == 0) {
                oldest.remove();
                PruningStrategies.close(entry.strategy);
                built.values().removeIf(schedule -> schedule.used.contains(entry));
            }
        }
        if (built.size() > MOST_SCHEDULES) {
            built.remove(built.keySet().iterator().next());
        }
    }

    /** A number that no other strategy of this registry has or had: what it decided may be remembered by it. */
    public synchronized int numberOf(PruningStrategy strategy) {
        return made.values().stream()
                .filter(entry -> entry.strategy == strategy)
                .findFirst()
                .orElseThrow()
                .number;
    }

    @Override
    public synchronized void close() {
        made.values().forEach(entry -> PruningStrategies.close(entry.strategy));
        made.clear();
        built.clear();
    }
}
