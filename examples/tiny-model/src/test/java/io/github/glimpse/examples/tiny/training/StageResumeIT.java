package io.github.glimpse.examples.tiny.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A stage learns within seconds, and goes on from its checkpoint with the same curve. */
@Tag("training")
class StageResumeIT {

    private static final int STEPS = 40;

    @Test
    void learnsAndGoesOnWithTheSameCurve(@TempDir Path folder) throws IOException {
        Path whole = folder.resolve("whole");
        train(whole);
        List<String> rows = Files.readAllLines(whole.resolve("curve.csv"));
        assertThat(rows).hasSize(STEPS + 1);
        assertThat(loss(rows.get(1))).isGreaterThan(10);
        assertThat(rows.subList(STEPS - 4, STEPS + 1))
                .allSatisfy(row -> assertThat(loss(row)).isLessThan(7));

        Path killed = Files.createDirectories(folder.resolve("killed"));
        String checkpoint = "checkpoint-000000030.safetensors";
        Files.copy(whole.resolve(checkpoint), killed.resolve(checkpoint));
        // As a process leaves them that was killed in its 33rd step.
        Files.write(killed.resolve("curve.csv"), rows.subList(0, 33));
        train(killed);

        assertThat(Files.readAllLines(killed.resolve("curve.csv"))).isEqualTo(rows);
        assertThat(killed.resolve(RunFolder.WEIGHTS)).hasSameBinaryContentAs(whole.resolve(RunFolder.WEIGHTS));
    }

    private static void train(Path folder) {
        Train.main(new String[] {
            "vision", folder.toString(), "--steps=" + STEPS, "--checkpoint-every=10", "--validate-every=0"
        });
    }

    private static double loss(String row) {
        return Double.parseDouble(row.split(",", 3)[1]);
    }
}
