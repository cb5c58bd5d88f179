package io.github.glimpse.embedding;

import io.github.glimpse.NonFiniteNumbersException;
import io.github.glimpse.model.clip.DualEncoder;
import io.github.glimpse.prune.PruningPoint;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A pruning setting, checked against one model.
 *
 * @param pruning the setting
 * @param steps its cuts with the block in which each is made
 */
record PatchSchedule(PatchPruning pruning, List<Step> steps) {

    /**
     * One cut.
     *
     * @param block number of the block after which, or in which, rows are dropped
     * @param cut what the user wrote
     */
    record Step(int block, PatchCut cut) {}

    /**
     * Checks a setting.
     *
     * @throws IllegalArgumentException if it cannot work with this model
     */
    static PatchSchedule of(PatchPruning pruning, DualEncoder model) {
        int depth = model.tower().config().depth();
        List<Step> steps = new ArrayList<>();
        for (PatchCut cut : pruning.cuts()) {
            PruningPoint point = PruningPoint.parse(cut.at(), depth);
            int block = blockOf(point, depth, cut);
            if (!steps.isEmpty() && steps.get(steps.size() - 1).block() >= block) {
                throw new IllegalArgumentException("The cut at '" + cut.at()
                        + "' does not come after the cut before it,"
                        + " which is in block " + steps.get(steps.size() - 1).block()
                        + "; name places in the order of the tower");
            }
            check(cut, block == depth - 1, model);
            steps.add(new Step(block, cut));
        }
        return new PatchSchedule(pruning, List.copyOf(steps));
    }

    private static int blockOf(PruningPoint point, int depth, PatchCut cut) {
        if (point.stage() == PruningPoint.Stage.LAST) {
            return depth - 1;
        }
        if (point.stage() == PruningPoint.Stage.LAYER) {
            return point.layers() - 1;
        }
        throw new IllegalArgumentException("The place '" + cut.at()
                + "' is not inside the tower; use 'layer k', 'layer last' or a share of the depth such as '25 %'");
    }

    private static void check(PatchCut cut, boolean last, DualEncoder model) {
        boolean classRow = model.tower().config().layout().classRows() > 0;
        boolean usesClass = cut.evidence() == PatchEvidence.CLS || cut.evidence() == PatchEvidence.MIXED;
        if (usesClass && !classRow) {
            throw new IllegalArgumentException("The tower of " + model.family() + " has no class row, so the evidence '"
                    + cut.evidence().label() + "' is not there; use 'received'");
        }
        if (cut.evidence().needsText() && !(model.placesPatches() && model.readsText())) {
            throw new IllegalArgumentException("The evidence '" + cut.evidence().label()
                    + "' compares patches with texts, which this model cannot do; use 'received' or 'cls'");
        }
        if (cut.form() != PatchCut.Form.DROP && last) {
            throw new IllegalArgumentException("The form " + cut.form()
                    + " saves nothing in the last block; use an earlier place or the form DROP");
        }
    }

    /** The first cut that looks at texts, or the number of cuts if none does. */
    int firstWithText() {
        int first = 0;
        while (first < steps.size() && !steps.get(first).cut().evidence().needsText()) {
            first++;
        }
        return first;
    }

    /** Patches that a step keeps of each picture. */
    int kept(Step step, int patches, int living) {
        double ratio = step.cut().retentionRatio();
        int wanted =
                step.cut().form() == PatchCut.Form.DROP ? (int) (ratio * patches) : (int) Math.ceil(ratio * living);
        return Math.min(living, Math.max(pruning.minPatches(), wanted));
    }

    /**
     * The places of the best, rising; equal scores: the lower place first.
     *
     * @throws NonFiniteNumbersException if a score is no number
     */
    static int[] best(float[] scores, int count, PatchEvidence evidence) {
        for (int i = 0; i < scores.length; i++) {
            if (Float.isNaN(scores[i])) {
                throw new NonFiniteNumbersException("The evidence '" + evidence.label() + "' gave no number for patch "
                        + i + " of " + scores.length);
            }
        }
        int[] places = IntStream.range(0, scores.length)
                .boxed()
                .sorted((a, b) -> scores[a] == scores[b] ? Integer.compare(a, b) : Float.compare(scores[b], scores[a]))
                .limit(count)
                .mapToInt(Integer::intValue)
                .toArray();
        Arrays.sort(places);
        return places;
    }
}
