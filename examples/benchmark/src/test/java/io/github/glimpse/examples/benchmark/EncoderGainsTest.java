package io.github.glimpse.examples.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** A cut's gain stands beside the one that its operations let expect. */
class EncoderGainsTest {

    private static final String CUT = "tower" + EncoderPrinter.CUT + "after block 3";

    @Test
    void aGainIsGivenAsAShareOfTheComputedOne() {
        EncoderGains gains = new EncoderGains(List.of(
                seconds("tower", 196, 1.0),
                seconds("tower", 196, 2.0),
                seconds(CUT, 98, 0.7),
                seconds(CUT, 98, 1.5),
                computed(1),
                computed(2)));

        assertThat(gains.table())
                .contains("| float32 | " + CUT
                        + " | 98 of 196 | 1000.0, 1500.0 ms | 700.0, 1100.0 ms | 30.0, 26.7 % | 40.0 % | 75, 67 % |")
                .hasLineCount(3);
    }

    @Test
    void anotherModelsTimesAreLeftOut() {
        EncoderGains gains = new EncoderGains(List.of(
                seconds("tower", 196, 1.0), seconds("other: tower", 196, 9.0), seconds(CUT, 98, 0.6), computed(1)));

        assertThat(gains.table()).contains("| 40.0, 40.0 % | 40.0 % | 100, 100 % |");
    }

    private static Measurement seconds(String item, int kept, double value) {
        return new Measurement("glimpse", item, "float32", 196, kept, value, "s", 1);
    }

    private static Measurement computed(int round) {
        return new Measurement("glimpse", CUT, "float32", 196, 98, 0.6, EncoderPrinter.OPERATIONS, round);
    }
}
