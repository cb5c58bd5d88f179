package io.github.glimpse.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** All compute texts of the library read as a paper does: weights and types by name, operators and slices as in Python. */
class ComputeTextsTest {

    private static final Path TEXTS = Path.of("src/main/resources/io/github/glimpse");

    /** A test asks this method for products with and without it, whatever the machine. */
    private static final String WIDENED = "def widened_linear(";

    private static final Pattern WEIGHT_BY_PLACE = Pattern.compile("\\b(w|weights|layer|norm|projection)\\[\\d+]");
    private static final Pattern TYPE_BY_NUMBER = Pattern.compile(
            "dtype ?=?= ?\\d|\\.to\\(\\d|torch\\.to\\(.*, (4|5|6|7|11|15)[,)]|torch\\.device\\([^)]*\\), \\d");
    private static final Pattern FUNCTION_FOR_AN_OPERATOR = Pattern.compile(
            "torch\\.(gt|ge|lt|le|eq|ne|floordiv|matmul|narrow|select|slice|append)\\(|annotate\\(List");

    @Test
    void weightsAreNamed() {
        assertThat(linesWith(WEIGHT_BY_PLACE)).isEmpty();
    }

    @Test
    void typesAreNamed() {
        assertThat(linesWith(TYPE_BY_NUMBER)).isEmpty();
    }

    @Test
    void operatorsAndSlicesAreThoseOfPython() {
        assertThat(linesWith(FUNCTION_FOR_AN_OPERATOR)).isEmpty();
    }

    @Test
    void whatTheMachineCanIsAskedAndNotHandedThrough() {
        assertThat(linesWith(Pattern.compile("widen_from: int")))
                .allMatch(line -> line.contains(WIDENED))
                .hasSize(1);
    }

    private static List<String> linesWith(Pattern unwanted) {
        try (Stream<Path> files = Files.walk(TEXTS)) {
            List<Path> texts =
                    files.filter(file -> file.toString().endsWith(".torch")).toList();
            assertThat(texts).hasSizeGreaterThan(20);
            return texts.stream()
                    .flatMap(file -> lines(file).stream()
                            .filter(line -> !line.strip().startsWith("#"))
                            .filter(line -> unwanted.matcher(line).find())
                            .map(line -> file.getFileName() + ": " + line))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
