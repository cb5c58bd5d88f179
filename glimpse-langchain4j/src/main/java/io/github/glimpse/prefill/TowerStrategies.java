package io.github.glimpse.prefill;

import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.hub.ModelConfig;
import io.github.glimpse.model.clip.ClipConfig;
import io.github.glimpse.model.clip.ClipTower;
import io.github.glimpse.nn.DecoderStack.ScoreForm;
import io.github.glimpse.nn.ModelDimensions;
import io.github.glimpse.prune.EvidenceRequest;
import io.github.glimpse.prune.EvidenceRequest.TextLikeness;
import io.github.glimpse.prune.GuardOptions;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.prune.PruningPoint;
import io.github.glimpse.prune.PruningPoint.Stage;
import io.github.glimpse.prune.PruningProfiles;
import io.github.glimpse.prune.PruningSchedule;
import io.github.glimpse.prune.PruningSchedule.Cut;
import io.github.glimpse.prune.PruningStep;
import io.github.glimpse.prune.PruningStrategies;
import io.github.glimpse.prune.PruningStrategyFactory;
import io.github.glimpse.prune.StrategyContext;
import io.github.glimpse.prune.StrategyOptions;
import io.github.glimpse.prune.StrategyTrait;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The strategies of a vision tower without a language model behind it, and the way from options to cuts inside it. There {@code layer
 * k} and a share of the depth mean the tower's blocks, as {@code tower k} does, and {@code layer last} is {@code vision}. A strategy
 * that says no place and would cut behind the tower cuts after a quarter of its blocks, if it can: what is dropped behind saves
 * nothing. A retention ratio without a strategy is one of {@code cls-attention}, or of {@code received-attention} where there is no
 * class row. Safe for concurrent use.
 */
public final class TowerStrategies implements AutoCloseable {

    private static final double DEFAULT_SHARE = 0.25;
    private static final String NO_LANGUAGE_MODEL = "it makes vectors, and there is no language model behind its tower;"
            + " use a strategy by the tower, such as cls-attention or received-attention";

    private final ClipTower tower;
    private final boolean givesLikeness;
    private final StrategyRegistry strategies;
    private final PruningProfiles profiles = new PruningProfiles(Map.of(), false, null);

    /**
     * None made yet.
     *
     * @param config the model's {@code config.json}
     * @param givesLikeness whether patches can be compared with texts
     * @param own strategies besides those that are known by name
     */
    public TowerStrategies(
            TorchRuntime runtime,
            ClipTower tower,
            ModelConfig config,
            boolean givesLikeness,
            List<PruningStrategyFactory> own) {
        this.tower = tower;
        this.givesLikeness = givesLikeness;
        ClipConfig numbers = tower.config();
        ModelDimensions dimensions = new ModelDimensions(
                numbers.depth(),
                numbers.hidden(),
                numbers.heads(),
                numbers.heads(),
                numbers.hidden() / numbers.heads(),
                numbers.eps(),
                numbers.hidden(),
                numbers.depth());
        this.strategies = new StrategyRegistry(
                PruningStrategies.discover(own),
                new StrategyContext(
                        runtime,
                        dimensions,
                        config,
                        null,
                        tower.abilities(),
                        StrategyOptions.none(PruningOptions.NONE)),
                1,
                profiles,
                PruningSchedule::checkForPicturesOnly);
    }

    /** A schedule whose strategies stay open until it is closed. */
    public static final class Lent implements AutoCloseable {

        private final StrategyRegistry.Lent lent;
        private final PruningSchedule schedule;
        private final String label;

        private Lent(StrategyRegistry.Lent lent, PruningSchedule schedule, String label) {
            this.lent = lent;
            this.schedule = schedule;
            this.label = label;
        }

        /** Cuts inside the tower and behind it. */
        public PruningSchedule schedule() {
            return schedule;
        }

        /** One line that tells two settings apart; {@code none} if nothing is dropped. */
        public String label() {
            return label;
        }

        /** Whether a cut can only be made when texts are known. */
        public boolean needsText() {
            return likenesses().findAny().isPresent();
        }

        /** Whether each text by itself chooses, and not all of them together. */
        public boolean choosesForEachText() {
            return likenesses().anyMatch(likeness -> likeness.texts() == TextLikeness.Texts.EACH);
        }

        private Stream<TextLikeness> likenesses() {
            return schedule.needs().stream()
                    .filter(TextLikeness.class::isInstance)
                    .map(TextLikeness.class::cast);
        }

        /** Gives it back; called once. */
        @Override
        public void close() {
            lent.close();
        }
    }

    /**
     * The schedule that options ask for. The caller closes it when nothing runs by it any more.
     *
     * @throws io.github.glimpse.UnsupportedModelException if a strategy is unknown or asks for what is not there
     * @throws IllegalArgumentException if a place is not possible
     */
    public Lent lend(PruningOptions asked) {
        PruningOptions options = profiles.settle(asked);
        List<PruningStep> steps = steps(options);
        if (steps.stream().anyMatch(step -> step.strategy().equals(PruningOptions.GLIMPSE))) {
            // Said before it asks for its module, of which there is none for such a model.
            throw EvidenceReaders.refusal(
                    PruningOptions.GLIMPSE,
                    new EvidenceRequest.ProbeAttention(List.of(), ScoreForm.LOGITS),
                    NO_LANGUAGE_MODEL);
        }
        StrategyRegistry.Lent lent = strategies.lend(options.toBuilder()
                .strategy(null)
                .options(Map.of())
                .schedule(steps)
                .enabled(!steps.isEmpty())
                .build());
        try {
            List<Cut> cuts = new ArrayList<>();
            StringBuilder label = new StringBuilder();
            for (int i = 0; i < steps.size(); i++) {
                Cut cut = placed(lent.schedule().cuts().get(i), steps.get(i));
                check(cut);
                cuts.add(cut);
                label.append(i == 0 ? "" : ", ").append(label(cut, steps.get(i)));
            }
            GuardOptions guard = lent.schedule().guard().options();
            label.append(guard.isOn() ? ", guard " + guard.widenBelow() + " " + guard.skipBelow() : "");
            return new Lent(
                    lent, lent.schedule().withCuts(cuts), cuts.isEmpty() ? PruningOptions.NONE : label.toString());
        } catch (RuntimeException | Error e) {
            lent.close();
            throw e;
        }
    }

    private List<PruningStep> steps(PruningOptions options) {
        if (Boolean.FALSE.equals(options.enabled())) {
            return List.of();
        }
        List<PruningStep> steps = options.schedule();
        if (steps.isEmpty()) {
            String standard = options.retentionRatio() == null
                    ? PruningOptions.NONE
                    : tower.abilities().hasCls() ? "cls-attention" : "received-attention";
            String name = options.strategy() == null ? standard : options.strategy();
            steps = List.of(PruningStep.builder(name).options(options.options()).build());
        }
        return steps.stream()
                .filter(step -> !step.strategy().equals(PruningOptions.NONE))
                .map(step ->
                        step.at() == null ? step : step.withAt(place(step.at()).toString()))
                .toList();
    }

    private PruningPoint place(String at) {
        PruningPoint point = PruningPoint.parse(at, tower.depth());
        return switch (point.stage()) {
            case LAYER -> PruningPoint.insideTower(point.layers());
            case LAST -> PruningPoint.vision();
            case PIXELS, TOWER, VISION -> point;
        };
    }

    private Cut placed(Cut cut, PruningStep step) {
        boolean mixes = cut.strategy().traits(cut.at()).contains(StrategyTrait.MERGES);
        if (step.at() != null || cut.at().stage() != Stage.VISION || mixes) {
            return cut;
        }
        PruningPoint quarter = PruningPoint.insideTower(Math.max(1, (int) Math.rint(tower.depth() * DEFAULT_SHARE)));
        return isPossible(cut, quarter) ? new Cut(quarter, cut.name(), cut.strategy(), cut.budget()) : cut;
    }

    private static boolean isPossible(Cut cut, PruningPoint point) {
        try {
            cut.strategy().checkPoint(point);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private void check(Cut cut) {
        if (cut.at().isInDecoder()) {
            for (EvidenceRequest need : EvidenceReaders.needs(cut)) {
                if (need.kind().place() != EvidenceRequest.Place.FROM_TOWER) {
                    throw EvidenceReaders.refusal(cut.name(), need, NO_LANGUAGE_MODEL);
                }
            }
            throw new IllegalArgumentException("The point '" + cut.at()
                    + "' is inside a language model, which is not there; use 'tower k' or 'vision'");
        }
        TowerWalk.check(cut, tower, givesLikeness);
    }

    private static String label(Cut cut, PruningStep step) {
        String options = step.options().isEmpty() ? "" : " " + new TreeMap<>(step.options());
        return cut.at() + " " + cut.name() + cut.budget().bounds().label() + options;
    }

    @Override
    public void close() {
        strategies.close();
    }
}
