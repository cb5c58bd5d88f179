package io.github.glimpse.generate;

import io.github.glimpse.nn.DecoderStack.ScoreForm;
import io.github.glimpse.prune.EvidenceRequest;
import io.github.glimpse.prune.PruningSchedule;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** What has to be collected for the cuts of a schedule, sorted by where it comes from. */
final class EvidencePlan implements EvidenceRequest.Collector {

    private final Map<Integer, ScoreForm> attentionLayers = new TreeMap<>();
    private final Set<Integer> towerLayers = new TreeSet<>();

    static EvidencePlan of(PruningSchedule schedule) {
        EvidencePlan plan = new EvidencePlan();
        schedule.needs().forEach(need -> need.collect(plan));
        return plan;
    }

    @Override
    public void probeAttention(EvidenceRequest.ProbeAttention request) {
        request.layers().forEach(layer -> attentionLayers.put(layer, request.form()));
    }

    @Override
    public void visionTaps(EvidenceRequest.VisionTaps request) {
        towerLayers.addAll(request.layers());
    }

    /** Decoder layers whose attention is wanted, and in which form. */
    Map<Integer, ScoreForm> attentionLayers() {
        return attentionLayers;
    }

    /** Tower layers whose rows are wanted. */
    Set<Integer> towerLayers() {
        return towerLayers;
    }
}
