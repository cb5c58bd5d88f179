package io.github.glimpse;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rooms through which every request goes stay small enough to be known as a whole. */
class RoomSizeTest {

    /** Lines of Java, of compute text and of kernels, without comments and blank ones. */
    private static final int MOST_LINES = 5000;

    private static final Pattern BLOCK_COMMENT = Pattern.compile("/\\*.*?\\*/", Pattern.DOTALL);

    @ParameterizedTest
    @ValueSource(strings = {"generate", "prefill", "serve", "nn"})
    void aRoomHasAtMostFiveThousandLines(String room) throws IOException {
        long lines = lines(Path.of("src/main/java/io/github/glimpse", room), ".java", "//")
                + lines(Path.of("src/main/resources/io/github/glimpse", room), ".torch", "#")
                + lines(Path.of("src/main/resources/io/github/glimpse", room), ".cu", "//");

        assertThat(lines).isBetween(1L, (long) MOST_LINES);
    }

    private static long lines(Path folder, String end, String comment) throws IOException {
        if (!Files.isDirectory(folder)) {
            return 0;
        }
        long lines = 0;
        try (Stream<Path> walk = Files.walk(folder)) {
            List<Path> files =
                    walk.filter(file -> file.toString().endsWith(end)).toList();
            for (Path file : files) {
                lines += BLOCK_COMMENT
                        .matcher(Files.readString(file))
                        .replaceAll("")
                        .lines()
                        .map(String::strip)
                        .filter(line -> !line.isEmpty() && !line.startsWith(comment))
                        .count();
            }
        }
        return lines;
    }
}
