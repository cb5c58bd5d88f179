package io.github.glimpse.embedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.glimpse.NonFiniteNumbersException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class PatchPruningTest {

    private static final PatchCut HALF = PatchCut.of("50 %", 0.5);

    private static PatchSchedule.Step step(double ratio, PatchCut.Form form) {
        return new PatchSchedule.Step(2, new PatchCut("50 %", PatchEvidence.CLS, ratio, 0.5, form));
    }

    @Test
    void countsOfTheWholePictureAndEvitOfWhatIsLeft() {
        PatchSchedule schedule = new PatchSchedule(PatchPruning.none(), List.of());

        assertThat(schedule.kept(step(0.5, PatchCut.Form.DROP), 49, 40)).isEqualTo(24);
        assertThat(schedule.kept(step(0.7, PatchCut.Form.EVIT), 64, 64)).isEqualTo(45);
        assertThat(schedule.kept(step(0.7, PatchCut.Form.EVIT_FUSED), 64, 10)).isEqualTo(7);
        assertThat(schedule.kept(step(0.9, PatchCut.Form.DROP), 64, 10)).isEqualTo(10);
        assertThat(schedule.kept(step(0.001, PatchCut.Form.DROP), 64, 64)).isEqualTo(1);
    }

    @Test
    void theLowerPatchWinsATie() {
        assertThat(PatchSchedule.best(new float[] {1, 3, 2, 3, 2}, 3, PatchEvidence.CLS))
                .containsExactly(1, 2, 3);
        assertThat(PatchSchedule.best(new float[] {-0f, 0f, 0f}, 1, PatchEvidence.CLS))
                .containsExactly(0);
    }

    @Test
    void aScoreThatIsNoNumberNamesItsEvidence() {
        assertThatThrownBy(() -> PatchSchedule.best(new float[] {1, Float.NaN}, 1, PatchEvidence.RECEIVED))
                .isInstanceOf(NonFiniteNumbersException.class)
                .hasMessageContaining("'received'")
                .hasMessageContaining("patch 1 of 2");
    }

    @Test
    void theLabelTellsSettingsApart() {
        assertThat(PatchPruning.none().label()).isEqualTo("none");
        assertThat(PatchPruning.of(HALF, PatchCut.of("layer 9", PatchEvidence.RECEIVED, 0.25))
                        .label())
                .isEqualTo("50 % cls 0.5, layer 9 received 0.25");
        PatchCut mixed = new PatchCut("50 %", PatchEvidence.MIXED, 0.5, 0.3, PatchCut.Form.DROP);
        assertThat(new PatchPruning(List.of(mixed), 4, PatchPruning.TextUse.EACH).label())
                .isEqualTo("50 % mixed 0.3 0.5, at least 4, each text");
        PatchCut fused = new PatchCut("50 %", PatchEvidence.CLS, 0.5, 0.5, PatchCut.Form.EVIT_FUSED);
        assertThat(PatchPruning.of(fused).label()).isEqualTo("50 % cls 0.5 EVIT_FUSED");
    }

    @Test
    void refusesNumbersOutOfTheirRange() {
        for (double ratio : new double[] {0, -1, 1.1, Double.NaN}) {
            assertThatThrownBy(() -> PatchCut.of("50 %", ratio))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("retention-ratio");
        }
        assertThatThrownBy(() -> new PatchCut("50 %", PatchEvidence.MIXED, 0.5, Double.NaN, PatchCut.Form.DROP))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("text-share");
        assertThatThrownBy(() -> new PatchCut("50 %", PatchEvidence.TEXT, 0.5, 0.5, PatchCut.Form.EVIT))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new PatchPruning(List.of(HALF), 0, PatchPruning.TextUse.JOINT))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("min-patches");
        assertThatThrownBy(() -> PatchEvidence.of("luck"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("cls, received, text or mixed");
    }

    @Test
    void optionsRefuseAPruningThatNeedsTexts() {
        assertThatThrownBy(() -> EmbeddingOptions.builder(Path.of("model"))
                        .pruning(PatchPruning.of(PatchCut.of("50 %", PatchEvidence.TEXT, 0.5)))
                        .build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("match()");
        assertThatThrownBy(() ->
                        EmbeddingOptions.builder(Path.of("model")).batchSize(0).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("batch-size");
    }
}
