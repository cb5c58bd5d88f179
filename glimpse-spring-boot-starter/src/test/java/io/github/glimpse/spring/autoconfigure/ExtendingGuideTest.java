package io.github.glimpse.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every Java block of these guides stands in a class of {@code com.example}, which this build compiles and tests. */
class ExtendingGuideTest {

    private static final Path ROOT = Path.of(System.getProperty("glimpse.basedir", ".."));
    private static final Path GUIDES = ROOT.resolve("docs/guide");
    private static final Path EXAMPLES = ROOT.resolve("glimpse-spring-boot-starter/src/test/java/com/example");
    private static final Pattern BLOCK = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

    @ParameterizedTest
    @ValueSource(strings = {"extending.md", "conversations.md"})
    void everyJavaBlockIsCodeThatIsCompiledAndTested(String guide) throws IOException {
        List<String> blocks = BLOCK.matcher(Files.readString(GUIDES.resolve(guide)))
                .results()
                .map((MatchResult match) -> match.group(1))
                .toList();
        List<String> sources;
        try (Stream<Path> files = Files.list(EXAMPLES)) {
            sources = files.map(ExtendingGuideTest::read).toList();
        }

        assertThat(blocks).hasSizeGreaterThan(4).allSatisfy(block -> assertThat(sources)
                .as("a source in %s that contains:%n%s", EXAMPLES.getFileName(), block)
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
