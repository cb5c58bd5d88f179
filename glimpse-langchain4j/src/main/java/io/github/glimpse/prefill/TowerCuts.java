package io.github.glimpse.prefill;

import io.github.glimpse.UnsupportedModelException;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.image.ImageGrid;
import io.github.glimpse.model.TowerStop;
import io.github.glimpse.model.VisionLanguageModel;
import io.github.glimpse.model.VisionTower;
import io.github.glimpse.nn.TowerAbilities;
import io.github.glimpse.nn.TowerReadout;
import io.github.glimpse.prune.EvidenceRequest;
import io.github.glimpse.prune.GuardedSelection;
import io.github.glimpse.prune.PruningEvidence;
import io.github.glimpse.prune.PruningSchedule;
import io.github.glimpse.prune.PruningSchedule.Cut;
import io.github.glimpse.prune.StrategyTrait;
import io.github.glimpse.prune.TokenSelection;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The cuts between blocks of the vision tower, picture by picture, on the tower's way through its blocks. What was decided is
 * remembered with what the tower made of the picture.
 *
 * <p>A strategy sees there what the tower has told up to that place. Where it would read a later block it reads the last one that
 * has run, and in the place of the language model's rows the tower's.
 */
public final class TowerCuts {

    private final List<Cut> cuts;
    private final VisionLanguageModel model;
    private final StepDecision decision;
    private final PassContext context;
    private final String setting;
    private final List<JoinedSelection> joined = new ArrayList<>();
    private final List<List<GuardedSelection>> verdicts = new ArrayList<>();

    /**
     * Nothing is decided yet.
     *
     * @param cuts in order; there may be none
     * @param setting all that decides, in words
     */
    TowerCuts(List<Cut> cuts, VisionLanguageModel model, StepDecision decision, PassContext context, String setting) {
        this.cuts = cuts;
        this.model = model;
        this.decision = decision;
        this.context = context;
        this.setting = setting;
        cuts.forEach(cut -> {
            joined.add(new JoinedSelection());
            verdicts.add(new ArrayList<>());
        });
    }

    /** No cuts. */
    static TowerCuts none(VisionLanguageModel model, PassContext context) {
        StepDecision decision = new StepDecision(PruningSchedule.none(), null, context.observer());
        return new TowerCuts(List.of(), model, decision, context, "");
    }

    /**
     * Checks that a tower can be cut at a place, for a strategy.
     *
     * @throws IllegalArgumentException if the place is not possible, or what the strategy looks at is not there
     * @throws UnsupportedModelException if the strategy does what cannot be done there
     */
    public static void check(Cut cut, VisionTower tower) {
        List<Integer> places = places(tower.abilities());
        int blocks = cut.at().layers();
        if (!places.contains(blocks)) {
            throw new IllegalArgumentException("The point '" + cut.at() + "' "
                    + (blocks > 0 && blocks <= tower.abilities().featureBlock()
                            ? "follows a block of the vision tower that sees only windows"
                            : "is not inside the vision tower")
                    + "; this model allows " + listed(places) + "after the tower is 'vision'");
        }
        if (cut.strategy().traits(cut.at()).contains(StrategyTrait.MERGES)) {
            throw new UnsupportedModelException("The pruning strategy '" + cut.name()
                    + "' mixes image tokens, which cannot be done inside the vision tower; use it at 'vision', or one that"
                    + " drops tokens");
        }
        for (EvidenceRequest need : cut.strategy().needs(cut.at())) {
            for (EvidenceRequest part : need.parts()) {
                if (readout(part, blocks, tower) == null) {
                    throw new IllegalArgumentException("The pruning strategy '" + cut.name() + "' looks at "
                            + need.kind().what() + ", which is not there at '" + cut.at()
                            + "'; use 'vision' or 'layer k'");
                }
            }
        }
    }

    private static List<Integer> places(TowerAbilities tower) {
        return IntStream.rangeClosed(1, tower.featureBlock())
                .filter(blocks -> tower.fullAttentionBlocks().contains(blocks - 1))
                .boxed()
                .toList();
    }

    private static String listed(List<Integer> places) {
        int last = places.isEmpty() ? 0 : places.get(places.size() - 1);
        if (places.size() > 2 && places.size() == last) {
            return "'tower 1' to 'tower " + last + "', ";
        }
        return places.stream().map(blocks -> "'tower " + blocks + "', ").collect(Collectors.joining());
    }

    /** What the tower is asked for in the place of a request, or null if it cannot tell that. */
    private static @Nullable TowerReadout readout(EvidenceRequest part, int blocks, VisionTower tower) {
        TowerReadout rows = tower.rowsAfter(blocks);
        if (part instanceof EvidenceRequest.ImageRows) {
            return rows;
        }
        TowerReadout wanted = part.inTower(tower.abilities());
        if (wanted == null) {
            return null;
        }
        return wanted.upTo(wanted.ofAttention() ? blocks - 1 : rows.block());
    }

    /** All that decides, for the key under which a picture is remembered; empty if nothing is cut. */
    String setting() {
        return setting;
    }

    /** Whether the same is kept of a picture whatever is asked about it. */
    boolean areLasting() {
        return cuts.stream()
                .noneMatch(cut -> cut.strategy().traits(cut.at()).contains(StrategyTrait.QUESTION_DEPENDENT));
    }

    /**
     * The places at which the tower stops for one picture.
     *
     * @param grid the picture
     * @param tokens how many it had before any step
     * @param kept those that the tower starts with
     * @param decided takes what is decided
     */
    List<TowerStop> stops(ImageGrid grid, int tokens, int[] kept, List<TowerDecision> decided) {
        List<TowerStop> stops = new ArrayList<>();
        int[][] alive = {kept};
        for (Cut cut : cuts) {
            Set<TowerReadout> wanted = new LinkedHashSet<>();
            cut.strategy().needs(cut.at()).stream()
                    .flatMap(need -> need.parts().stream())
                    .forEach(part -> wanted.add(readout(cut, part)));
            stops.add(new TowerStop(cut.at().layers(), wanted, seen -> {
                context.watch().atPruning();
                TokenSelection selection;
                try (TensorScope step = context.scope().openChild()) {
                    selection = decision.decide(cut, List.of(grid), tokens, alive[0], () -> {
                        PruningEvidence.Builder builder = PruningEvidence.builder(
                                List.of(grid), List.of(model.tower().windows(grid)), alive[0], step);
                        new EvidenceReaders(part -> seen.get(readout(cut, part))).read(cut, builder);
                        return builder.build();
                    });
                }
                decided.add(new TowerDecision(alive[0], selection, decision.takeVerdicts()));
                alive[0] = Selections.pick(alive[0], selection.kept());
                context.observer().onTowerCut(cut.at().layers(), selection);
                context.watch().atVision();
                return selection.kept();
            }));
        }
        return stops;
    }

    private TowerReadout readout(Cut cut, EvidenceRequest part) {
        return Objects.requireNonNull(readout(part, cut.at().layers(), model.tower()));
    }

    /**
     * Takes what was decided on the next picture, now or when it was seen before.
     *
     * @param decided by cut
     * @param kept number of tokens that the tower started with
     */
    void add(List<TowerDecision> decided, int kept) {
        int alive = kept;
        for (int i = 0; i < cuts.size(); i++) {
            TokenSelection selection = decided.get(i).selection();
            joined.get(i).add(selection, alive);
            verdicts.get(i).addAll(decided.get(i).verdicts());
            alive = selection.kept().length;
        }
    }

    /** A step on all pictures. */
    @FunctionalInterface
    interface Step {

        /**
         * Takes it.
         *
         * @param selection in the numbering of all tokens that were alive
         * @param verdicts what the guard thought of it
         */
        void take(Cut cut, TokenSelection selection, List<GuardedSelection> verdicts);
    }

    /** The steps in order, all pictures joined. */
    void forEach(Step step) {
        for (int i = 0; i < cuts.size(); i++) {
            step.take(cuts.get(i), joined.get(i).join(), verdicts.get(i));
        }
    }
}
