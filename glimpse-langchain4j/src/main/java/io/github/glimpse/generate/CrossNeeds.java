package io.github.glimpse.generate;

import io.github.glimpse.nn.DecoderStack.ScoreForm;
import io.github.glimpse.prune.EvidenceRequest;
import io.github.glimpse.prune.EvidenceRequest.CrossAttention;
import io.github.glimpse.prune.EvidenceRequest.ProbeAttention;
import io.github.glimpse.prune.EvidenceRequest.TowerCls;
import io.github.glimpse.prune.EvidenceRequest.TowerReceived;
import io.github.glimpse.prune.EvidenceRequest.VisionTaps;
import io.github.glimpse.prune.PruningSchedule.Cut;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a strategy needs of a model that looks at its picture by cross-attention, where its cut lies.
 *
 * @param probeLayers layers whose cross-attention the probe, or the row in its place, is asked for
 * @param tapLayers hidden states of the tower that are wanted
 * @param crossings means over layers of the cross-attention
 * @param ofTower attention inside the tower
 */
record CrossNeeds(
        Set<Integer> probeLayers,
        Set<Integer> tapLayers,
        List<CrossAttention> crossings,
        Set<EvidenceRequest> ofTower) {

    /**
     * Sorts them.
     *
     * @throws io.github.glimpse.UnsupportedModelException if such a model does not have one of them there
     */
    static CrossNeeds of(Cut cut) {
        CrossNeeds needs = new CrossNeeds(new TreeSet<>(), new TreeSet<>(), new ArrayList<>(), new LinkedHashSet<>());
        cut.strategy().needs(cut.at()).forEach(need -> needs.add(cut, need));
        return needs;
    }

    private void add(Cut cut, EvidenceRequest need) {
        boolean inText = cut.at().isInDecoder();
        if (inText && need instanceof ProbeAttention probe && probe.form() == ScoreForm.LOGITS) {
            probeLayers.addAll(probe.layers());
        } else if (inText && need instanceof CrossAttention crossing) {
            crossings.add(crossing);
        } else if (inText && need instanceof VisionTaps taps) {
            tapLayers.addAll(taps.layers());
        } else if (!inText && need instanceof TowerCls cls && cls.heads() == TowerCls.Heads.EACH) {
            ofTower.add(need);
        } else if (!inText && need instanceof TowerReceived received && received.from() == TowerReceived.Queries.ALL) {
            ofTower.add(need);
        } else {
            throw EvidenceReaders.refusal(
                    cut.name(),
                    need,
                    "its text looks at the image by cross-attention; use cls-attention or received-attention at"
                            + " 'tower k' or 'vision', cross-attention or glimpse at 'layer k'");
        }
    }
}
