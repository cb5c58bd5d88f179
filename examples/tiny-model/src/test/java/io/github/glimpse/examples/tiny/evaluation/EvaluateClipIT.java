package io.github.glimpse.examples.tiny.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.examples.tiny.training.Train;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From nothing to a report, with a step of training. */
class EvaluateClipIT {

    @Test
    void reportsOnAFolderThatTheLibraryLoads(@TempDir Path folder) throws Exception {
        Train.main(new String[] {"clip", folder.resolve("run").toString(), "--steps=1", "--validate-every=0"});
        Train.main(new String[] {"clip-export", folder.resolve("model").toString(), "--from=" + folder.resolve("run")});
        assertThat(Files.size(folder.resolve("model/model.safetensors"))).isLessThan(5_000_000);

        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8)) {
            EvaluateClip.report(ClipOptions.parse(folder.resolve("model").toString(), "--pictures=20"), out);
        }
        List<String> lines = bytes.toString(StandardCharsets.UTF_8).lines().toList();
        assertThat(lines)
                .hasSize(2 * 7)
                .allMatch(line -> line.matches("kept=\\d+\\.\\d by=\\w+ recall@1=\\d+\\.\\d"
                        + " recall@5=\\d+\\.\\d caption@1=\\d+\\.\\d caption@5=\\d+\\.\\d n=20 faces=(seen|unseen)"));
        assertThat(lines)
                .extracting(line -> line.substring(0, line.indexOf(" recall")))
                .startsWith(
                        "kept=100.0 by=all",
                        "kept=50.0 by=cls",
                        "kept=50.0 by=random",
                        "kept=50.0 by=grid",
                        "kept=25.0 by=cls");
        assertThat(lines.get(13)).endsWith("faces=unseen");
    }
}
