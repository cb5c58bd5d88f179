package io.github.glimpse.prefill;

import io.github.glimpse.image.ImageGrid;
import io.github.glimpse.image.PixelPatches;
import io.github.glimpse.model.VisionTower;
import io.github.glimpse.nn.TowerReadout;
import io.github.glimpse.prune.GuardedSelection;
import io.github.glimpse.prune.PruningSchedule;
import io.github.glimpse.prune.PruningSchedule.Cut;
import io.github.glimpse.prune.PruningStrategy;
import io.github.glimpse.prune.StrategyTrait;
import io.github.glimpse.prune.TokenSelection;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.ToIntFunction;

/** The cuts on the way of a request's pictures through the vision tower: made picture by picture, remembered with each, told of all. */
final class TowerCuts {

    private final List<Cut> cuts;
    private final StepDecision decision;
    private final String setting;
    private final List<JoinedSelection> joined = new ArrayList<>();
    private final List<List<GuardedSelection>> verdicts = new ArrayList<>();

    private TowerCuts(List<Cut> cuts, StepDecision decision, String setting) {
        this.cuts = cuts;
        this.decision = decision;
        this.setting = setting;
        cuts.forEach(cut -> {
            joined.add(new JoinedSelection());
            verdicts.add(new ArrayList<>());
        });
    }

    /**
     * Nothing is decided yet.
     *
     * @param schedule all steps: anchors and floor of every step hold at each, and so does the guard
     * @param cuts those of them that are made by the tower, in order; there may be none
     * @param numbers tells strategies apart, and the same one with other options
     */
    static TowerCuts of(
            PruningSchedule schedule, List<Cut> cuts, StepDecision decision, ToIntFunction<PruningStrategy> numbers) {
        StringBuilder setting = new StringBuilder();
        for (Cut cut : cuts) {
            setting.append(
                            setting.isEmpty()
                                    ? " " + schedule.everywhere() + " "
                                            + schedule.guard().options()
                                    : "")
                    .append(' ')
                    .append(cut.at())
                    .append(' ')
                    .append(numbers.applyAsInt(cut.strategy()))
                    .append(' ')
                    .append(cut.budget());
        }
        return new TowerCuts(cuts, decision, setting.toString());
    }

    /** No cuts. */
    static TowerCuts none() {
        return new TowerCuts(List.of(), new StepDecision(PruningSchedule.none(), null, StageObserver.NONE), "");
    }

    /** Whether nothing is cut. */
    boolean isEmpty() {
        return cuts.isEmpty();
    }

    /** All that decides, in words, for the key under which a picture is remembered; empty if nothing is cut. */
    String setting() {
        return setting;
    }

    /** Whether the same is kept of a picture whatever is asked about it. */
    boolean areLasting() {
        return cuts.stream()
                .noneMatch(cut -> cut.strategy().traits(cut.at()).contains(StrategyTrait.QUESTION_DEPENDENT));
    }

    /**
     * Starts the way of one picture.
     *
     * @param wanted what is to be read besides
     * @param kept tokens that the tower starts with
     * @param tokens how many it had before any step
     */
    TowerWalk walk(
            VisionTower tower,
            Set<TowerReadout> wanted,
            PixelPatches patches,
            int[] kept,
            int tokens,
            PassContext context) {
        ImageGrid grid = patches.plan().grid();
        return new TowerWalk(
                tower,
                cuts,
                wanted,
                tower.pass(patches, kept, context.cancellation(), context.scope()),
                List.of(grid),
                List.of(tokens),
                decision,
                context);
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
