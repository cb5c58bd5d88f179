package io.github.glimpse.documents;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.testing.OwnProcess;
import io.github.glimpse.testing.Sample;
import io.github.glimpse.testing.TestCategory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Hostile files, read by a process that writes PDFBox's and our log to its error stream: every twelfth, or all of them
 * in the thorough profile and with {@code -Dglimpse.hostile.pdfs=2000}.
 */
@TestCategory.Hostile
class PdfAttacksTest {

    private static final int STEP = Integer.getInteger("glimpse.hostile.pdfs", Sample.count(0, 1_000)) < 1_000 ? 12 : 1;
    private static final long SECONDS = 500;
    private static final int MAX_LOG_BYTES = 20_000;

    @TempDir
    private Path folder;

    private List<String> read(String... arguments) throws IOException, InterruptedException {
        return OwnProcess.lines(PdfAttackReader.class, SECONDS, folder, arguments);
    }

    private String log() throws IOException {
        return Files.readString(folder.resolve("errors.txt"), StandardCharsets.UTF_8);
    }

    private void assertThatTheLogIsBoundedAndOurs() throws IOException {
        assertThat(Files.size(folder.resolve("errors.txt"))).isLessThan(MAX_LOG_BYTES);
        assertThat(log().replace("\n", "")).doesNotContainPattern("\\p{Cntrl}");
        assertThat(log().lines())
                .allMatch(line -> line.contains("operators of '") && line.endsWith("pages may be incomplete"));
    }

    @Test
    void operatorsThatFailAreOneLineOfLogWithoutStackTrace() throws IOException, InterruptedException {
        List<String> lines = read("20000", "failing-operators");

        assertThat(lines).first().asString().startsWith("failing-operators: BROKEN");
        assertThat(log().lines()).hasSize(1);
        assertThatTheLogIsBoundedAndOurs();
    }

    @Test
    void namesInAFileForgeNoLineOfLog() throws IOException, InterruptedException {
        read(
                "20000",
                "forging-font",
                "forging-operator",
                "forging-error",
                "forging-encryption",
                "control-characters",
                "title");

        assertThat(log()).doesNotContain("forged");
        assertThatTheLogIsBoundedAndOurs();
    }

    @Test
    void moreEndlessPagesThanPlacesLeaveNothingRunning() throws IOException, InterruptedException {
        List<String> endless = Collections.nCopies(9, "endless-mesh");

        List<String> lines =
                read(Stream.concat(Stream.of("500"), endless.stream()).toArray(String[]::new));

        assertThat(lines.subList(0, 9)).allMatch(line -> line.endsWith(": TOO_SLOW TOO_SLOW"));
        assertThat(lines.subList(9, 11)).containsExactly("good: read read", "still running: 0 threads, 0 processes");
    }

    @Test
    void everyFileEndsInAPageOrATypedErrorAndLeavesNothingRunning() throws IOException, InterruptedException {
        List<String> names = List.copyOf(PdfAttacks.all().keySet());
        List<String> arguments = new ArrayList<>(List.of("700"));
        for (int file = 0; file < names.size(); file += STEP) {
            arguments.add(names.get(file));
        }

        List<String> lines = read(arguments.toArray(String[]::new));

        assertThat(lines).hasSize(arguments.size() - 1 + 2);
        assertThat(lines).endsWith("good: read read", "still running: 0 threads, 0 processes");
        assertThatTheLogIsBoundedAndOurs();
    }
}
