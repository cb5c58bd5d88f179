package io.github.glimpse.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.glimpse.UnsupportedContentException;
import io.github.glimpse.image.FramePixelBudget;
import io.github.glimpse.image.FrameSampling;
import io.github.glimpse.image.ImageSize;
import io.github.glimpse.image.PixelPatches;
import io.github.glimpse.image.PixelScale;
import io.github.glimpse.image.RasterImage;
import io.github.glimpse.image.VideoTimes;
import io.github.glimpse.model.NativeMedia.SliceRows;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Videos of towers that read some frames at once. */
class NativeMediaTest {

    private static final NativeSettings SETTINGS = new NativeSettings(
            "video_preprocessor_config.json",
            2,
            2,
            2,
            16,
            64,
            new PixelScale(1, List.of(0.0, 0.0, 0.0), List.of(1.0, 1.0, 1.0)));
    private static final VideoTimes THREE = new VideoTimes(List.of(0, 4, 8), 4, 12);

    private static NativeMedia media(@Nullable MediaPlaceholder video, SliceRows rows) {
        return new NativeMedia(
                new SinglePictures(MediaPlaceholder.of(1), new NativePictures(SETTINGS)),
                video,
                SETTINGS.layout(),
                new FramePixelBudget(SETTINGS.budget(), false),
                new FrameSampling(FrameSampling.Spacing.IN_PAIRS, 2, 4, 768),
                rows);
    }

    private static RasterImage frame(int grey) {
        byte[] rgb = new byte[3 * 8 * 4];
        Arrays.fill(rgb, (byte) grey);
        return new RasterImage(8, 4, rgb);
    }

    @Test
    void aSliceIsReadWhenItIsAskedForAndTheLastFrameOfAnOddVideoIsThereTwice() {
        List<Integer> decoded = new ArrayList<>();
        IntFunction<PixelPatches> slices = media(MediaPlaceholder.of(2), SliceRows.inOneRun(video -> 1))
                .pixels(
                        number -> {
                            decoded.add(number);
                            return frame(10 * (number + 1));
                        },
                        THREE);

        assertThat(decoded).isEmpty();
        PixelPatches first = slices.apply(0);
        assertThat(decoded).containsExactly(0, 1);
        PixelPatches last = slices.apply(1);

        assertThat(decoded).containsExactly(0, 1, 2);
        assertThat(first.plan().grid().tokenCount()).isEqualTo(2);
        // a patch is channel, frame, row, column
        assertThat(Arrays.copyOf(first.values(), 8)).containsExactly(10, 10, 10, 10, 20, 20, 20, 20);
        assertThat(last.values()).containsOnly(30);
        assertThat(first.patchValues()).isEqualTo(3 * 2 * 2 * 2);
    }

    @Test
    void slicesFollowOneAnotherOrHaveTheirTimesBetweenThem() {
        ImageSize size = new ImageSize(8, 4);
        MediaPlan run = media(MediaPlaceholder.of(2), SliceRows.inOneRun(VideoSlices::secondsPerSlice))
                .plan(size, THREE);
        MediaPlan stamped =
                media(MediaPlaceholder.of(2), SliceRows.stamped("|")).plan(size, THREE);

        assertThat(run.runs()).hasSize(1);
        assertThat(run.runs().get(0).times()).containsExactly(0L, 2L);
        assertThat(run.text()).isNull();
        assertThat(run.tokens()).isEqualTo(4);
        assertThat(stamped.runs()).hasSize(2);
        assertThat(stamped.text()).isEqualTo("<0.5 seconds>|<2.0 seconds>|");
        assertThat(stamped.units()).isEqualTo(run.units());
    }

    @Test
    void aModelWhoseTemplateWritesNoVideoTakesNone() {
        assertThatThrownBy(() -> media(null, SliceRows.inOneRun(video -> 1)).plan(new ImageSize(8, 4), THREE))
                .isInstanceOf(UnsupportedContentException.class)
                .hasMessageContaining("takes no videos");
    }
}
