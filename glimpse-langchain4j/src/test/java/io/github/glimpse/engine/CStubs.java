package io.github.glimpse.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/**
 * Compiles the libraries of {@code src/test/c} into a folder. Skips the test, visibly, where there is no C compiler.
 *
 * @param folder where they go
 */
record CStubs(Path folder) {

    private static final Path SOURCES = Path.of("src/test/c");

    static CStubs in(Path folder) {
        Assumptions.assumeTrue(System.getProperty("os.name", "").equals("Linux"), "the stubs are Linux libraries");
        try {
            new ProcessBuilder("cc", "--version")
                    .redirectErrorStream(true)
                    .start()
                    .getInputStream()
                    .readAllBytes();
        } catch (IOException e) {
            Assumptions.abort("no C compiler 'cc' on the path: " + e.getMessage());
        }
        return new CStubs(folder);
    }

    Path library(String file, String source, String... more) throws IOException, InterruptedException {
        Path target = folder.resolve(file);
        List<String> command = new ArrayList<>(List.of(
                "cc",
                "-shared",
                "-fPIC",
                "-Wl,-soname," + file,
                "-o",
                target.toString(),
                SOURCES.resolve(source + ".c").toString()));
        command.addAll(List.of(more));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return target;
    }
}
