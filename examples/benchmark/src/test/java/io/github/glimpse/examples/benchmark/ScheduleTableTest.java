package io.github.glimpse.examples.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.examples.benchmark.ScheduleTable.Clock;
import io.github.glimpse.examples.benchmark.ScheduleTable.Item;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Computed and measured time stand side by side, each beside the unpruned run of its round. */
class ScheduleTableTest {

    private final List<Measurement> measurements = new ArrayList<>();

    @Test
    void computesFromTheOperationsOfEachPart() {
        // 1 s of reading and the rest, 10 s of tower, 20 s of prefill
        add("unpruned", 1, 31, 10, 20, 0, 4e12, 8e12, 1_000);
        // Half the tower and a quarter of the decoder: 1 + 5 + 5 of 31 s. It took 12.1 s, a tenth more.
        add("pool", 1, 12.1, 5, 5.5, 0.1, 2e12, 2e12, 250);

        assertThat(new ScheduleTable(measurements, Clock.WALL).text())
                .contains(
                        "| unpruned | 1296 | 1000 | 31.00 s | 10.00 s | 20.00 s | 0 ms | 0.0 % | 0.0 MB | 4.00, 8.00 |"
                                + " 1.00 | 100.0 % | 100.0 % | +0.0 % |")
                .contains("| pool | 1296 | 250 | 12.10 s | 5.00 s | 5.50 s | 100 ms | 0.5 % | 0.0 MB | 2.00, 2.00 |"
                        + " 2.56 | 35.5 % | 39.0 % | +10.0 % |");
    }

    @Test
    void comparesWithTheSameRoundAndTakesTheMiddle() {
        add("unpruned", 1, 10, 4, 5, 0, 1, 1, 1_000);
        add("unpruned", 2, 20, 8, 10, 0, 1, 1, 1_000);
        add("unpruned", 3, 40, 16, 20, 0, 1, 1, 1_000);
        add("none", 1, 10, 4, 5, 0, 1, 1, 1_000);
        add("none", 2, 22, 8, 10, 0, 1, 1, 1_000);
        add("none", 3, 40, 16, 20, 0, 1, 1, 1_000);
        // without an unpruned run beside it, a round says nothing
        add("none", 4, 99, 16, 20, 0, 1, 1, 1_000);

        assertThat(new ScheduleTable(measurements, Clock.WALL).text())
                .contains("| none |", "| 1.00 | 100.0 % | 100.0 % | +0.0 % |");
    }

    @Test
    void eachClockHasItsOwnTimes() {
        add("unpruned", 1, 10, 4, 5, 0, 1, 1, 1_000);
        for (Item item : List.of(Item.FIRST_TOKEN, Item.VISION, Item.PREFILL, Item.CHOOSING)) {
            measurements.add(
                    new Measurement("unpruned", item.label(Clock.THREAD), "bfloat16", 1296, 1000, 2.5, "s", 1));
        }

        assertThat(new ScheduleTable(measurements, Clock.WALL).text()).contains("| 10.00 s | 4.00 s | 5.00 s |");
        assertThat(new ScheduleTable(measurements, Clock.THREAD).text()).contains("| 2.50 s | 2.50 s | 2.50 s |");
    }

    private void add(
            String schedule,
            int round,
            double firstToken,
            double vision,
            double prefill,
            double choosing,
            double tower,
            double decoder,
            int kept) {
        add(schedule, round, kept, Item.FIRST_TOKEN, firstToken);
        add(schedule, round, kept, Item.VISION, vision);
        add(schedule, round, kept, Item.PREFILL, prefill);
        add(schedule, round, kept, Item.CHOOSING, choosing);
        add(schedule, round, kept, Item.TOWER_OPERATIONS, tower);
        add(schedule, round, kept, Item.DECODER_OPERATIONS, decoder);
        add(schedule, round, kept, Item.CACHE, kept);
    }

    private void add(String schedule, int round, int kept, Item item, double value) {
        measurements.add(new Measurement(schedule, item.label(Clock.WALL), "bfloat16", 1296, kept, value, "s", round));
    }
}
