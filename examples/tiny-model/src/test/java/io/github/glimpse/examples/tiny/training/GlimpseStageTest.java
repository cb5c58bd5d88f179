package io.github.glimpse.examples.tiny.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.examples.tiny.drawing.QuestionKind;
import io.github.glimpse.examples.tiny.drawing.Split;
import io.github.glimpse.train.GlimpseSample;
import java.util.List;
import org.junit.jupiter.api.Test;

class GlimpseStageTest {

    private static final int COUNT = 60;

    @Test
    void questionsInVainTeachToKeepNothing() {
        List<GlimpseSample> inVain = GlimpseStage.samples(Split.TRAIN, 0, COUNT, 1, question -> true).stream()
                .filter(sample -> sample.dataset().equals(QuestionKind.UNANSWERABLE.label()))
                .toList();

        assertThat(inVain).hasSizeBetween(COUNT / 10, COUNT / 2).allMatch(sample -> sample.boxes()
                .isEmpty());
    }

    @Test
    void theThresholdIsChosenOnEvidenceAlone() {
        assertThat(GlimpseStage.samples(Split.VALIDATION, 0, COUNT, 1, GlimpseStage::hasEvidence))
                .hasSize(COUNT)
                .noneMatch(sample -> sample.boxes().isEmpty());
    }
}
