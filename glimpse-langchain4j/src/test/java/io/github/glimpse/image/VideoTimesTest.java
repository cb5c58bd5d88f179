package io.github.glimpse.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.glimpse.InvalidImageException;
import java.util.List;
import org.junit.jupiter.api.Test;

class VideoTimesTest {

    @Test
    void aFramesTimeIsItsIndexOverTheRateAndADoubledLastOneHasItsOwn() {
        VideoTimes times = new VideoTimes(List.of(0, 12, 24), 24, 72);

        assertThat(times.seconds(1)).isEqualTo(0.5);
        assertThat(times.seconds(3)).isEqualTo(1.0);
    }

    @Test
    void refusesARateThatIsNoneAndIndicesThatDoNotRiseOrLieOutside() {
        assertThatThrownBy(() -> new VideoTimes(List.of(0), 0, 1))
                .isInstanceOf(InvalidImageException.class)
                .hasMessageContaining("0.0 frames per second");
        assertThatThrownBy(() -> new VideoTimes(List.of(0), Double.NaN, 1)).hasMessageContaining("NaN");
        assertThatThrownBy(() -> new VideoTimes(List.of(3, 3), 2, 9))
                .hasMessageContaining("has the index 3, it must be 4 to 8");
        assertThatThrownBy(() -> new VideoTimes(List.of(9), 2, 9)).hasMessageContaining("has the index 9");
        assertThatThrownBy(() -> new VideoTimes(List.of(), 2, 9)).hasMessageContaining("no frames");
        assertThatThrownBy(() -> new VideoTimes(List.of(0), 2, 0)).hasMessageContaining("has 0 frames");
    }

    @Test
    void refusesARateByWhichAVideoWouldLastForAges() {
        assertThat(new VideoTimes(List.of(0), 1e-6, 1).duration()).isEqualTo(1e6);
        assertThatThrownBy(() -> new VideoTimes(List.of(0), 1e-300, 1))
                .isInstanceOf(InvalidImageException.class)
                .hasMessageContaining("seconds, the limit is 1000000000")
                .hasMessageContaining("say the rate");
    }
}
