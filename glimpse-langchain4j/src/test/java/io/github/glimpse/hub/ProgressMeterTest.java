package io.github.glimpse.hub;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProgressMeterTest {

    private final List<DownloadProgress> told = new ArrayList<>();
    private long now = 1_000;
    private final ProgressMeter meter = new ProgressMeter("a/b", told::add, () -> now);

    @Test
    void countsOverFilesAndWithWhatWasThere() {
        meter.expect(1_000);
        meter.begin("one", 400);
        meter.present(100);
        receive(300, Duration.ofSeconds(1));
        meter.end();
        meter.begin("two", 600);
        receive(200, Duration.ofSeconds(1));

        assertThat(last()).isEqualTo(new DownloadProgress("a/b", "two", 200, 600, 600, 1_000, 250));
        assertThat(last().ratio()).isEqualTo(0.6);
        assertThat(last().remaining()).contains(Duration.ofSeconds(1));

        meter.restart();
        receive(100, Duration.ofSeconds(1));
        assertThat(last().fileBytes()).isEqualTo(100);
        assertThat(last().bytes()).isEqualTo(500);
    }

    @Test
    void countsAFileThatAnotherProcessFetchedAsDone() {
        meter.expect(400);
        meter.begin("one", 400);
        meter.end();

        assertThat(last()).isEqualTo(new DownloadProgress("a/b", "one", 400, 400, 400, 400, 0));
        assertThat(last().remaining()).isEmpty();
    }

    @Test
    void tellsAFewTimesASecondOnly() {
        meter.expect(1_000);
        meter.begin("one", 1_000);
        for (int i = 0; i < 1_000; i++) {
            receive(1, Duration.ofMillis(1));
        }

        assertThat(told).hasSize(5);
    }

    @Test
    void takesTheSpeedOfTheLastSeconds() {
        meter.expect(1L << 40);
        meter.begin("one", 1L << 40);
        for (int i = 0; i < 100; i++) {
            receive(1_000, Duration.ofSeconds(1));
        }
        for (int i = 0; i < 30; i++) {
            receive(5_000, Duration.ofSeconds(1));
        }

        assertThat(last().bytesPerSecond()).isEqualTo(5_000);
    }

    @Test
    void saysNothingAboutTimeWhenNothingArrives() {
        DownloadProgress progress = new DownloadProgress("a/b", "f", 0, 10, 0, 10, 0);

        assertThat(ProgressMeter.line(progress)).isEqualTo("a/b: 0 % (0 B of 10 B), 0 B/s");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            3200000000 | 7500000000 | 85100000 | a/b: 42 % (3.2 GB of 7.5 GB), 85.1 MB/s, 50 s left
            0          | 7500000000 | 1000000  | a/b: 0 % (0 B of 7.5 GB), 1.0 MB/s, 2 h 5 min left
            0          | 7500000000 | 100000   | a/b: 0 % (0 B of 7.5 GB), 100.0 kB/s, 20 h 50 min left
            999        | 1000       | 999      | a/b: 99 % (999 B of 1.0 kB), 999 B/s, 0 s left
            """)
    void writesLinesThatPeopleRead(long bytes, long total, long rate, String line) {
        assertThat(ProgressMeter.line(new DownloadProgress("a/b", "f", 0, total, bytes, total, rate)))
                .isEqualTo(line);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0 B",
        "999, 999 B",
        "1000, 1.0 kB",
        "999949, 999.9 kB",
        "999999, 1.0 MB",
        "4000000000000000, 4000.0 TB"
    })
    void writesBytesInDecimalUnits(long count, String text) {
        assertThat(ProgressMeter.bytes(count)).isEqualTo(text);
    }

    private void receive(long bytes, Duration later) {
        now += later.toNanos();
        meter.received(bytes);
    }

    private DownloadProgress last() {
        return told.get(told.size() - 1);
    }
}
