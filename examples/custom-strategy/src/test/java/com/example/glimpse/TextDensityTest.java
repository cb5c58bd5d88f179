package com.example.glimpse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class TextDensityTest {

    private static final float[] GREY = {0.3f, 0.3f, 0.3f, 0.3f, 0.3f, 0.3f, 0.3f, 0.3f, 0.3f};
    private static final float[] ORANGE = {1, 0.6f, 0, 1, 0.6f, 0, 1, 0.6f, 0};
    private static final float[] BLACK_AND_WHITE = {0, 0, 0, 1, 1, 1, 0, 0, 0, 1, 1, 1};
    private static final float[] BLUE_ON_BLACK = {0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1};

    @Test
    void isNothingWhereThereIsOneColour() {
        assertThat(TextDensity.of(GREY, 1)).containsExactly(0);
        assertThat(TextDensity.of(ORANGE, 1)).containsExactly(0);
    }

    @Test
    void isHalfForBlackAndWhite() {
        assertThat(TextDensity.of(BLACK_AND_WHITE, 1)[0]).isEqualTo(0.5f, within(1e-6f));
    }

    @Test
    void seesPrintOfASingleColour() {
        assertThat(TextDensity.of(BLUE_ON_BLACK, 1)[0]).isEqualTo(0.5f, within(1e-6f));
    }

    @Test
    void looksAtEachTokenForItself() {
        float[] two = new float[24];
        System.arraycopy(BLACK_AND_WHITE, 0, two, 0, 12);
        Arrays.fill(two, 12, 24, 1);

        assertThat(TextDensity.of(two, 2)).containsExactly(0.5f, 0);
    }
}
