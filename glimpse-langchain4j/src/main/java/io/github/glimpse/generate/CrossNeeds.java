package io.github.glimpse.generate;

import io.github.glimpse.UnsupportedModelException;
import io.github.glimpse.nn.DecoderStack.ScoreForm;
import io.github.glimpse.prune.EvidenceRequest;
import io.github.glimpse.prune.PruningSchedule.Cut;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** What a strategy needs of a model that looks at its picture by cross-attention, where its cut lies; refuses what there is not. */
final class CrossNeeds implements EvidenceRequest.Collector {

    private final Cut cut;
    private final Set<Integer> probeLayers = new TreeSet<>();
    private final Set<Integer> tapLayers = new TreeSet<>();
    private final List<EvidenceRequest.CrossAttention> crossings = new ArrayList<>();
    private final Set<EvidenceRequest> ofTower = new LinkedHashSet<>();

    private CrossNeeds(Cut cut) {
        this.cut = cut;
    }

    static CrossNeeds of(Cut cut) {
        CrossNeeds needs = new CrossNeeds(cut);
        cut.strategy().needs(cut.at()).forEach(need -> need.collect(needs));
        return needs;
    }

    /** Layers whose cross-attention the probe, or the row in its place, is asked for. */
    Set<Integer> probeLayers() {
        return probeLayers;
    }

    /** Hidden states of the tower that are wanted. */
    Set<Integer> tapLayers() {
        return tapLayers;
    }

    /** Means over layers of the cross-attention. */
    List<EvidenceRequest.CrossAttention> crossings() {
        return crossings;
    }

    /** Attention inside the tower, and its rows. */
    Set<EvidenceRequest> ofTower() {
        return ofTower;
    }

    @Override
    public void probeAttention(EvidenceRequest.ProbeAttention request) {
        requireText("the attention of a probe");
        if (request.form() != ScoreForm.LOGITS) {
            throw refusal("log-softmax of attention; its module must set use_attention_logits to true");
        }
        probeLayers.addAll(request.layers());
    }

    @Override
    public void crossAttention(EvidenceRequest.CrossAttention request) {
        requireText("cross-attention");
        crossings.add(request);
    }

    @Override
    public void visionTaps(EvidenceRequest.VisionTaps request) {
        requireText("rows of several layers of the tower");
        tapLayers.addAll(request.layers());
    }

    @Override
    public void towerCls(EvidenceRequest.TowerCls request) {
        requireTower("the attention of the tower's class row");
        if (request.heads() != EvidenceRequest.TowerCls.Heads.EACH) {
            throw refusal("the attention of the tower's class row with all heads as one");
        }
        ofTower.add(request);
    }

    @Override
    public void towerReceived(EvidenceRequest.TowerReceived request) {
        requireTower("the attention that patches receive in the tower");
        if (request.from() != EvidenceRequest.TowerReceived.Queries.ALL) {
            throw refusal("the attention that patches receive from other patches alone");
        }
        ofTower.add(request);
    }

    @Override
    public void lastRowAttention(EvidenceRequest.LastRowAttention request) {
        throw refusal("the attention of a prompt's last row");
    }

    @Override
    public void layerPeek(EvidenceRequest.LayerPeek request) {
        throw refusal("a look into the next layer");
    }

    @Override
    public void textAttention(EvidenceRequest.TextAttention request) {
        throw refusal("the attention of a prompt's text");
    }

    @Override
    public void imageRows(EvidenceRequest.ImageRows request) {
        throw refusal("image rows of a prompt");
    }

    @Override
    public void enteredRows(EvidenceRequest.EnteredRows request) {
        throw refusal("image rows of a prompt");
    }

    @Override
    public void textRows(EvidenceRequest.TextRows request) {
        throw refusal("text rows of a prompt");
    }

    @Override
    public void towerKeys(EvidenceRequest.TowerKeys request) {
        throw refusal("keys of the tower");
    }

    @Override
    public void pixels(EvidenceRequest.Pixels request) {
        throw refusal("pixels");
    }

    private void requireText(String what) {
        if (!cut.at().isInDecoder()) {
            throw refusal(what + " at '" + cut.at() + "', where no text is known; cut at 'layer k'");
        }
    }

    private void requireTower(String what) {
        if (cut.at().isInDecoder()) {
            throw refusal(what + " at '" + cut.at() + "'; cut at 'tower k' or 'vision'");
        }
    }

    private UnsupportedModelException refusal(String what) {
        return new UnsupportedModelException("The pruning strategy '" + cut.name() + "' needs " + what
                + ", which a model that looks at its image by cross-attention does not have; use cls-attention or"
                + " received-attention at 'tower k' or 'vision', cross-attention or glimpse at 'layer k'");
    }
}
