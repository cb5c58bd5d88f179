package io.github.glimpse.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.glimpse.InvalidImageException;
import io.github.glimpse.ModelFilesException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the entries of {@code VideoRulesTest} do not reach. */
class FrameSizesTest {

    private static final FrameSizes OF_FRAME = new FramePixelBudget(new PixelBudget(28, 3136, 602_112), false);
    private static final FrameSizes OF_VIDEO = new VideoPixelBudget(new PixelBudget(32, 4096, 786_432), false);

    static Stream<FrameSizes> all() {
        return Stream.of(OF_FRAME, OF_VIDEO, new SquareFrames(384, false), new SquareFrames(512, true));
    }

    @ParameterizedTest
    @MethodSource("all")
    void refusesVideosWithoutFrames(FrameSizes sizes) {
        assertThatThrownBy(() -> sizes.of(new ImageSize(64, 64), 0))
                .isInstanceOf(InvalidImageException.class)
                .hasMessageContaining("no frames");
    }

    @ParameterizedTest
    @MethodSource("all")
    void takesTheLongestVideo(FrameSizes sizes) {
        assertThat(sizes.of(new ImageSize(1920, 1080), Integer.MAX_VALUE)).isNotEmpty();
    }

    @Test
    void aVideoOfOneFrameRoundsToNoFramesAndSoIsEnlargedIfItHasFewPixels() {
        assertThat(OF_VIDEO.of(new ImageSize(64, 96), 1)).containsExactly(new ImageSize(64, 96));
        assertThat(OF_VIDEO.of(new ImageSize(33, 33), 1)).containsExactly(new ImageSize(64, 64));
    }

    @Test
    void refusesFramesThatAreTooLongOrFitNoArray() {
        assertThatThrownBy(() -> OF_VIDEO.of(new ImageSize(2001, 10), 4))
                .isInstanceOf(InvalidImageException.class)
                .hasMessageContaining("2001 x 10")
                .hasMessageContaining("200 times");
        FrameSizes huge = new VideoPixelBudget(new PixelBudget(32, 4096, Long.MAX_VALUE), true);
        assertThat(huge.of(new ImageSize(40_000, 40_000), 4)).containsExactly(new ImageSize(864, 864));
        FrameSizes uncapped = new VideoPixelBudget(new PixelBudget(32, 4096, Long.MAX_VALUE), false);
        assertThatThrownBy(() -> uncapped.of(new ImageSize(40_000, 40_000), 4))
                .isInstanceOf(InvalidImageException.class)
                .hasMessageContaining("the limit is 2147483639");
        assertThatThrownBy(() -> uncapped.of(new ImageSize(Integer.MAX_VALUE, Integer.MAX_VALUE), 4))
                .isInstanceOf(InvalidImageException.class);
    }

    @Test
    void squaresLoseTheShapeAtOnceOrAfterAResizeInIt() {
        ImageSize square = new ImageSize(56, 56);

        assertThat(new SquareFrames(56, false).of(new ImageSize(96, 64), 3)).containsExactly(square);
        // 56 / 1.5 = 37.3, made even
        assertThat(new SquareFrames(56, true).of(new ImageSize(96, 64), 3))
                .isEqualTo(List.of(new ImageSize(56, 38), square));
        assertThat(new SquareFrames(56, true).of(new ImageSize(64, 96), 3))
                .isEqualTo(List.of(new ImageSize(38, 56), square));
        assertThat(SquareFrames.withLongSide(new ImageSize(1000, 1), 56)).isEqualTo(new ImageSize(56, 1));
    }

    @Test
    void refusesNumbersThatDoNotDo() {
        assertThatThrownBy(() -> new SquareFrames(0, false))
                .isInstanceOf(ModelFilesException.class)
                .hasMessageContaining("squares of 0 pixels");
        assertThatThrownBy(() -> new SquareFrames(1_000_000, true)).isInstanceOf(ModelFilesException.class);
        assertThatThrownBy(() -> new PixelBudget(28, 100, 99))
                .isInstanceOf(ModelFilesException.class)
                .hasMessageContaining("100 to 99");
        assertThatThrownBy(() -> new PixelBudget(0, 1, 1)).isInstanceOf(ModelFilesException.class);
    }
}
