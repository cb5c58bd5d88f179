package io.github.glimpse.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The Dockerfile, the script that carries it out without an engine, and the build that makes the jar fit each other. */
class DockerfileTest {

    private static final Path MODULE =
            Path.of(System.getProperty("glimpse.basedir", "../.."), "examples", "quickstart");

    @Test
    void theScriptReadsTheDockerfileAndKnowsEachOfItsInstructions() throws IOException {
        String script = Files.readString(MODULE.resolve("image-without-docker"));

        assertThat(script).contains("done <\"$here/Dockerfile\"");
        assertThat(instructions()).isNotEmpty().allSatisfy(line -> assertThat(script)
                .contains("    " + line.substring(0, line.indexOf(' ')) + ") "));
    }

    @Test
    void theImageTakesTheRunnableJarAndTheContextHoldsNothingElse() throws IOException {
        String jar = "target/quickstart.jar";

        assertThat(Files.readString(MODULE.resolve("pom.xml"))).contains("<finalName>quickstart</finalName>");
        assertThat(instructions())
                .filteredOn(line -> line.startsWith("COPY ") && !line.contains("--from="))
                .singleElement()
                .asString()
                .startsWith("COPY " + jar + " ");
        assertThat(Files.readAllLines(MODULE.resolve(".dockerignore")))
                .contains("*")
                .endsWith("!" + jar);
    }

    @Test
    void theContainerRunsWithoutRootOnWhatWasUnpackedAndArchived() throws IOException {
        List<String> lines = instructions();

        assertThat(lines.subList(lines.size() - 2, lines.size()))
                .satisfiesExactly(
                        user -> assertThat(user).matches("USER [1-9]\\d*:[1-9]\\d*"),
                        start -> assertThat(start).startsWith("ENTRYPOINT [\"java\", \"-XX:SharedArchiveFile="));
        assertThat(lines).contains("COPY --from=unpacked /build/djl/ djl/", "ENV DJL_CACHE_DIR=/application/djl");
    }

    private static List<String> instructions() throws IOException {
        return Files.readAllLines(MODULE.resolve("Dockerfile")).stream()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .toList();
    }
}
