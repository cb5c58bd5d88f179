package io.github.glimpse.examples.tiny.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.engine.TorchRuntime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A few steps with few pictures: the loss falls, and a stage that was killed goes on with the same curve. */
@Tag("training")
class ClipStageIT {

    private static final int STEPS = 40;
    private static final int BATCH = 16;

    @Test
    void learnsAndGoesOnWithTheSameCurve(@TempDir Path folder) throws IOException {
        Path whole = folder.resolve("whole");
        train(whole);
        List<String> rows = Files.readAllLines(whole.resolve("curve.csv"));
        assertThat(rows).hasSize(STEPS + 1);
        // Who guesses pays ln(16) = 2.77.
        assertThat(loss(rows.get(1))).isGreaterThan(2.6);
        assertThat(rows.subList(STEPS - 7, STEPS + 1).stream()
                        .mapToDouble(ClipStageIT::loss)
                        .average()
                        .orElseThrow())
                .isLessThan(2.6);

        Path killed = Files.createDirectories(folder.resolve("killed"));
        String checkpoint = "checkpoint-000000030.safetensors";
        Files.copy(whole.resolve(checkpoint), killed.resolve(checkpoint));
        Files.write(killed.resolve("curve.csv"), rows.subList(0, 33));
        train(killed);

        assertThat(Files.readAllLines(killed.resolve("curve.csv"))).isEqualTo(rows);
        assertThat(killed.resolve(RunFolder.WEIGHTS)).hasSameBinaryContentAs(whole.resolve(RunFolder.WEIGHTS));
    }

    private static void train(Path folder) {
        StageOptions options = StageOptions.parse(
                folder, List.of("--checkpoint-every=10", "--validate-every=20", "--precision=float"), STEPS, 1.5e-3);
        try (TorchRuntime runtime =
                        TorchRuntime.start(new RuntimeOptions("cpu", 1, RuntimeOptions.NativeDownload.FORBIDDEN));
                ClipStage stage = new ClipStage(runtime, options, BATCH)) {
            stage.train(runtime);
        }
    }

    private static double loss(String row) {
        return Double.parseDouble(row.split(",", 3)[1]);
    }
}
