package io.github.glimpse.examples.tiny.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.engine.SafetensorsFile;
import io.github.glimpse.engine.StoredType;
import io.github.glimpse.engine.TensorEntry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("training")
class PagesStageIT {

    private static final int STEPS = 6;

    @Test
    void goesOnWithTheSameCurve(@TempDir Path folder) throws IOException {
        Path whole = folder.resolve("whole");
        train(whole);
        List<String> rows = Files.readAllLines(whole.resolve("curve.csv"));
        assertThat(rows).hasSize(STEPS + 1);

        Path killed = Files.createDirectories(folder.resolve("killed"));
        String checkpoint = "checkpoint-000000003.safetensors";
        Files.copy(whole.resolve(checkpoint), killed.resolve(checkpoint));
        Files.write(killed.resolve("curve.csv"), rows.subList(0, 5));
        train(killed);

        assertThat(Files.readAllLines(killed.resolve("curve.csv"))).isEqualTo(rows);
        assertThat(killed.resolve(RunFolder.WEIGHTS)).hasSameBinaryContentAs(whole.resolve(RunFolder.WEIGHTS));
        Path kept = folder.resolve("kept");
        Train.main(new String[] {"keep", kept.toString(), "--from=" + whole});
        Map<String, TensorEntry> all =
                SafetensorsFile.open(whole.resolve(RunFolder.WEIGHTS)).entries();
        Map<String, TensorEntry> handedOn =
                SafetensorsFile.open(kept.resolve(RunFolder.WEIGHTS)).entries();
        assertThat(handedOn).containsOnlyKeys(all.keySet()).allSatisfy((name, entry) -> assertThat(entry.type())
                .isEqualTo(StoredType.BF16));
        // A checkpoint has the optimiser's memory, and the same weights.
        Files.delete(whole.resolve(RunFolder.WEIGHTS));
        Path again = folder.resolve("again");
        Train.main(new String[] {"keep", again.toString(), "--from=" + whole});
        assertThat(again.resolve(RunFolder.WEIGHTS)).hasSameBinaryContentAs(kept.resolve(RunFolder.WEIGHTS));
    }

    private static void train(Path folder) {
        Train.main(new String[] {
            "pages", folder.toString(), "--steps=" + STEPS, "--checkpoint-every=3", "--validate-every=0"
        });
    }
}
