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
        List<GlimpseSample> inVain = new DrawingLessons(1)
                .samples(Split.TRAIN, 0, COUNT, false).stream()
                        .filter(sample -> sample.dataset().equals(QuestionKind.UNANSWERABLE.label()))
                        .toList();

        assertThat(inVain).hasSizeBetween(COUNT / 10, COUNT / 2).allMatch(sample -> sample.boxes()
                .isEmpty());
    }

    @Test
    void theThresholdIsChosenOnEvidenceAlone() {
        assertThat(new DrawingLessons(1).samples(Split.VALIDATION, 0, COUNT, true))
                .hasSize(COUNT)
                .noneMatch(sample -> sample.boxes().isEmpty());
    }
}
