package io.github.glimpse;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** License and notices in every jar of this module as Maven built it. */
class JarNoticesIT {

    private static final Path ROOT = Path.of(System.getProperty("glimpse.basedir", ".."));
    private static final List<String> FILES = List.of("LICENSE", "NOTICE", "THIRD-PARTY-NOTICES");

    @Test
    void everyJarHasTheFilesOfTheRepository() throws IOException {
        List<Path> jars = jars();
        assertThat(jars).hasSizeGreaterThanOrEqualTo(2);
        for (Path path : jars) {
            try (JarFile jar = new JarFile(path.toFile())) {
                for (String file : FILES) {
                    JarEntry entry = jar.getJarEntry("META-INF/" + file);
                    assertThat(entry).as("%s in %s", file, path.getFileName()).isNotNull();
                    assertThat(jar.getInputStream(entry).readAllBytes())
                            .isEqualTo(Files.readAllBytes(ROOT.resolve(file)));
                }
            }
        }
    }

    @Test
    void theNoticesNameWhatTheJarContainsOfOthers() throws IOException {
        String notices = Files.readString(ROOT.resolve("THIRD-PARTY-NOTICES"));
        Path resources = Path.of("src/main/resources/io/github/glimpse");
        try (Stream<Path> files = Files.walk(resources)) {
            List<String> compiledOrDerived = files.map(file -> String.valueOf(file.getFileName()))
                    .filter(name -> name.endsWith(".so") || name.startsWith("unicode-"))
                    .toList();
            assertThat(compiledOrDerived).hasSizeGreaterThanOrEqualTo(3).allSatisfy(name -> assertThat(notices)
                    .contains(name));
        }
        assertThat(notices)
                .contains("Neither the names of Facebook, Deepmind Technologies, NYU")
                .contains("UNICODE LICENSE V3")
                .contains("Boost Software License - Version 1.0");
    }

    /** Of this version; a build folder may have those of earlier ones. */
    private static List<Path> jars() throws IOException {
        String pom = Files.readString(ROOT.resolve("pom.xml"));
        String prefix = "glimpse-langchain4j-" + pom.replaceAll("(?s).*<revision>(.*?)</revision>.*", "$1");
        try (Stream<Path> files = Files.list(Path.of("target"))) {
            return files.filter(file -> {
                        String name = String.valueOf(file.getFileName());
                        return name.startsWith(prefix) && name.endsWith(".jar");
                    })
                    .toList();
        }
    }
}
