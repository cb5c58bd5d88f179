package io.github.glimpse.release;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Test;

/** License, notices and SBOM in every jar of the bundle: classes, tests, sources and Javadoc. */
class PublishedJarsIT {

    @Test
    void everyJarHasLicenseAndNotices() throws IOException {
        Map<String, Map<String, String>> jars = jars();

        assertThat(jars.keySet()).anyMatch(name -> name.endsWith("-sources.jar"));
        assertThat(jars.keySet()).anyMatch(name -> name.endsWith("-javadoc.jar"));
        assertThat(jars.keySet()).anyMatch(name -> name.endsWith("-tests.jar"));
        for (String file : new String[] {"LICENSE", "NOTICE", "THIRD-PARTY-NOTICES"}) {
            String expected = Files.readString(Folders.ROOT.resolve(file));
            assertThat(jars).allSatisfy((jar, entries) -> assertThat(entries.get("META-INF/" + file))
                    .as("%s in %s", file, jar)
                    .isEqualTo(expected));
        }
    }

    @Test
    void theJarsOfClassesHaveAnSbomUnderTheirNames() throws IOException {
        Map<String, Map<String, String>> jars = jars();
        String version = requireNonNull(System.getProperty("glimpse.version"));

        for (String artifact : new String[] {"glimpse-langchain4j", "glimpse-spring-boot-starter"}) {
            assertThat(jars.get(artifact + "-" + version + ".jar"))
                    .doesNotContainKey("META-INF/sbom/application.cdx.json")
                    .extractingByKey("META-INF/sbom/" + artifact + ".cdx.json")
                    .asString()
                    .contains("CycloneDX", "pytorch-engine");
        }
    }

    /** The files in META-INF of each jar. */
    private static Map<String, Map<String, String>> jars() throws IOException {
        Map<String, Map<String, String>> jars = new TreeMap<>();
        Path bundle = Path.of(requireNonNull(System.getProperty("glimpse.bundle")));
        try (ZipFile zip = new ZipFile(bundle.toFile())) {
            for (ZipEntry entry : zip.stream()
                    .filter(entry -> entry.getName().endsWith(".jar"))
                    .toList()) {
                byte[] content = zip.getInputStream(entry).readAllBytes();
                jars.put(entry.getName().replaceAll(".*/", ""), metaInf(content));
            }
        }
        assertThat(jars).hasSizeGreaterThanOrEqualTo(7);
        return jars;
    }

    private static Map<String, String> metaInf(byte[] jar) throws IOException {
        Map<String, String> entries = new TreeMap<>();
        try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(jar))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                if (!entry.isDirectory() && entry.getName().startsWith("META-INF/")) {
                    entries.put(entry.getName(), new String(zip.readAllBytes(), StandardCharsets.UTF_8));
                }
            }
        }
        return entries;
    }
}
