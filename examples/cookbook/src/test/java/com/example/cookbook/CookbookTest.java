package com.example.cookbook;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every Java block of the cookbook stands in a class of this module, which the build compiles and tests. */
class CookbookTest {

    private static final Path ROOT = Path.of(System.getProperty("glimpse.basedir", "../.."));
    private static final Path GUIDE = ROOT.resolve("docs/guide/cookbook.md");
    private static final Path SOURCES = ROOT.resolve("examples/cookbook/src");
    private static final Pattern BLOCK = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

    @Test
    void everyJavaBlockIsCodeThatIsCompiledAndTested() throws IOException {
        List<String> blocks = BLOCK.matcher(Files.readString(GUIDE))
                .results()
                .map(match -> match.group(1))
                .toList();
        List<String> sources;
        try (Stream<Path> files = Files.walk(SOURCES)) {
            sources = files.filter(file -> file.toString().endsWith(".java"))
                    .map(CookbookTest::read)
                    .toList();
        }

        assertThat(blocks).hasSizeGreaterThan(8).allSatisfy(block -> assertThat(sources)
                .as("a source that contains:%n%s", block)
                .anyMatch(source -> source.contains(block)));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
