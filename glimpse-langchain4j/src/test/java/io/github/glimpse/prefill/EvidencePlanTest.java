package io.github.glimpse.prefill;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.nn.DecoderStack.ScoreForm;
import io.github.glimpse.nn.TowerAbilities;
import io.github.glimpse.nn.TowerReadout;
import io.github.glimpse.prune.EvidenceRequest;
import io.github.glimpse.prune.EvidenceRequest.ProbeAttention;
import io.github.glimpse.prune.EvidenceRequest.TowerReceived;
import io.github.glimpse.prune.EvidenceRequest.VisionTaps;
import io.github.glimpse.prune.EvidenceStrategy;
import io.github.glimpse.prune.GuardOptions;
import io.github.glimpse.prune.KvForm;
import io.github.glimpse.prune.PositionForm;
import io.github.glimpse.prune.PruningPoint;
import io.github.glimpse.prune.PruningPoint.Stage;
import io.github.glimpse.prune.PruningSchedule;
import io.github.glimpse.prune.PruningSchedule.Cut;
import io.github.glimpse.prune.SelectionGuard;
import io.github.glimpse.prune.TokenBounds;
import io.github.glimpse.prune.TokenBudget;
import io.github.glimpse.prune.TokenSelection;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What is collected on the way is what the cuts will read, each value once. Needs no native library. */
class EvidencePlanTest {

    private static final TowerAbilities TOWER = new TowerAbilities(true, 6, Set.of(1, 3, 5), 4);

    private static Cut cut(PruningPoint at, EvidenceRequest... needs) {
        EvidenceStrategy strategy = EvidenceStrategy.named("mine", at)
                .places("", Stage.values())
                .needs(needs)
                .choosing((evidence, budget) -> TokenSelection.all(1));
        return new Cut(at, "mine", strategy, new TokenBudget(TokenBounds.unset(), null));
    }

    private static EvidencePlan plan(Cut... cuts) {
        return EvidencePlan.of(
                new PruningSchedule(
                        List.of(cuts), KvForm.UNIFORM, PositionForm.ORIGINAL, new SelectionGuard(GuardOptions.unset())),
                TOWER);
    }

    private static TowerReadout readout(EvidenceRequest part) {
        return Objects.requireNonNull(part.inTower(TOWER));
    }

    @Test
    void nothingIsCollectedForNoCuts() {
        assertThat(plan()).isEqualTo(new EvidencePlan(Set.of(), Set.of()));
    }

    @Test
    void severalLayersOfOneRequestAreCollectedOneByOneAndOnceForAllCuts() {
        VisionTaps both = new VisionTaps(List.of(2, 4));
        VisionTaps one = new VisionTaps(List.of(4));

        EvidencePlan plan = plan(cut(PruningPoint.vision(), both), cut(PruningPoint.afterLayers(2), one));

        assertThat(plan.tower())
                .containsExactlyInAnyOrderElementsOf(
                        both.parts().stream().map(EvidencePlanTest::readout).toList())
                .hasSize(2);
        assertThat(plan.probes()).isEmpty();
    }

    @Test
    void attentionOfAProbeIsReadLayerByLayerInTheDecoder() {
        ProbeAttention probe = new ProbeAttention(List.of(1, 2), ScoreForm.LOGITS);

        EvidencePlan plan = plan(cut(PruningPoint.afterLayers(3), probe));

        assertThat(plan.tower()).isEmpty();
        assertThat(plan.probes())
                .containsExactlyInAnyOrder(
                        new ProbeAttention(List.of(1), ScoreForm.LOGITS),
                        new ProbeAttention(List.of(2), ScoreForm.LOGITS));
    }

    @Test
    void whatACutInsideTheTowerReadsIsReadForItAlone() {
        TowerReceived received = new TowerReceived(1);

        assertThat(plan(cut(PruningPoint.insideTower(2), received)).tower()).isEmpty();
        assertThat(plan(cut(PruningPoint.vision(), received)).tower()).containsExactly(readout(received));
    }

    @Test
    void whatAStepReadsWhenItsTurnComesIsNotCollected() {
        EvidencePlan plan = plan(cut(
                PruningPoint.afterLayers(2), new EvidenceRequest.LastRowAttention(), new EvidenceRequest.ImageRows()));

        assertThat(plan).isEqualTo(new EvidencePlan(Set.of(), Set.of()));
    }
}
