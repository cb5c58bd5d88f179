package io.github.glimpse.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The script in the repository's root, on a tree of empty files, with a Maven and a Java that only say how they were called. */
@DisabledOnOs(OS.WINDOWS)
class GlimpseScriptTest {

    private static final Path SCRIPT = Path.of(System.getProperty("glimpse.basedir", "../.."), "glimpse");
    private static final String JAR = "examples/quickstart/target/quickstart.jar";

    @TempDir
    private Path root;

    @BeforeEach
    void tree() throws IOException {
        Files.copy(SCRIPT, root.resolve("glimpse"), StandardCopyOption.COPY_ATTRIBUTES);
        for (String module : List.of("glimpse-langchain4j", "glimpse-spring-boot-starter", "examples/quickstart")) {
            Files.createDirectories(root.resolve(module).resolve("src/main"));
            Files.createFile(root.resolve(module).resolve("pom.xml"));
        }
        Files.writeString(root.resolve("pom.xml"), "<revision>1.2.3</revision>\n");
        program("java", """
                case $1 in
                  -version) echo 'openjdk version "17.0.1" 2021-10-19' >&2 ;;
                  *) for argument; do echo "java got [$argument]"; done ;;
                esac
                """);
        program("mvn", """
                echo 'Downloaded from central: https://repository/a.jar (112 MB at 17 MB/s)'
                printf 'Progress (1): 1.0/8.0 MB\\rProgress (1): 8.0 MB\\r'
                echo 'Downloaded from central: https://repository/b.jar (8.0 MB at 17 MB/s)'
                echo '[INFO] Building Glimpse 0.3.0        [1/4]'
                mkdir -p examples/quickstart/target && touch examples/quickstart/target/quickstart.jar
                echo "$@" >>calls
                """);
    }

    @Test
    void buildsOnceAndHandsEveryArgumentOn() throws Exception {
        String first = succeeded("--question=What is the order?", "--strategy=none");
        String second = succeeded("--question=And the total?");

        assertThat(first)
                .startsWith("Glimpse: building the quickstart")
                .contains("MB come from Maven Central")
                .containsPattern("built in \\d+ s, 120 MB fetched")
                .contains(
                        "java got [-XX:TieredStopAtLevel=1]",
                        "java got [-jar]",
                        "quickstart.jar]",
                        "java got [--question=What is the order?]")
                .contains("java got [--strategy=none]");
        assertThat(second).doesNotContain("building").contains("java got [--question=And the total?]");
        assertThat(calls()).hasSize(1);
        assertThat(calls().get(0)).contains("-Dquick", "-pl examples/quickstart -am package");
    }

    @Test
    void buildsAgainWhenASourceIsNewer() throws Exception {
        succeeded();
        Path source = Files.createFile(root.resolve("glimpse-langchain4j/src/main/New.java"));
        Files.setLastModifiedTime(source, FileTime.from(Instant.now().plusSeconds(5)));

        assertThat(succeeded()).contains("building the quickstart");
        assertThat(calls()).hasSize(2);
    }

    @Test
    void aFailedBuildShowsMavensErrorsAndIsTriedAgain() throws Exception {
        program("mvn", "echo '[INFO] fine'; echo '[ERROR] no space left'; exit 1");

        assertThat(run("--question=x").text())
                .contains("[ERROR] no space left")
                .contains("Maven failed; all it said is in")
                .doesNotContain("[INFO]")
                .doesNotContain("java got");
        assertThat(run().code()).isEqualTo(1);
        assertThat(root.resolve(JAR)).doesNotExist();
    }

    @Test
    void installsTheBomTheLibraryAndTheStarter() throws Exception {
        assertThat(succeeded("install"))
                .contains("Installed io.github.glimpse 1.2.3")
                .doesNotContain("java got");
        assertThat(calls().get(0)).endsWith("-pl glimpse-bom,glimpse-spring-boot-starter -am install");
    }

    @Test
    void anOlderJavaIsNamed() throws Exception {
        program("java", "echo 'java version \"1.8.0_401\"' >&2");

        Run run = run();

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.text()).contains("17 or later is needed; set JAVA_HOME").doesNotContain("building");
    }

    private record Run(int code, String text) {}

    private List<String> calls() throws IOException {
        return Files.readAllLines(root.resolve("calls"));
    }

    private void program(String name, String text) throws IOException {
        Path program = Files.createDirectories(root.resolve("bin")).resolve(name);
        Files.writeString(program, "#!/bin/sh\n" + text);
        assertThat(program.toFile().setExecutable(true)).isTrue();
    }

    private String succeeded(String... arguments) throws Exception {
        Run run = run(arguments);
        assertThat(run.code()).as(run.text()).isZero();
        return run.text();
    }

    private Run run(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(root.resolve("glimpse").toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("JAVA_HOME", root.toString());
        builder.environment().merge("PATH", root.resolve("bin").toString(), (path, ours) -> ours + ":" + path);
        Process process = builder.start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return new Run(process.exitValue(), text);
    }
}
