package io.github.glimpse.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.glimpse.InvalidImageException;
import io.github.glimpse.ModelFilesException;
import io.github.glimpse.image.FrameSampling.Spacing;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the entries of {@code VideoRulesTest} do not reach. */
class FrameSamplingTest {

    // With i * (total - 1) / (count - 1) in one go these would be 26, 28, 32 and 478; the reference computes the step
    // first.
    @ParameterizedTest
    @CsvSource({"52, 43, 21, 25", "58, 27, 13, 29", "64, 27, 13, 31", "639, 53, 39, 479"})
    void theStepToTheLastFrameIsComputedFirst(int total, int count, int number, int index) {
        VideoTimes times = new FrameSampling(Spacing.TO_LAST_FRAME, 2, count, count).of(total, 24);

        assertThat(times.count()).isEqualTo(count);
        assertThat(times.indices().get(number)).isEqualTo(index);
        assertThat(times.indices().get(count - 1)).isEqualTo(total - 1);
    }

    // Products of float32 give 29 for the second; the reference's list of the others is one longer than its count.
    @ParameterizedTest
    @CsvSource({"60, 22, 21, 57", "60, 58, 29, 30", "18, 10, 9, 16"})
    void pairsAreTakenInWholeNumbersAndEndAtTheirCount(int total, int count, int number, int index) {
        VideoTimes times = new FrameSampling(Spacing.IN_PAIRS, 2, count, count).of(total, 24);

        assertThat(times.count()).isEqualTo(count);
        assertThat(times.indices().get(number)).isEqualTo(index);
    }

    @Test
    void theStepBetweenTheEndsIsComputedFirst() {
        VideoTimes times = new FrameSampling(Spacing.WITHOUT_ENDS, 7.5, 1, 64).of(31, 10);

        assertThat(times.count()).isEqualTo(23);
        assertThat(times.indices().get(11)).isEqualTo(14); // 15 otherwise
    }

    @Test
    void framesThatWouldBeTakenTwiceAreTakenOnce() {
        VideoTimes times = new FrameSampling(Spacing.WITHOUT_ENDS, 4, 1, 64).of(5, 2);

        assertThat(times.indices()).containsExactly(0, 1, 2, 3, 4);
    }

    @Test
    void aLongVideoThatHasNothingBetweenItsFirstAndLastSecondIsTakenWhole() {
        assertThat(new FrameSampling(Spacing.WITHOUT_ENDS, 0.01, 1, 1)
                        .of(5, 2.4)
                        .indices())
                .containsExactly(0);
        assertThat(new FrameSampling(Spacing.WITHOUT_ENDS, 0.5, 1, 2)
                        .of(12, 1e-3)
                        .indices())
                .containsExactly(0, 11);
    }

    @Test
    void aVideoOfOneFrameIsThatFrameExceptWherePairsAreTaken() {
        assertThat(new FrameSampling(Spacing.TO_LAST_FRAME, 2, 4, 768).of(1, 24).indices())
                .containsExactly(0);
        assertThat(new FrameSampling(Spacing.WITHOUT_ENDS, 1, 1, 64).of(1, 24).indices())
                .containsExactly(0);
        FrameSampling pairs = new FrameSampling(Spacing.IN_PAIRS, 2, 4, 768);
        assertThatThrownBy(() -> pairs.of(1, 24))
                .isInstanceOf(InvalidImageException.class)
                .hasMessageContaining("has 1 frames")
                .hasMessageContaining("at least 2")
                .hasMessageContaining("as an image");
    }

    @Test
    void refusesAVideoTooShortForAPairAtItsRate() {
        FrameSampling sampling = new FrameSampling(Spacing.IN_PAIRS, 0.5, 1, 768);

        assertThatThrownBy(() -> sampling.of(30, 30))
                .isInstanceOf(InvalidImageException.class)
                .hasMessageContaining("has 30 frames, of which 1 would be taken")
                .hasMessageContaining("min_frames");
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, -24, Double.NaN, Double.POSITIVE_INFINITY, 1e-300})
    void refusesASourceWithoutARateThatCanBe(double rate) {
        FrameSampling sampling = new FrameSampling(Spacing.TO_LAST_FRAME, 2, 4, 768);

        assertThatThrownBy(() -> sampling.of(72, rate))
                .isInstanceOf(InvalidImageException.class)
                .hasMessageContaining(String.valueOf(rate))
                .hasMessageContaining("say the rate of the source");
    }

    @ParameterizedTest
    @EnumSource(Spacing.class)
    void refusesASourceWithoutFramesAndTakesTheLongest(Spacing spacing) {
        FrameSampling sampling = new FrameSampling(spacing, 2, 4, 768);

        assertThatThrownBy(() -> sampling.of(0, 24))
                .isInstanceOf(InvalidImageException.class)
                .hasMessageContaining("has 0 frames");
        assertThat(sampling.of(Integer.MAX_VALUE, 240).count()).isEqualTo(768);
        assertThat(sampling.of(Integer.MAX_VALUE, Double.MAX_VALUE).count()).isEqualTo(4);
    }

    @Test
    void refusesNumbersThatDoNotDo() {
        assertThatThrownBy(() -> new FrameSampling(Spacing.TO_LAST_FRAME, 0, 4, 768))
                .isInstanceOf(ModelFilesException.class)
                .hasMessageContaining("\"fps\": 0.0");
        assertThatThrownBy(() -> new FrameSampling(Spacing.TO_LAST_FRAME, Double.NaN, 4, 768))
                .isInstanceOf(ModelFilesException.class);
        assertThatThrownBy(() -> new FrameSampling(Spacing.TO_LAST_FRAME, 2, 5, 4))
                .isInstanceOf(ModelFilesException.class)
                .hasMessageContaining("\"min_frames\": 5, but it must be 1 to 4");
        assertThatThrownBy(() -> new FrameSampling(Spacing.IN_PAIRS, 2, 1, 1))
                .isInstanceOf(ModelFilesException.class)
                .hasMessageContaining("\"max_frames\": 1, but it must be 2 to 65536");
        assertThatThrownBy(() -> new FrameSampling(Spacing.WITHOUT_ENDS, 2, 1, 1_000_000_000))
                .isInstanceOf(ModelFilesException.class);
    }
}
