package io.github.glimpse.spring.autoconfigure;

import dev.langchain4j.model.chat.ChatModel;
import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor.Version;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * Versions of LangChain4j's jars on the class path. The application's dependency management decides them, not this starter.
 *
 * @param found versions by artifact, without artifacts that have no {@code pom.properties}
 */
record LangChain4jVersion(Map<String, String> found) {

    /** What Glimpse is compiled with; a test compares it with the build. */
    static final String NEEDED = "1.19.0";

    /** What there is of LangChain4j's starter; its versions are counted apart. */
    static final String NEEDED_STARTER = "1.12.2-beta22";

    private static final List<String> ARTEFACTS = List.of("langchain4j-core", "langchain4j");

    /** What the class path of this class has. */
    static LangChain4jVersion ofClassPath() {
        Map<String, String> found = new LinkedHashMap<>();
        for (String artefact : ARTEFACTS) {
            String version = version(artefact);
            if (version != null) {
                found.put(artefact, version);
            }
        }
        return new LangChain4jVersion(found);
    }

    private static @Nullable String version(String artefact) {
        String file = "META-INF/maven/dev.langchain4j/" + artefact + "/pom.properties";
        try (InputStream stream = ChatModel.class.getClassLoader().getResourceAsStream(file)) {
            if (stream == null) {
                return null;
            }
            Properties properties = new Properties();
            properties.load(stream);
            return properties.getProperty("version");
        } catch (IOException e) {
            return null;
        }
    }

    /** Whether a jar is older than {@link #NEEDED}: known to fail. */
    boolean isTooOld() {
        return found.values().stream()
                .anyMatch(version -> Version.parse(version).compareTo(Version.parse(NEEDED)) < 0);
    }

    /** Whether the jars have different versions. A newer {@code langchain4j-core} beside {@code langchain4j} works. */
    boolean isMixed() {
        return found.values().stream().distinct().count() > 1;
    }

    /** Logs a warning with the lines for the build if a jar is too old, one line at INFO if only the versions differ. */
    void report(Logger log) {
        if (isTooOld()) {
            log.warn("{}. {}", description(), remedy());
        } else if (isMixed()) {
            log.info("LangChain4j's jars have different versions: {}; Glimpse is compiled with {}", versions(), NEEDED);
        }
    }

    /** The version that is needed and the versions of the class path. */
    String description() {
        return "Glimpse needs LangChain4j " + NEEDED + " or later, both of its jars of one version; the class path has "
                + versions();
    }

    private String versions() {
        return found.entrySet().stream()
                .map(entry -> entry.getKey() + " " + entry.getValue())
                .collect(Collectors.joining(" and "));
    }

    /** What to write into a build. */
    static String remedy() {
        return String.format(Locale.ROOT, """
            Let the build manage these versions, in this order; with Maven:

                <dependencyManagement>
                  <dependencies>
                    <dependency>
                      <groupId>dev.langchain4j</groupId>
                      <artifactId>langchain4j-spring-boot-starter</artifactId>
                      <version>%s</version>
                    </dependency>
                    <dependency>
                      <groupId>dev.langchain4j</groupId>
                      <artifactId>langchain4j-bom</artifactId>
                      <version>%s</version>
                      <type>pom</type>
                      <scope>import</scope>
                    </dependency>
                  </dependencies>
                </dependencyManagement>

            With Gradle: implementation platform('dev.langchain4j:langchain4j-bom:%2$s')\
            """, NEEDED_STARTER, NEEDED);
    }
}
