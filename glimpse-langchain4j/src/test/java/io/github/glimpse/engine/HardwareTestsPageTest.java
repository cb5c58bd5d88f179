package io.github.glimpse.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The list of hardware-dependent tests in {@code docs/lab/hardware-tests.md} against the sources of all modules. */
class HardwareTestsPageTest {

    private static final Path ROOT = Path.of(System.getProperty("glimpse.basedir", ".."));
    private static final Path PAGE = ROOT.resolve("docs/lab/hardware-tests.md");
    private static final String MAKE =
            "mvn -pl glimpse-langchain4j test -Dtest=HardwareTestsPageTest -Dglimpse.docs=write";

    private static final Pattern REQUIRED = Pattern.compile("@RequiresHardware\\((.*?)\\)", Pattern.DOTALL);
    private static final Pattern TIMED = Pattern.compile("@Tag\\(\"timing\"\\)");
    private static final Pattern FEATURE = Pattern.compile("HardwareFeature\\.(\\w+)");
    /** The next class or method after an annotation. */
    private static final Pattern DECLARED = Pattern.compile("\\b(?:class (\\w+)|void (\\w+)\\()");

    /** Hardware that is asked for where no skip names it: an assumption about what the CPU multiplies. */
    private static final Pattern ASSUMED = Pattern.compile(
            "assume\\w*\\([^;]*(?:packsBfloat16|multiplies\\w+|largestInt8|attendsTogether)\\(", Pattern.DOTALL);

    @Test
    void thePageListsTheTestsOfTheSources() throws IOException {
        String page = markdown(sources());
        if (System.getProperty("glimpse.docs", "").equals("write")) {
            Files.createDirectories(PAGE.getParent());
            Files.writeString(PAGE, page);
        }

        assertThat(PAGE)
                .as("docs/lab/hardware-tests.md is stale; make it anew by%n  %s%n", MAKE)
                .hasContent(page);
    }

    @Test
    void noTestAssumesHardwareWithoutNamingIt() throws IOException {
        assertThat(sources())
                .filteredOn(file -> ASSUMED.matcher(text(file)).find())
                .as("use @RequiresHardware, which the page lists")
                .isEmpty();
    }

    private static List<Path> sources() throws IOException {
        try (Stream<Path> files = Files.walk(ROOT)) {
            return files.filter(file -> file.toString().matches(".*[/\\\\]src[/\\\\]test[/\\\\]java[/\\\\].*\\.java"))
                    .filter(file -> !file.endsWith("HardwareTestsPageTest.java"))
                    .sorted()
                    .toList();
        }
    }

    private static String markdown(List<Path> sources) {
        List<String> lines = new ArrayList<>(List.of(
                "# Hardware-dependent tests",
                "",
                "Made by `" + MAKE + "`; the same test fails where this page is stale.",
                "",
                "A test that needs some hardware names it by `@RequiresHardware` and is skipped with its name where the machine",
                "lacks it. All other tests pass on every supported CPU. `tools/on-cpu.sh <cpu> <tests>` runs tests on an emulated CPU.",
                "",
                "| feature | found on |",
                "|---|---|"));
        Arrays.stream(HardwareFeature.values())
                .map(feature -> "| `" + feature + "` | " + feature.sentence() + " |")
                .forEach(lines::add);
        lines.addAll(List.of("", "| test | needs |", "|---|---|"));
        sources.stream().flatMap(file -> annotated(file, REQUIRED)).forEach(lines::add);
        lines.addAll(List.of(
                "",
                "## Measures of time",
                "",
                "Tests tagged `timing` assert a wall-clock or CPU time and need an idle machine. The default build leaves them out.",
                ""));
        sources.stream().flatMap(file -> annotated(file, TIMED)).forEach(lines::add);
        return String.join("\n", lines) + "\n";
    }

    /** A line for each annotated class or method of a file. */
    private static Stream<String> annotated(Path file, Pattern annotation) {
        String source = text(file);
        String type = file.getFileName().toString().replace(".java", "");
        List<String> lines = new ArrayList<>();
        for (Matcher found = annotation.matcher(source); found.find(); ) {
            Matcher declared = DECLARED.matcher(source);
            assertThat(declared.find(found.end()))
                    .as("a declaration after " + found.group())
                    .isTrue();
            String name = declared.group(1) == null ? type + "." + declared.group(2) : declared.group(1);
            lines.add(
                    found.groupCount() == 0
                            ? "- `" + name + "`"
                            : "| `" + name + "` | "
                                    + FEATURE.matcher(found.group(1))
                                            .results()
                                            .map(feature -> "`" + feature.group(1) + "`")
                                            .collect(Collectors.joining(", "))
                                    + " |");
        }
        return lines.stream();
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
