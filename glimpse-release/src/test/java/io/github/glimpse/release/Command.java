package io.github.glimpse.release;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * What a command printed, and when.
 *
 * @param lines in order, error output among them
 * @param code of its end
 * @param ended after its start
 */
record Command(List<Line> lines, int code, Duration ended) {

    private static final int MINUTES = 15;

    /**
     * A line.
     *
     * @param at after the command's start
     * @param text without its end
     */
    record Line(Duration at, String text) {}

    /** Runs a command to its end. */
    static Command run(Path folder, Map<String, String> environment, List<String> words)
            throws IOException, InterruptedException {
        ProcessBuilder builder =
                new ProcessBuilder(words).directory(folder.toFile()).redirectErrorStream(true);
        builder.environment().putAll(environment);
        List<Line> lines = new ArrayList<>();
        long began = System.nanoTime();
        Process process = builder.start();
        process.getOutputStream().close();
        try (BufferedReader reader = process.inputReader()) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                lines.add(new Line(since(began), line));
            }
        }
        assertThat(process.waitFor(MINUTES, TimeUnit.MINUTES))
                .as("the end of " + words)
                .isTrue();
        return new Command(List.copyOf(lines), process.exitValue(), since(began));
    }

    /** Fails with all that was printed unless the command went well. */
    Command succeeded() {
        assertThat(code).as(text()).isZero();
        return this;
    }

    /** All lines. */
    String text() {
        return lines.stream().map(Line::text).collect(Collectors.joining("\n"));
    }

    /** When the first line came that contains a text. */
    Duration at(String text) {
        return lines.stream()
                .filter(line -> line.text().contains(text))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no line with '" + text + "' in\n" + text()))
                .at();
    }

    /** The longest time without a line, from the start to the line that contains a text. */
    Duration longestSilenceUntil(String text) {
        Duration last = Duration.ZERO;
        Duration longest = Duration.ZERO;
        for (Line line : lines) {
            Duration silence = line.at().minus(last);
            longest = silence.compareTo(longest) > 0 ? silence : longest;
            last = line.at();
            if (line.text().contains(text)) {
                break;
            }
        }
        return longest;
    }

    private static Duration since(long began) {
        return Duration.ofNanos(System.nanoTime() - began);
    }
}
