package io.github.glimpse.prune;

import io.github.glimpse.prune.PruningPoint.Stage;
import io.github.glimpse.prune.PruningSchedule.Cut;
import java.util.Collections;

/** Refuses a step at whose place there is not yet, or no longer, what its strategy looks at. */
final class StepEvidenceRule implements EvidenceRequest.Collector {

    private final Cut cut;

    private StepEvidenceRule(Cut cut) {
        this.cut = cut;
    }

    /**
     * Checks a step.
     *
     * @throws IllegalArgumentException if its strategy cannot see there what it needs
     */
    static void check(Cut cut) {
        StepEvidenceRule rule = new StepEvidenceRule(cut);
        cut.strategy().needs(cut.at()).forEach(need -> need.collect(rule));
    }

    @Override
    public void probeAttention(EvidenceRequest.ProbeAttention request) {
        require(cut.at().isInDecoder(), "attention inside the language model", "use 'layer k'");
        int last = request.layers().isEmpty() ? -1 : Collections.max(request.layers());
        if (cut.at().stage() == Stage.LAYER) {
            require(
                    last < cut.at().layers(),
                    "attention of layer " + last,
                    "use 'layer " + (last + 1) + "' or a later one");
        }
    }

    @Override
    public void visionTaps(EvidenceRequest.VisionTaps request) {
        afterTower("rows of the vision tower");
    }

    @Override
    public void lastRowAttention(EvidenceRequest.LastRowAttention request) {
        require(cut.at().isInDecoder(), "attention of the layer that ran last", "use 'layer k'");
    }

    @Override
    public void layerPeek(EvidenceRequest.LayerPeek request) {
        require(cut.at().stage() == Stage.LAYER, "attention of the layer that comes next", "use 'layer k'");
    }

    @Override
    public void textAttention(EvidenceRequest.TextAttention request) {
        require(cut.at().isInDecoder(), "attention of the layer that ran last", "use 'layer k'");
    }

    @Override
    public void crossAttention(EvidenceRequest.CrossAttention request) {
        require(cut.at().isInDecoder(), "cross-attention", "use 'layer k'");
    }

    @Override
    public void imageRows(EvidenceRequest.ImageRows request) {
        afterTower("rows of the language model's input");
    }

    @Override
    public void enteredRows(EvidenceRequest.EnteredRows request) {
        require(cut.at().isInDecoder(), "all rows that entered the language model", "use 'layer k'");
    }

    @Override
    public void textRows(EvidenceRequest.TextRows request) {
        afterTower("the question");
    }

    @Override
    public void towerCls(EvidenceRequest.TowerCls request) {
        afterTower("attention of the vision tower");
    }

    @Override
    public void towerReceived(EvidenceRequest.TowerReceived request) {
        afterTower("attention of the vision tower");
    }

    @Override
    public void towerKeys(EvidenceRequest.TowerKeys request) {
        afterTower("keys of the vision tower");
    }

    @Override
    public void pixels(EvidenceRequest.Pixels request) {
        require(cut.at().stage() == Stage.PIXELS, "pixels", "use 'pixels'");
    }

    private void afterTower(String what) {
        require(cut.at().stage() != Stage.PIXELS, what, "use 'vision' or 'layer k'");
    }

    private void require(boolean there, String what, String instead) {
        if (!there) {
            throw new IllegalArgumentException("The pruning strategy '" + cut.name() + "' looks at " + what
                    + ", which is not there at '" + cut.at() + "'; " + instead);
        }
    }
}
