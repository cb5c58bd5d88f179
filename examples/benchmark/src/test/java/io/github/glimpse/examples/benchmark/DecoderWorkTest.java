package io.github.glimpse.examples.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/** The operations that a cut saves follow from the sizes. */
class DecoderWorkTest {

    @Test
    void nothingDroppedSavesNothing() {
        assertThat(work().shareLeft(640, 0, 24)).isEqualTo(1.0);
    }

    @Test
    void withoutAttentionTheShareIsThatOfLayersAndRows() {
        DecoderWork work = new DecoderWork(36, 77_000_000, 0, 0);
        assertThat(work.shareLeft(640, 320, 24)).isCloseTo(24 / 36.0 + 12 / 36.0 / 2, within(1e-12));
    }

    @Test
    void attentionSavesMoreThanTheShareOfRows() {
        assertThat(work().shareLeft(640, 320, 24)).isLessThan(24 / 36.0 + 12 / 36.0 / 2);
    }

    private static DecoderWork work() {
        return new DecoderWork(36, 77_000_000, 2048, 0);
    }
}
