package io.github.glimpse.examples.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class BusyCoreTableTest {

    @Test
    void eachSettingIsComparedWithTheFirstOfTheSameRound() {
        List<Measurement> measurements = List.of(
                measured("default: idle, prefill", 0.010, 1),
                measured("A=1: idle, prefill", 0.020, 1),
                measured("default: idle, prefill", 0.100, 2),
                measured("A=1: idle, prefill", 0.110, 2),
                measured("default: idle, prefill", 0.040, 3),
                measured("A=1: idle, prefill", 0.060, 3));

        assertThat(new BusyCoreTable(measurements, List.of("default", "A=1")).markdown())
                .contains("| default | A=1 |")
                .contains("| idle, prefill | 40.0 (1.000) | 60.0 (1.500) |");
    }

    @Test
    void aRoundCountsByTheMedianOfItsRequests() {
        List<Measurement> measurements = List.of(
                measured("default: busy, prefill", 0.010, 1),
                measured("default: busy, prefill", 0.030, 1),
                measured("default: busy, prefill", 0.900, 1));

        assertThat(new BusyCoreTable(measurements, List.of("default")).markdown())
                .contains("| busy, prefill | 30.0 (1.000) |");
    }

    private static Measurement measured(String item, double seconds, int round) {
        return new Measurement("glimpse", item, "bfloat16", 64, 64, seconds, "s", round);
    }
}
