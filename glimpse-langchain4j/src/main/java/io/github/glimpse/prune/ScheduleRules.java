package io.github.glimpse.prune;

import io.github.glimpse.prune.PruningPoint.Stage;
import io.github.glimpse.prune.PruningSchedule.Cut;
import java.util.List;

/** Which steps may be combined. Each rule refuses with one sentence that names it. */
final class ScheduleRules {

    private ScheduleRules() {}

    /**
     * Checks a schedule.
     *
     * @throws IllegalArgumentException if a rule forbids it
     */
    static void check(List<Cut> cuts, KvForm kv, PositionForm positions) {
        checkTwoScales(cuts);
        checkOrder(cuts);
        cuts.forEach(ScheduleRules::checkBudget);
        cuts.forEach(StepEvidenceRule::check);
        checkRatios(cuts);
        checkFullGrid(cuts);
        checkMerging(cuts);
        checkPositions(cuts, kv, positions);
        if (cuts.stream().filter(cut -> has(cut, StrategyTrait.FUSES)).count() > 1) {
            throw new IllegalArgumentException(
                    "Two cuts of the schedule fuse what they drop into a row; at most one may");
        }
    }

    private static void checkTwoScales(List<Cut> cuts) {
        for (Cut cut : cuts) {
            if (cut.strategy() instanceof TwoScaleStrategy && cuts.size() > 1) {
                Cut other = cuts.get(cut.equals(cuts.get(0)) ? 1 : 0);
                throw new IllegalArgumentException("The pruning strategy '" + cut.name()
                        + "' shows small pictures beside parts of the whole ones, and no other step can count both; leave out '"
                        + other.name() + "' at " + other.at() + ", or '" + cut.name() + "'");
            }
        }
    }

    private static void checkOrder(List<Cut> cuts) {
        for (int i = 1; i < cuts.size(); i++) {
            PruningPoint before = cuts.get(i - 1).at();
            PruningPoint here = cuts.get(i).at();
            if (here.compareTo(before) <= 0) {
                throw new IllegalArgumentException(
                        "The cut at " + here + " follows the one at " + before
                                + "; places of a schedule must rise from pixels over the tower and vision to the layers, one cut a place");
            }
        }
        if (cuts.stream().filter(cut -> cut.strategy().probeToken() != null).count() > 1) {
            throw new IllegalArgumentException("Two cuts of the schedule need a probe token; only one can");
        }
    }

    private static void checkBudget(Cut cut) {
        if (has(cut, StrategyTrait.USES_BUDGET) && cut.budget().retentionRatio() == null) {
            throw new IllegalArgumentException("The pruning strategy '" + cut.name()
                    + "' keeps a given share of the image tokens and none is said; set glimpse.pruning.retention-ratio, or"
                    + " retention-ratio of the step, for example to 0.25");
        }
        if (has(cut, StrategyTrait.SHRINKS_PICTURE) && cut.at().stage() != Stage.PIXELS) {
            throw new IllegalArgumentException("The pruning strategy '" + cut.name()
                    + "' makes the picture smaller, so it works at 'pixels' only, not at '" + cut.at() + "'");
        }
    }

    /**
     * A step that asks for more than an earlier one left could only keep all. A ratio of what is alive always asks for less, and one of
     * the videos alone says nothing of the pictures beside them.
     */
    private static void checkRatios(List<Cut> cuts) {
        Cut before = null;
        for (Cut cut : cuts) {
            Double ratio = cut.budget().retentionRatio();
            if (ratio == null
                    || !has(cut, StrategyTrait.USES_BUDGET)
                    || has(cut, StrategyTrait.RATIO_OF_ALIVE)
                    || has(cut, StrategyTrait.OVER_TIME)) {
                continue;
            }
            Double least = before == null ? null : before.budget().retentionRatio();
            if (before != null && least != null && ratio > least) {
                throw new IllegalArgumentException("The step at " + cut.at() + " keeps " + ratio
                        + " of the image tokens after the one at " + before.at() + " keeps " + least
                        + "; a retention-ratio refers to all image tokens, so it must not rise along the schedule");
            }
            before = cut;
        }
    }

    private static void checkFullGrid(List<Cut> cuts) {
        for (int i = 1; i < cuts.size(); i++) {
            if (has(cuts.get(i), StrategyTrait.NEEDS_FULL_GRID)) {
                throw new IllegalArgumentException(
                        "The pruning strategy '" + cuts.get(i).name() + "' at "
                                + cuts.get(i).at() + " needs the full grid, and '"
                                + cuts.get(i - 1).name() + "' at "
                                + cuts.get(i - 1).at() + " leaves holes in it; make it the first step");
            }
        }
    }

    private static void checkMerging(List<Cut> cuts) {
        List<Cut> merging =
                cuts.stream().filter(cut -> has(cut, StrategyTrait.MERGES)).toList();
        if (merging.size() > 1) {
            throw new IllegalArgumentException(
                    "The schedule merges tokens twice, by '" + merging.get(0).name() + "' at "
                            + merging.get(0).at() + " and by '" + merging.get(1).name() + "' at "
                            + merging.get(1).at() + "; at most one step may merge");
        }
        for (Cut cut : merging) {
            if (cut.at().compareTo(PruningPoint.afterLayers(1)) > 0) {
                throw new IllegalArgumentException(
                        "The pruning strategy '" + cut.name() + "' merges tokens at " + cut.at()
                                + "; a merged row has no keys of its own in the layers before, so no step after 'layer 1' may merge");
            }
        }
    }

    private static void checkPositions(List<Cut> cuts, KvForm kv, PositionForm positions) {
        boolean between = cuts.stream().anyMatch(cut -> cut.at().isInDecoder());
        if (positions == PositionForm.RENUMBER && kv == KvForm.UNIFORM && between) {
            throw new IllegalArgumentException(
                    "The schedule renumbers positions at a cut between layers with kv=uniform; the"
                            + " keys of the layers before carry the old positions, so set glimpse.pruning.kv=ragged or"
                            + " glimpse.pruning.positions=original");
        }
    }

    private static boolean has(Cut cut, StrategyTrait trait) {
        return cut.strategy().traits(cut.at()).contains(trait);
    }
}
