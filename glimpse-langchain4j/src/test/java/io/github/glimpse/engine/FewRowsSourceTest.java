package io.github.glimpse.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Check that the committed native library was built from the sources, the script and the compiler named in {@code src/main/cpp}. */
class FewRowsSourceTest {

    @Test
    void theLibraryIsThatOfItsSource() throws Exception {
        Path folder = Path.of(System.getProperty("glimpse.basedir", ".."), "glimpse-langchain4j", "src", "main", "cpp");
        MessageDigest hash = MessageDigest.getInstance("SHA-256");
        for (Path file : hashedFiles(folder)) {
            hash.update(Files.readAllBytes(file));
        }
        try (InputStream in = FewRows.class.getResourceAsStream(FewRows.LIBRARY)) {
            assertThat(new String(in.readAllBytes(), StandardCharsets.ISO_8859_1))
                    .as("run mvn -Pnative -pl glimpse-langchain4j generate-resources -Dnative.command=write")
                    .contains("glimpse-source:" + HexFormat.of().formatHex(hash.digest()));
        }
    }

    /** The files of the hash in the order of {@code build.sh}. */
    private static List<Path> hashedFiles(Path folder) throws IOException {
        List<Path> files = new ArrayList<>();
        for (String kind : List.of(".cpp", ".h")) {
            try (Stream<Path> sources = Files.list(folder)) {
                sources.filter(file -> file.toString().endsWith(kind)).sorted().forEach(files::add);
            }
        }
        Stream.of("build.sh", "compiler.txt", "headers.txt")
                .map(folder::resolve)
                .forEach(files::add);
        return files;
    }
}
