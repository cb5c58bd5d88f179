package io.github.glimpse.prefill;

import io.github.glimpse.UnsupportedModelException;
import io.github.glimpse.model.ImageTextModel;
import io.github.glimpse.model.ImageTextTask;
import io.github.glimpse.nn.TowerReadout;
import io.github.glimpse.prune.EvidenceRequest;
import io.github.glimpse.prune.PruningPoint.Stage;
import io.github.glimpse.prune.PruningSchedule;
import io.github.glimpse.prune.PruningSchedule.Cut;
import io.github.glimpse.prune.StrategyTrait;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A schedule, sorted by where a model with cross-attention can drop image rows: inside its tower and after it, which holds for
 * all questions about a picture, and between the layers of the cross-attention stack, which is decided anew for each text.
 *
 * @param schedule all of it
 * @param tower cuts inside the tower and after it, in order
 * @param text cuts between layers of the cross-attention stack, in order
 * @param wanted what the cuts in the text want of the tower
 */
public record ImageTextCuts(PruningSchedule schedule, List<Cut> tower, List<Cut> text, Set<TowerReadout> wanted) {

    /**
     * Sorts a schedule.
     *
     * @throws IllegalArgumentException if a place is not possible
     * @throws UnsupportedModelException if a strategy needs what such a model does not have
     */
    public static ImageTextCuts of(PruningSchedule schedule, ImageTextModel model) {
        List<Cut> tower = TowerWalk.cutsOf(schedule);
        tower.forEach(cut -> TowerWalk.check(cut, model.tower(), false));
        List<Cut> text =
                schedule.cuts().stream().filter(cut -> cut.at().isInDecoder()).toList();
        Set<TowerReadout> wanted = new LinkedHashSet<>();
        for (Cut cut : text) {
            checkPlace(cut);
            for (EvidenceRequest need : EvidenceReaders.needs(cut)) {
                need.layersOfText().forEach(layer -> checkLayer(cut, layer));
                List<EvidenceRequest> parts = need.parts().isEmpty() ? List.of(need) : need.parts();
                parts.forEach(part -> addWanted(cut, part, model, wanted));
            }
        }
        return new ImageTextCuts(schedule, tower, text, Set.copyOf(wanted));
    }

    private static void addWanted(Cut cut, EvidenceRequest part, ImageTextModel model, Set<TowerReadout> wanted) {
        TowerReadout readout = part.inTower(model.tower().abilities());
        if (readout == null) {
            if (!CrossAttentionPass.gives(part)) {
                throw EvidenceReaders.refusal(
                        cut.name(),
                        part,
                        "its text looks at the image by cross-attention; use cross-attention or glimpse, or a strategy"
                                + " by the tower");
            }
            return;
        }
        if (!readout.ofAttention()) {
            model.tower().checkTap(readout.block());
        }
        wanted.add(readout);
    }

    private static void checkPlace(Cut cut) {
        if (cut.at().stage() == Stage.LAST) {
            throw new IllegalArgumentException("Behind its last layer no text looks at the image any more, so a cut at"
                    + " 'layer last' saves nothing; use 'layer k'");
        }
        if (cut.strategy().traits(cut.at()).contains(StrategyTrait.MERGES)) {
            throw new UnsupportedModelException("The pruning strategy '" + cut.name()
                    + "' mixes image tokens, which a text with cross-attention does not; use one that drops them, or"
                    + " 'vision'");
        }
    }

    private static void checkLayer(Cut cut, int layer) {
        if (layer < 0 || layer >= cut.at().layers()) {
            throw new IllegalArgumentException("The pruning strategy '" + cut.name() + "' looks at layer " + layer
                    + ", which has not run at '" + cut.at() + "'");
        }
    }

    /** Whether a caption's prompt, which is causal, is what attends. */
    static boolean isCausal(ImageTextModel model) {
        return model.task() == ImageTextTask.CAPTION;
    }
}
