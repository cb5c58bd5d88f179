package io.github.glimpse.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class RasterImageTest {

    @Test
    void comparesPixels() {
        RasterImage image = new RasterImage(1, 2, new byte[] {1, 2, 3, 4, 5, 6});
        assertThat(image).isEqualTo(new RasterImage(1, 2, new byte[] {1, 2, 3, 4, 5, 6}));
        assertThat(image).hasSameHashCodeAs(new RasterImage(1, 2, new byte[] {1, 2, 3, 4, 5, 6}));
        assertThat(image).isNotEqualTo(new RasterImage(2, 1, new byte[] {1, 2, 3, 4, 5, 6}));
        assertThat(image).isNotEqualTo(new RasterImage(1, 2, new byte[] {1, 2, 3, 4, 5, 7}));
        assertThat(image).hasToString("RasterImage[1 x 2]");
    }

    @Test
    void refusesArraysOfAnotherLength() {
        assertThatThrownBy(() -> new RasterImage(2, 2, new byte[11]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("12 bytes, not 11");
        assertThatThrownBy(() -> new RasterImage(0, 2, new byte[0])).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new RasterImage(1 << 16, 1 << 16, new byte[0]))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void limitsAreChecked() {
        assertThat(ImageLimits.defaults().maxBytes()).isEqualTo(20_000_000);
        assertThat(ImageLimits.defaults().maxPixels()).isEqualTo(50_000_000);
        assertThatThrownBy(() -> new ImageLimits(0, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new ImageLimits(1, 1_000_000_000)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void scalesLevelsInFloatAsTheReferenceDoes() {
        PixelScale scale = new PixelScale(1 / 255.0, List.of(0.5, 0.0, 0.25), List.of(0.5, 1.0, 2.0));
        assertThat(scale.value(0, (byte) 255)).isEqualTo(1f);
        assertThat(scale.value(0, (byte) 0)).isEqualTo(-1f);
        assertThat(scale.value(1, (byte) 128)).isEqualTo((float) (128 / 255.0));
        assertThat(scale.value(2, (byte) 200)).isEqualTo(((float) (200 * (1 / 255.0)) - 0.25f) / 2f);
        assertThatThrownBy(() -> new PixelScale(1, List.of(0.0), List.of(1.0, 1.0, 1.0)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new PixelScale(1, List.of(0.0, 0.0, 0.0), List.of(1.0, 0.0, 1.0)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
