package io.github.glimpse.examples.playground;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import org.junit.jupiter.api.Test;

/** The executable jar as Maven built it. */
class ExecutableJarIT {

    private static final String SBOM = "META-INF/sbom/application.cdx.json";

    @Test
    void theJarHasLicensesAndAnSbomAndAllowsNativeCode() throws IOException {
        try (JarFile jar = new JarFile("target/playground.jar")) {
            for (String name : List.of("LICENSE", "NOTICE", "THIRD-PARTY-NOTICES")) {
                assertThat(jar.getEntry("META-INF/" + name)).as(name).isNotNull();
            }
            Attributes manifest = jar.getManifest().getMainAttributes();
            assertThat(manifest.getValue("Enable-Native-Access")).isEqualTo("ALL-UNNAMED");
            assertThat(manifest.getValue("Sbom-Location")).isEqualTo(SBOM);
            String sbom = new String(jar.getInputStream(jar.getEntry(SBOM)).readAllBytes(), StandardCharsets.UTF_8);
            assertThat(sbom).contains("\"bomFormat\"", "\"glimpse-langchain4j\"", "\"pytorch-native-cpu\"", "\"jna\"");
        }
    }
}
