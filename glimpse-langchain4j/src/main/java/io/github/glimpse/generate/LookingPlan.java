package io.github.glimpse.generate;

import io.github.glimpse.UnsupportedModelException;
import io.github.glimpse.model.ImageTextModel;
import io.github.glimpse.model.ImageTextTask;
import io.github.glimpse.prune.PruningPoint;
import io.github.glimpse.prune.PruningPoint.Stage;
import io.github.glimpse.prune.PruningSchedule;
import io.github.glimpse.prune.PruningSchedule.Cut;
import io.github.glimpse.prune.StrategyTrait;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * A schedule, sorted by where a model with cross-attention can drop image rows: inside its tower and after it, which holds for
 * all questions about a picture, and between the layers of the stack that looks, which is decided anew for each text.
 *
 * @param schedule all of it
 * @param tower cuts inside the tower and after it, in order
 * @param text cuts between layers of the looking stack, in order
 * @param taps hidden states of the tower that the cuts in the text want
 */
record LookingPlan(PruningSchedule schedule, List<Cut> tower, List<Cut> text, Set<Integer> taps) {

    /**
     * Sorts a schedule.
     *
     * @throws IllegalArgumentException if a place is not possible
     * @throws UnsupportedModelException if a strategy needs what such a model does not have
     */
    static LookingPlan of(PruningSchedule schedule, ImageTextModel model) {
        List<Cut> tower = new ArrayList<>();
        List<Cut> text = new ArrayList<>();
        Set<Integer> taps = new TreeSet<>();
        for (Cut cut : schedule.cuts()) {
            check(cut, model);
            CrossNeeds needs = CrossNeeds.of(cut);
            taps.addAll(needs.tapLayers());
            (cut.at().isInDecoder() ? text : tower).add(cut);
            if (cut.at().stage() == Stage.LAYER) {
                needs.probeLayers().forEach(layer -> checkLayer(cut, layer));
                needs.crossings().forEach(request -> request.layers().forEach(layer -> checkLayer(cut, layer)));
            }
        }
        taps.forEach(model.tower()::checkState);
        return new LookingPlan(schedule, List.copyOf(tower), List.copyOf(text), Set.copyOf(taps));
    }

    private static void check(Cut cut, ImageTextModel model) {
        PruningPoint at = cut.at();
        switch (at.stage()) {
            case PIXELS ->
                throw new IllegalArgumentException(
                        "This model sees a square of a fixed number of patches, so nothing can be"
                                + " dropped at 'pixels'; use 'tower k', 'vision' or 'layer k'");
            case LAST ->
                throw new IllegalArgumentException(
                        "Behind its last layer no text looks at the image any more, so a cut at"
                                + " 'layer last' saves nothing; use 'layer k'");
            case TOWER -> {
                int depth = model.tower().config().depth();
                if (at.layers() < 1 || at.layers() >= depth) {
                    throw new IllegalArgumentException(
                            "The point '" + at + "' is not inside the vision tower; this model"
                                    + " allows 'tower 1' to 'tower " + (depth - 1) + "', after the tower is 'vision'");
                }
            }
            case VISION, LAYER -> {
                // parsed against the depth
            }
        }
        if (cut.strategy().traits(cut.at()).contains(StrategyTrait.MERGES)) {
            throw new UnsupportedModelException("The pruning strategy '" + cut.name()
                    + "' mixes image tokens, which a model with cross-attention does not; use one that drops them");
        }
    }

    private static void checkLayer(Cut cut, int layer) {
        if (layer < 0 || layer >= cut.at().layers()) {
            throw new IllegalArgumentException("The pruning strategy '" + cut.name() + "' looks at layer " + layer
                    + ", which has not run at '" + cut.at() + "'");
        }
    }

    /** Whether a caption's prompt, which is causal, is what looks. */
    static boolean isCausal(ImageTextModel model) {
        return model.task() == ImageTextTask.CAPTION;
    }
}
