package io.github.glimpse.examples.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.engine.HardwareFeature;
import io.github.glimpse.engine.RequiresHardware;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WeighingTest {

    @TempDir
    private Path folder;

    @Test
    @RequiresHardware(HardwareFeature.INT8)
    void bothFormatsAnswerAndTheModelIsDeleted() throws IOException {
        int code = Weighing.commandLine()
                .execute(
                        "--shape=tiny",
                        "--layers=4",
                        "--tokens=16",
                        "--output-tokens=3",
                        "--rounds=1",
                        "--out=" + folder);

        assertThat(code).isZero();
        assertThat(Files.readString(folder.resolve("table.md")))
                .contains("| decoding, ms a token |", "| prefill, ms |", "| tower, ms |", "| resident, MB |");
        assertThat(folder.resolve("qwen2.5-vl-tiny-4-layers")).doesNotExist();
    }
}
