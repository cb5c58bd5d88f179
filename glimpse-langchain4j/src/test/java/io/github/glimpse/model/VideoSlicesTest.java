package io.github.glimpse.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.github.glimpse.InvalidImageException;
import io.github.glimpse.ModelFilesException;
import io.github.glimpse.image.ImageGrid;
import io.github.glimpse.image.PatchPlan;
import io.github.glimpse.image.TokenUnit;
import io.github.glimpse.image.VideoTimes;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class VideoSlicesTest {

    private static final ImageGrid GRID = new ImageGrid(4, 6, 14, 2);

    @Test
    void theLastSliceIsFilledUpByTheLastFrame() {
        VideoSlices slices = new VideoSlices(new VideoTimes(List.of(0, 10, 21, 31, 42), 30, 43), 2);

        assertThat(slices.count()).isEqualTo(3);
        assertThat(slices.frames(1)).containsExactly(2, 3);
        assertThat(slices.frames(2)).containsExactly(4, 4);
        assertThat(slices.seconds(2)).isEqualTo(1.4);
    }

    @Test
    void aSliceOfOneFrameHasItsTime() {
        VideoSlices slices = new VideoSlices(new VideoTimes(List.of(0, 24, 1500), 24, 1512), 1);

        assertThat(slices.units(new PatchPlan(GRID, 84, 56, 0, 0, 28, 28)))
                .extracting(TokenUnit::slice, TokenUnit::seconds)
                .containsExactly(tuple(0, 0.0), tuple(1, 1.0), tuple(2, 62.5));
    }

    @Test
    void positionsAreCutToWholeNumbersBehindTheProduct() {
        VideoSlices slices = new VideoSlices(new VideoTimes(List.of(0, 9, 18, 27, 36, 45), 24, 54), 2);

        assertThat(slices.secondsPerSlice()).isEqualTo(0.75);
        assertThat(slices.run(GRID, 2 * slices.secondsPerSlice()).times()).containsExactly(0L, 1L, 3L);
        assertThat(slices.run(GRID, 1).times()).containsExactly(0L, 1L, 2L);
    }

    @Test
    void secondsPerSliceGoByTheFramesThatWereGivenBeforeTheLastIsDoubled() {
        VideoSlices slices = new VideoSlices(new VideoTimes(List.of(0, 10, 21, 31, 42), 30, 43), 2);

        assertThat((float) slices.secondsPerSlice()).isEqualTo(0.5733333f);
    }

    @Test
    void aSliceDueAtAWholePositionGetsItInSpiteOfRounding() {
        VideoSlices slices = new VideoSlices(new VideoTimes(List.of(0, 12, 24), 24, 36), 1);

        assertThat(slices.run(GRID, 1 - 1e-9).times()).containsExactly(0L, 1L, 2L);
        assertThat(slices.run(GRID, 1 - 1e-3).times()).containsExactly(0L, 0L, 1L);
    }

    @Test
    void theNewlineBehindAllFramesIsNoPatch() {
        TokenRun run = new VideoSlices(new VideoTimes(List.of(0, 12, 24), 24, 36), 1)
                .run(GRID, 0)
                .withNewlineBehind();

        assertThat(run.rows()).isEqualTo(3 * 6 + 1);
        assertThat(run.newlines()).containsExactly(18);
        assertThat(run.withNewlineBehind().newlines()).containsExactly(18, 19);
    }

    @Test
    void refusesStepsThatLeadNowhere() {
        VideoSlices slices = new VideoSlices(new VideoTimes(List.of(0, 12), 24, 36), 1);

        for (double step : new double[] {Double.NaN, -1, Double.POSITIVE_INFINITY, 2e9}) {
            assertThatThrownBy(() -> slices.run(GRID, step))
                    .isInstanceOf(ModelFilesException.class)
                    .hasMessageContaining(String.valueOf(step))
                    .hasMessageContaining("tokens_per_second");
        }
        assertThatThrownBy(() -> new VideoSlices(slices.times(), 0))
                .isInstanceOf(ModelFilesException.class)
                .hasMessageContaining("temporal_patch_size");
    }

    @Test
    void stampsHaveOneDecimalHalvesOfTheExactValueToTheEvenDigit() {
        VideoSlices slices = new VideoSlices(new VideoTimes(List.of(0, 1, 2, 3), 10, 4), 2);

        assertThat(VideoText.stamped(slices, "[v]")).isEqualTo("<0.1 seconds>[v]<0.2 seconds>[v]");
    }

    @Test
    void captionsCountFramesInWordsAndTellTheirMinuteAndSecond() {
        VideoTimes times = new VideoTimes(List.of(0, 24, 1500), 24, 1512);

        assertThat(VideoText.captioned(times, "[v]")).isEqualTo("""
                        You are provided the following series of three frames from a 0:01:03 [H:MM:SS] video.

                        Frame from 00:00:[v]
                        Frame from 00:01:[v]
                        Frame from 01:02:[v]

                        """);
    }

    @Test
    void captionsHaveWordsUpToNineHundredAndNinetyNineFramesAndTimesBeyondADay() {
        assertThat(words(1)).isEqualTo("one");
        assertThat(words(13)).isEqualTo("thirteen");
        assertThat(words(20)).isEqualTo("twenty");
        assertThat(words(64)).isEqualTo("sixty-four");
        assertThat(words(100)).isEqualTo("one hundred");
        assertThat(words(999)).isEqualTo("nine hundred ninety-nine");
        assertThatThrownBy(() -> words(1000))
                .isInstanceOf(InvalidImageException.class)
                .hasMessageContaining("1000 frames")
                .hasMessageContaining("999");
        assertThat(VideoText.captioned(new VideoTimes(List.of(90_000), 1, 90_061), "|"))
                .contains("from a 1 day, 1:01:01 [H:MM:SS]", "Frame from 1500:00:|");
    }

    private static String words(int frames) {
        VideoTimes times = new VideoTimes(IntStream.range(0, frames).boxed().toList(), 30, frames);
        String text = VideoText.captioned(times, "");
        return text.substring("You are provided the following series of ".length(), text.indexOf(" frames from a"));
    }
}
