package io.github.glimpse.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class Int8ReportTest {

    private static Int8Report.Seen seen(int token, Set<Integer> kept, float... row) {
        return new Int8Report.Seen(List.of(new float[] {3, 4}, row), token, kept);
    }

    @Test
    void aLayersErrorIsTheLengthOfTheDifferenceOfAllPicturesAsAShare() {
        Int8Report report = Int8Report.of(
                List.of(seen(7, Set.of(1, 2, 3), 0, 11), seen(8, Set.of(1, 2), 10, 1)),
                List.of(seen(7, Set.of(1, 2, 3), 0, 10), seen(9, Set.of(2, 3), 10, 0)),
                Int8Limits.defaults());

        assertThat(report.pictures()).isEqualTo(2);
        assertThat(report.layerErrors()).hasSize(2).startsWith(0.0);
        assertThat(report.worstError()).isCloseTo(Math.sqrt(2.0 / 200), within(1e-12));
        assertThat(report.agreement()).isEqualTo(0.5);
        assertThat(report.leastOverlap()).isCloseTo(1 / 3.0, within(1e-12));
        assertThat(report.overlap()).isCloseTo(2 / 3.0, within(1e-12));
    }

    @Test
    void whatIsBeyondTheLimitsIsSaidWithItsLayerAndBothFigures() {
        Int8Report report = new Int8Report(4, List.of(0.01, 0.5, 0.1), 1, 0.5, 0.2, Int8Limits.defaults());

        assertThat(report.warnings())
                .containsExactly(
                        "weights of 8 bits change the rows of layer 1 by 50 % (the limit is 25 %); use glimpse.weights=auto,"
                                + " or raise glimpse.int8.max-layer-error if answers are as good",
                        "with weights of 8 bits other image tokens stay: overlap 0.50 (the limit is 0.60); use"
                                + " glimpse.weights=auto, or lower glimpse.int8.min-overlap if answers are as good");
    }

    @Test
    void otherLimitsWarnOfOtherThings() {
        List<Double> errors = List.of(0.01, 0.5, 0.1);

        assertThat(new Int8Report(4, errors, 1, 0.5, 0.2, new Int8Limits(0.5, 0.5)).warnings())
                .isEmpty();
        assertThat(new Int8Report(4, errors, 1, 0.5, 0.2, new Int8Limits(0.5, 0.55)).warnings())
                .singleElement()
                .asString()
                .contains("overlap 0.50 (the limit is 0.55)");
        assertThat(new Int8Report(4, errors, 1, 0.5, 0.2, new Int8Limits(0.4, 0)).warnings())
                .singleElement()
                .asString()
                .contains("layer 1 by 50 % (the limit is 40 %)");
    }

    @Test
    void limitsThatAreNoneAreRefusedByNameAndValue() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Int8Limits(Double.NaN, 0.5))
                .withMessageContaining("max-layer-error is NaN");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Int8Limits(-0.1, 0.5))
                .withMessageContaining("max-layer-error is -0.1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Int8Limits(0.1, 1.01))
                .withMessageContaining("min-overlap is 1.01");
    }

    @Test
    void rowsThatAreNoNumbersAreBeyondTheLimit() {
        assertThat(new Int8Report(4, List.of(0.1, Double.NaN), 1, 1, 1, Int8Limits.defaults()).warnings())
                .hasSize(1);
    }

    @Test
    void withinTheLimitsNothingIsSaidAndWithoutPruningNothingDiffers() {
        Int8Report.Seen one = seen(1, Set.of(), 1, 0);

        Int8Report report = Int8Report.of(List.of(one), List.of(one), Int8Limits.defaults());

        assertThat(report.overlap()).isEqualTo(1);
        assertThat(report.warnings()).isEmpty();
    }

    @Test
    void columnsThatStayAreFewAndClearlyLargerThanTheMiddleOne() {
        float[] peaks = new float[64];
        java.util.Arrays.fill(peaks, 1);
        peaks[9] = 30;
        peaks[3] = 20;
        peaks[60] = 1.9f;

        assertThat(Int8Plan.large(peaks)).containsExactly(3, 9);
        for (int i = 10; i < 30; i++) {
            peaks[i] = 10 + i;
        }
        assertThat(Int8Plan.large(peaks)).containsExactly(26, 27, 28, 29);
    }
}
