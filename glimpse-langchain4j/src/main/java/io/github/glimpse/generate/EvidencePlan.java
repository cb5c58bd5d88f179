package io.github.glimpse.generate;

import io.github.glimpse.UnsupportedModelException;
import io.github.glimpse.model.TowerTaps;
import io.github.glimpse.nn.DecoderStack.ScoreForm;
import io.github.glimpse.nn.TowerAbilities;
import io.github.glimpse.prune.EvidenceRequest;
import io.github.glimpse.prune.PruningSchedule;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What has to be collected on the way for the cuts of a schedule, sorted by where it comes from. What a step can read when its
 * turn comes, such as the attention of the layer before, is not noted here.
 */
final class EvidencePlan implements EvidenceRequest.Collector {

    private final TowerAbilities tower;
    private final Map<Integer, Set<ScoreForm>> attentionForms = new TreeMap<>();
    private final Set<Integer> towerLayers = new TreeSet<>();
    private final Set<Integer> cls = new TreeSet<>();
    private final Set<Integer> received = new TreeSet<>();
    private final Set<Integer> keys = new TreeSet<>();
    private final Set<Integer> joinedCls = new TreeSet<>();
    private final Set<Integer> receivedFromOthers = new TreeSet<>();

    private EvidencePlan(TowerAbilities tower) {
        this.tower = tower;
    }

    static EvidencePlan of(PruningSchedule schedule, TowerAbilities tower) {
        EvidencePlan plan = new EvidencePlan(tower);
        schedule.needs().forEach(need -> need.collect(plan));
        return plan;
    }

    @Override
    public void probeAttention(EvidenceRequest.ProbeAttention request) {
        request.layers().forEach(layer -> attentionForms
                .computeIfAbsent(layer, key -> EnumSet.noneOf(ScoreForm.class))
                .add(request.form()));
    }

    @Override
    public void visionTaps(EvidenceRequest.VisionTaps request) {
        towerLayers.addAll(request.layers());
    }

    @Override
    public void lastRowAttention(EvidenceRequest.LastRowAttention request) {
        // read at the step
    }

    @Override
    public void layerPeek(EvidenceRequest.LayerPeek request) {
        // read at the step
    }

    @Override
    public void textAttention(EvidenceRequest.TextAttention request) {
        // read at the step
    }

    @Override
    public void crossAttention(EvidenceRequest.CrossAttention request) {
        throw noCrossAttention("of the step");
    }

    static UnsupportedModelException noCrossAttention(String strategy) {
        return new UnsupportedModelException("The pruning strategy '" + strategy
                + "' needs cross-attention, which this model does not have: its image tokens stand in the prompt; use"
                + " glimpse, or a strategy by the attention of the prompt");
    }

    @Override
    public void imageRows(EvidenceRequest.ImageRows request) {
        // rows of the tower are there in any case
    }

    @Override
    public void enteredRows(EvidenceRequest.EnteredRows request) {
        // rows of the tower are there in any case
    }

    @Override
    public void textRows(EvidenceRequest.TextRows request) {
        // read at the step
    }

    @Override
    public void towerCls(EvidenceRequest.TowerCls request) {
        Set<Integer> blocks =
                switch (request.heads()) {
                    case EACH -> cls;
                    case JOINED -> joinedCls;
                };
        blocks.add(tower.block(request.block()));
    }

    @Override
    public void towerReceived(EvidenceRequest.TowerReceived request) {
        Set<Integer> blocks =
                switch (request.from()) {
                    case ALL -> received;
                    case OTHER_PATCHES -> receivedFromOthers;
                };
        blocks.add(tower.block(request.block()));
    }

    @Override
    public void towerKeys(EvidenceRequest.TowerKeys request) {
        keys.add(tower.block(request.block()));
    }

    @Override
    public void pixels(EvidenceRequest.Pixels request) {
        // read at the step
    }

    /** The forms in which attention of a decoder layer is wanted; none if it is not. */
    Set<ScoreForm> attentionForms(int layer) {
        return attentionForms.getOrDefault(layer, Set.of());
    }

    /** What is wanted of the tower. */
    TowerTaps towerTaps() {
        return new TowerTaps(towerLayers, cls, received, keys, joinedCls, receivedFromOthers);
    }
}
