package io.github.glimpse.prune.diversity;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.prune.diversity.PixelPrediction.Distance;
import io.github.glimpse.prune.diversity.PixelPrediction.Scan;
import org.junit.jupiter.api.Test;

class PixelPredictionTest {

    @Test
    void comparesWithWhatAReaderWouldSeeSoThatErrorsDoNotAddUp() {
        // Each block is near the one before it, but not near the one that stands for it.
        float[] rising = {0, 0.015f, 0.03f, 0.045f, 0.06f};

        assertThat(PixelPrediction.of(rising, 5, 5, Scan.PRED_2D, Distance.MAX, 0.02)
                        .kept())
                .containsExactly(0, 2, 4);
        assertThat(PixelPrediction.of(rising, 5, 5, Scan.RASTER, Distance.MAX, 0.02)
                        .kept())
                .containsExactly(0, 2, 4);
    }

    @Test
    void theBlockAboveLeftChoosesWithTheToleranceToo() {
        // C equals A within the tolerance and not B, so B is expected, which is what stands there.
        float[] blocks = {0.5f, 0.9f, 0.51f, 0.9f};

        assertThat(PixelPrediction.of(blocks, 4, 2, Scan.PRED_2D, Distance.MAX, 0.02)
                        .kept())
                .containsExactly(0, 1);
        assertThat(PixelPrediction.of(blocks, 4, 2, Scan.PRED_2D, Distance.MAX, 0)
                        .kept())
                .containsExactly(0, 1, 2, 3);
    }

    @Test
    void theSerpentineComesBackFromTheRight() {
        float[] blocks = {0, 0, 1, 1, 1, 1};

        assertThat(PixelPrediction.of(blocks, 6, 3, Scan.SERPENTINE, Distance.MAX, 0)
                        .kept())
                .containsExactly(0, 2);
        assertThat(PixelPrediction.of(blocks, 6, 3, Scan.RASTER, Distance.MAX, 0)
                        .kept())
                .containsExactly(0, 2);
        float[] mirrored = {0, 0, 1, 0, 0, 1};
        assertThat(PixelPrediction.of(mirrored, 6, 3, Scan.SERPENTINE, Distance.MAX, 0)
                        .kept())
                .containsExactly(0, 2, 4);
        assertThat(PixelPrediction.of(mirrored, 6, 3, Scan.RASTER, Distance.MAX, 0)
                        .kept())
                .containsExactly(0, 2, 3, 5);
    }

    @Test
    void distancesAreThoseOfTheirNames() {
        float[] blocks = {0, 0, 0, 0, 0.4f, 0, 0, 0};

        assertThat(keptAt(blocks, Distance.MAX, 0.3)).hasSize(2);
        assertThat(keptAt(blocks, Distance.MAE, 0.11)).hasSize(1);
        assertThat(keptAt(blocks, Distance.RMS, 0.19)).hasSize(2);
        assertThat(keptAt(blocks, Distance.RMS, 0.21)).hasSize(1);
    }

    private static int[] keptAt(float[] blocks, Distance distance, double threshold) {
        return PixelPrediction.of(blocks, 2, 2, Scan.PRED_2D, distance, threshold)
                .kept();
    }
}
