package io.github.glimpse.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The library that is in the repository against the text beside it. */
class FewRowsSourceTest {

    @Test
    void theLibraryIsThatOfItsSource() throws Exception {
        Path folder = Path.of(System.getProperty("glimpse.basedir", ".."), "glimpse-langchain4j", "src", "main", "cpp");
        MessageDigest hash = MessageDigest.getInstance("SHA-256");
        for (String kind : List.of(".cpp", ".h")) {
            try (Stream<Path> files = Files.list(folder)) {
                for (Path file : files.filter(file -> file.toString().endsWith(kind))
                        .sorted()
                        .toList()) {
                    hash.update(Files.readAllBytes(file));
                }
            }
        }
        try (InputStream in = FewRows.class.getResourceAsStream(FewRows.LIBRARY)) {
            assertThat(new String(in.readAllBytes(), StandardCharsets.ISO_8859_1))
                    .as("run src/main/cpp/build.sh")
                    .contains("glimpse-source:" + HexFormat.of().formatHex(hash.digest()));
        }
    }
}
