package io.github.glimpse.examples.tiny.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ThresholdTableTest {

    @Test
    void choosesTheSmallestLossOfThoseWithinTheBounds() {
        assertThat(ThresholdTable.chosen(List.of(
                        new ThresholdTable.Row(0.01, 96.0, 96.0, 12.1, 99.9),
                        new ThresholdTable.Row(0.10, 96.0, 95.5, 11.0, 98.0),
                        new ThresholdTable.Row(0.30, 96.0, 95.0, 9.0, 96.0),
                        new ThresholdTable.Row(0.50, 96.0, 96.0, 8.0, 94.9))))
                .isEqualTo("chosen threshold=0.100");
    }

    @Test
    void choosesTheFewestTokensOfEqualLosses() {
        assertThat(ThresholdTable.chosen(List.of(
                        new ThresholdTable.Row(0.1, 96.0, 95.5, 11.0, 98.0),
                        new ThresholdTable.Row(0.2, 96.0, 95.5, 10.0, 97.0))))
                .isEqualTo("chosen threshold=0.200");
    }

    @Test
    void saysSoIfNoneIsWithinTheBounds() {
        assertThat(ThresholdTable.chosen(List.of(new ThresholdTable.Row(0.1, 96.0, 95.5, 13.0, 98.0))))
                .isEqualTo("no threshold keeps at most 12 % of the tokens and at least 95 % of the evidence");
    }
}
