package com.example.tests.commands;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.glimpse.testing.TestCategory;
import io.github.glimpse.testing.Thorough;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Start commands of the examples' READMEs and of the guides. The first command of a page runs as printed, in a copy of the
 * sources and with Maven offline, or is listed here with the reason why it does not.
 */
class DocumentedCommandsTest {

    private static final Path ROOT = Path.of(System.getProperty("glimpse.basedir", ".."))
            .toAbsolutePath()
            .normalize();
    private static final Path REPOSITORY = Path.of(System.getProperty(
            "localRepository",
            Path.of(System.getProperty("user.home"), ".m2", "repository").toString()));
    private static final int LIMIT_MINUTES = 15;
    private static final int LAST_LINES = 40;

    private static final Pattern COMMANDS = Pattern.compile("(?ms)^ *```(?:shell|sh|bash)?\\R"
            + "( *(?:mvn|java|curl|docker|unzip|python3?|tar|\\./|examples/)[ a-z./-].*?)^ *```");
    private static final Pattern START = Pattern.compile("(?<!test-)compile exec:|spring-boot:run");

    private static final List<Run> RUN = List.of(
            Run.ending("examples/agent/README.md", "  says "),
            Run.ending("examples/custom-strategy/README.md", "overlay.png"),
            Run.ending("examples/document-rag/README.md", "page="),
            Run.until("examples/evaluate/README.md", " answers/s, "),
            Run.ending("examples/extract/README.md", "records.csv"),
            Run.until("examples/playground/README.md", "The page is at http"),
            Run.ending("examples/spark-index/README.md", "Indexed   1 rows, 1 of them now, 0 with an error"),
            Run.ending("examples/tiny-model/README.md", "BUILD SUCCESS"),
            Run.until("docs/guide/openai.md", "Started OpenAiServer"));

    private static final Map<String, String> NOT_RUN = Map.ofEntries(
            Map.entry("examples/gpu-check/README.md", "needs Python's torch and a GPU"),
            Map.entry("examples/verify-model/README.md", "needs Python and a released model"),
            Map.entry("docs/guide/agents.md", "measures: MaskSpeedTest and FormSpeedIT"),
            Map.entry("docs/guide/cookbook.md", "needs an application of the reader"),
            Map.entry("docs/guide/deployment.md", "needs an application of the reader"),
            Map.entry("docs/guide/documents.md", "evaluates for an hour"),
            Map.entry("docs/guide/embedding.md", "needs fixtures of the reader"),
            Map.entry("docs/guide/evaluation.md", "needs a released model"),
            Map.entry(
                    "docs/guide/first-application.md",
                    "installs into the local repository; FreshApplicationIT builds it"),
            Map.entry("docs/guide/gpu.md", "needs a GPU"),
            Map.entry("docs/guide/models.md", "needs an application of the reader"),
            Map.entry("docs/guide/performance.md", "measures for hours"),
            Map.entry("docs/guide/pgvector.md", "fetches PostgreSQL and needs Python"),
            Map.entry("docs/guide/playground.md", "has the command of examples/playground/README.md"),
            Map.entry("docs/guide/pruning.md", "needs a released model"),
            Map.entry("docs/guide/training.md", "needs Python"));

    /**
     * First command of a page.
     *
     * @param line part of a line that it prints
     * @param ends whether it ends by itself with status 0; else it is ended after that line
     */
    record Run(String page, String line, boolean ends) {

        static Run ending(String page, String line) {
            return new Run(page, line, true);
        }

        static Run until(String page, String line) {
            return new Run(page, line, false);
        }
    }

    @TempDir
    private static Path temp;

    private static Path copy = Path.of("");

    @Test
    void eachPageWithCommandsIsRunOrListedWithAReason() throws IOException {
        List<String> known = new ArrayList<>(NOT_RUN.keySet());
        RUN.forEach(run -> known.add(run.page()));

        assertThat(pages().keySet()).containsExactlyInAnyOrderElementsOf(known);
    }

    @Test
    void startCommandsCompileNoTestsAndShowProgress() throws IOException {
        List<String> all = pages().values().stream()
                .flatMap(List::stream)
                .filter(command -> command.startsWith("mvn "))
                .toList();

        assertThat(all).filteredOn(START.asPredicate()).hasSizeGreaterThan(10).allSatisfy(command -> {
            assertThat(command).contains(" -Dquick ");
            if (!command.matches("(?s).*[>|].*")) {
                assertThat(command)
                        .as("-q hides minutes of downloads")
                        .doesNotContain(" -q ", " --no-transfer-progress ");
            }
        });
    }

    static List<Run> runs() {
        return RUN;
    }

    @ParameterizedTest
    @MethodSource("runs")
    @Thorough
    @TestCategory.Soak(minutes = 3)
    void theFirstCommandOfAPageRunsAsPrinted(Run run) throws Exception {
        String command = requireNonNull(pages().get(run.page()), run.page()).get(0);
        assertThat(command).as("writes to the local repository").doesNotContain(" install");
        assumeTrue(
                !command.contains("-Pspark")
                        || Files.isDirectory(REPOSITORY.resolve("org/apache/spark/spark-sql_2.13")),
                "Spark (270 MB) is not in the local repository: mvn -Dquick -Pspark -pl examples/spark-index -am"
                        + " compile");
        ProcessBuilder builder = new ProcessBuilder("sh", "-c", command)
                .directory(sources().toFile())
                .redirectErrorStream(true)
                .redirectInput(Path.of("/dev/null").toFile());
        builder.environment().put("SERVER_PORT", "0");
        Process process = builder.start();
        CompletableFuture.delayedExecutor(LIMIT_MINUTES, TimeUnit.MINUTES).execute(() -> end(process));
        Deque<String> last = new ArrayDeque<>();
        boolean printed = false;
        try (BufferedReader output = process.inputReader()) {
            for (String text = output.readLine(); text != null; text = output.readLine()) {
                printed |= text.contains(run.line());
                last.add(text);
                if (last.size() > LAST_LINES) {
                    last.remove();
                }
                if (printed && !run.ends()) {
                    break;
                }
            }
            if (run.ends()) {
                assertThat(process.waitFor())
                        .as("%s%n%s", command, String.join("\n", last))
                        .isZero();
            }
        } finally {
            end(process);
        }
        assertThat(printed)
                .as("'%s' of %s%n%s", run.line(), command, String.join("\n", last))
                .isTrue();
    }

    private static void end(Process process) {
        process.descendants().forEach(ProcessHandle::destroy);
        process.destroy();
    }

    /** Commands by page, in their order; a command that goes on after a backslash is one line. */
    private static Map<String, List<String>> pages() throws IOException {
        Map<String, List<String>> pages = new TreeMap<>();
        try (Stream<Path> readmes = Files.list(ROOT.resolve("examples"));
                Stream<Path> guides = Files.list(ROOT.resolve("docs/guide"))) {
            Stream.concat(readmes.map(example -> example.resolve("README.md")), guides)
                    .filter(Files::isRegularFile)
                    .forEach(page -> {
                        List<String> commands = commands(page);
                        if (!commands.isEmpty()) {
                            pages.put(ROOT.relativize(page).toString().replace('\\', '/'), commands);
                        }
                    });
        }
        return pages;
    }

    private static List<String> commands(Path page) {
        List<String> commands = new ArrayList<>();
        try {
            Matcher block = COMMANDS.matcher(Files.readString(page));
            while (block.find()) {
                block.group(1)
                        .replaceAll("\\\\\\R\\s*", "")
                        .lines()
                        .map(String::strip)
                        .forEach(commands::add);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return commands;
    }

    /** A copy of the sources without build outputs, made once, in which Maven is offline. */
    private static Path sources() throws IOException {
        Path to = temp.resolve("glimpse");
        if (copy.equals(to)) {
            return to;
        }
        try (Stream<Path> files = Files.walk(ROOT)) {
            for (Path file : (Iterable<Path>) files.filter(DocumentedCommandsTest::isSource)::iterator) {
                Path target = to.resolve(ROOT.relativize(file).toString());
                Files.createDirectories(requireNonNull(target.getParent()));
                Files.copy(file, target, StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
        Files.createDirectories(to.resolve(".mvn"));
        Files.writeString(to.resolve(".mvn/maven.config"), "--offline\n-Dmaven.repo.local=" + REPOSITORY + "\n");
        copy = to;
        return to;
    }

    private static boolean isSource(Path file) {
        for (Path part : ROOT.relativize(file)) {
            if (List.of("target", ".git", "run").contains(part.toString())) {
                return false;
            }
        }
        return Files.isRegularFile(file);
    }
}
