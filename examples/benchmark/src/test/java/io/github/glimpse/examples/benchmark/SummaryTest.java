package io.github.glimpse.examples.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** The table says least and middle value of each rival, and how the others compare with the first. */
class SummaryTest {

    @Test
    void othersAreGivenRelativeToTheFirst() {
        Summary summary = new Summary(List.of(
                measured("glimpse", 0.2), measured("glimpse", 0.1), measured("glimpse", 0.4), measured("other", 0.3)));
        assertThat(summary.table())
                .contains("| bfloat16 | decode | 600 | 600 | 100.0, 200.0 ms | 300.0, 300.0 ms | 3.00, 1.50 |");
        assertThat(summary.median("glimpse", "bfloat16", "decode", 600, 600)).isEqualTo(0.2);
        assertThat(summary.median("glimpse", "bfloat16", "decode", 600, 66)).isNaN();
    }

    @Test
    void whatOneRivalLacksStaysEmpty() {
        Summary summary = new Summary(
                List.of(measured("glimpse", 0.1), new Measurement("other", "load", "bfloat16", 0, 0, 2, "s", 1)));
        assertThat(summary.table()).contains("| bfloat16 | load |  |  | | 2.00, 2.00 s | |");
    }

    private static Measurement measured(String rival, double seconds) {
        return new Measurement(rival, "decode", "bfloat16", 600, 600, seconds, "s", 1);
    }
}
