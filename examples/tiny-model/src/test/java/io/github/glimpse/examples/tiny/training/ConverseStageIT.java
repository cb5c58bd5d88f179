package io.github.glimpse.examples.tiny.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConverseStageIT {

    private static final int STEPS = 8;

    @Test
    void learnsAndGoesOnWithTheSameCurve(@TempDir Path folder) throws IOException {
        Path whole = folder.resolve("whole");
        train(whole);
        List<String> rows = Files.readAllLines(whole.resolve("curve.csv"));
        assertThat(rows).hasSize(STEPS + 1);
        // Who guesses among all pieces pays ln(3000) = 8.0 for a word, and more for where it is to look.
        assertThat(loss(rows.get(1))).isGreaterThan(10);
        assertThat(loss(rows.get(STEPS))).isLessThan(10);

        Path killed = Files.createDirectories(folder.resolve("killed"));
        String checkpoint = "checkpoint-000000004.safetensors";
        Files.copy(whole.resolve(checkpoint), killed.resolve(checkpoint));
        Files.write(killed.resolve("curve.csv"), rows.subList(0, 6));
        train(killed);

        assertThat(Files.readAllLines(killed.resolve("curve.csv"))).isEqualTo(rows);
        assertThat(killed.resolve(RunFolder.WEIGHTS)).hasSameBinaryContentAs(whole.resolve(RunFolder.WEIGHTS));
    }

    private static void train(Path folder) {
        Train.main(new String[] {
            "converse", folder.toString(), "--steps=" + STEPS, "--checkpoint-every=4", "--validate-every=0"
        });
    }

    private static double loss(String row) {
        return Double.parseDouble(row.split(",", 3)[1]);
    }
}
