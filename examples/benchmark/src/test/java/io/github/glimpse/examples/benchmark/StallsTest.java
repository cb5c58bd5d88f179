package io.github.glimpse.examples.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StallsTest {

    @TempDir
    private Path folder;

    @Test
    void gapsStandBesideStepsAndSlicesAndTheModelIsDeleted() throws IOException {
        int code = Stalls.commandLine()
                .execute("--shape=tiny", "--layers=4", "--tokens=64", "--rounds=1", "--out=" + folder);

        assertThat(code).isZero();
        String table = Files.readString(folder.resolve("table.md"));
        assertThat(table)
                .contains(
                        "| a step of the answer alone | 21 |",
                        "| gap between tokens while a picture is prefilled |",
                        "| from a picture's cancellation to its end |")
                .containsPattern("a slice of a picture alone \\| [1-9]");
        assertThat(folder.resolve("qwen2.5-vl-tiny-4-layers")).doesNotExist();
    }

    @Test
    void aPartOfTheValuesIsNotExceeded() {
        List<Long> values = LongStream.rangeClosed(1, 20).boxed().toList();

        assertThat(Sorted.of(values).part(0.5)).isEqualTo(10);
        assertThat(Sorted.of(values).part(0.95)).isEqualTo(19);
        assertThat(Sorted.of(values).part(1)).isEqualTo(20);
        assertThat(Sorted.of(List.<Long>of()).part(0.5)).isNaN();
    }
}
