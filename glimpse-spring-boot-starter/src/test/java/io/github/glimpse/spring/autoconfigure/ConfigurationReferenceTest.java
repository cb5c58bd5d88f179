package io.github.glimpse.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The reference against the metadata, and the properties that other documents name against both. */
class ConfigurationReferenceTest {

    private static final Path ROOT = Path.of(System.getProperty("glimpse.basedir", ".."));
    private static final Path PAGE = ROOT.resolve("docs/guide/configuration.md");
    private static final String MAKE = "mvn -pl glimpse-spring-boot-starter -am test -Dtest=ConfigurationReferenceTest"
            + " -Dsurefire.failIfNoSpecifiedTests=false -Dglimpse.docs=write";

    private final ConfigurationReference reference = new ConfigurationReference(read());

    @Test
    void theReferenceIsThatOfTheMetadata() throws IOException {
        if (System.getProperty("glimpse.docs", "").equals("write")) {
            Files.writeString(PAGE, reference.markdown());
        }

        assertThat(PAGE)
                .as("docs/guide/configuration.md is stale; make it anew by%n  %s%n", MAKE)
                .hasContent(reference.markdown());
    }

    @Test
    void documentsNameNoPropertyThatIsNotThere() throws IOException {
        List<String> known = reference.names();
        String groups = known.stream()
                .filter(name -> name.matches("glimpse\\.[a-z-]+\\..+"))
                .map(name -> name.replaceFirst("glimpse\\.([a-z-]+)\\..+", "$1"))
                .distinct()
                .collect(Collectors.joining("|"));
        Pattern property = Pattern.compile("`(glimpse\\.(?:" + groups + ")(?:\\.[a-z-]+)+)");
        // Meters share the namespace, and MeterGuideTest knows them.
        Set<String> meters =
                Stream.of(GlimpseMeter.values()).map(GlimpseMeter::meterName).collect(Collectors.toSet());
        Set<String> unknown = new TreeSet<>();
        for (Path document : documents()) {
            property.matcher(Files.readString(document))
                    .results()
                    .map((MatchResult match) -> match.group(1))
                    .filter(name -> !known.contains(name) && !meters.contains(name))
                    .forEach(name -> unknown.add(document.getFileName() + ": " + name));
        }

        assertThat(unknown).isEmpty();
    }

    private static List<Path> documents() throws IOException {
        try (Stream<Path> guides = Files.list(ROOT.resolve("docs/guide"))) {
            return Stream.concat(
                            Stream.of("README.md", "SECURITY.md", "CONTRIBUTING.md")
                                    .map(ROOT::resolve),
                            guides.filter(file -> file.toString().endsWith(".md"))
                                    .sorted())
                    .toList();
        }
    }

    private static JsonNode read() {
        try (InputStream in =
                GlimpseProperties.class.getResourceAsStream("/META-INF/spring-configuration-metadata.json")) {
            return new ObjectMapper().readTree(Objects.requireNonNull(in));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
