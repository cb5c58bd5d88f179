package io.github.glimpse.prefill;

import io.github.glimpse.nn.TowerAbilities;
import io.github.glimpse.nn.TowerReadout;
import io.github.glimpse.prune.EvidenceRequest;
import io.github.glimpse.prune.EvidenceRequest.ProbeAttention;
import io.github.glimpse.prune.PruningPoint.Stage;
import io.github.glimpse.prune.PruningSchedule;
import io.github.glimpse.prune.PruningSchedule.Cut;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * What has to be collected on the way for the cuts of a schedule. What a step can read when its turn comes, such as the attention
 * of the layer before, is not noted here.
 *
 * @param tower what is wanted of the tower
 * @param probes attention of single layers, read when they have run
 */
public record EvidencePlan(Set<TowerReadout> tower, Set<ProbeAttention> probes) {

    public static EvidencePlan of(PruningSchedule schedule, TowerAbilities abilities) {
        Set<TowerReadout> tower = new LinkedHashSet<>();
        Set<ProbeAttention> probes = new LinkedHashSet<>();
        for (Cut cut : schedule.cuts()) {
            // What cuts inside the tower read is read for them alone.
            for (EvidenceRequest need : cut.at().stage() == Stage.TOWER
                    ? Set.<EvidenceRequest>of()
                    : cut.strategy().needs(cut.at())) {
                for (EvidenceRequest part : need.parts()) {
                    TowerReadout readout = part.inTower(abilities);
                    if (readout != null) {
                        tower.add(readout);
                    } else if (part instanceof ProbeAttention probe) {
                        probes.add(probe);
                    }
                }
            }
        }
        return new EvidencePlan(tower, probes);
    }
}
