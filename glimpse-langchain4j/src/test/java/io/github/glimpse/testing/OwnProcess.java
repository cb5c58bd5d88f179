package io.github.glimpse.testing;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Runs a class in a process of its own, which what it looks for may end. */
public final class OwnProcess {

    /** Busy and emulated machines need a multiple of the seconds that an idle one does; the limit only ends a hang. */
    private static final int SLOWEST = 5;

    private OwnProcess() {}

    /** Lines that the class prints, once its process has ended well; fails if it ends otherwise or hangs. */
    public static List<String> lines(Class<?> main, long seconds, Path folder, String... arguments)
            throws IOException, InterruptedException {
        return lines(Map.of(), main, seconds, folder, arguments);
    }

    /** The same with more variables of the environment. */
    public static List<String> lines(
            Map<String, String> environment, Class<?> main, long seconds, Path folder, String... arguments)
            throws IOException, InterruptedException {
        Path output = folder.resolve("output.txt");
        Path errors = folder.resolve("errors.txt");
        List<String> command = Stream.concat(
                        Stream.of(
                                java(),
                                "-Xmx1g",
                                "-XX:+UseSerialGC",
                                "-XX:+ExitOnOutOfMemoryError",
                                "-XX:-CreateCoredumpOnCrash",
                                "-XX:ErrorFile=" + folder.resolve("crash.log"),
                                "-cp",
                                System.getProperty("java.class.path"),
                                main.getName(),
                                folder.toString()),
                        Stream.of(arguments))
                .toList();
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectOutput(output.toFile()).redirectError(errors.toFile());
        builder.environment().putAll(environment);
        Process process = builder.start();
        try {
            if (!process.waitFor(SLOWEST * seconds, TimeUnit.SECONDS)) {
                throw new AssertionError("still runs after " + SLOWEST * seconds + " s, behind:\n" + end(output));
            }
        } finally {
            process.destroyForcibly();
        }
        if (process.exitValue() != 0) {
            throw new AssertionError("ended with " + process.exitValue() + " behind:\n" + end(output) + end(errors));
        }
        return Files.readAllLines(output, StandardCharsets.UTF_8);
    }

    /** The JVM of child processes: this one's, or the emulated one of {@code tools/on-cpu.sh}. */
    public static String java() {
        return System.getProperty(
                "glimpse.test.java",
                Path.of(System.getProperty("java.home"), "bin", "java").toString());
    }

    private static String end(Path file) throws IOException {
        String text = Files.readString(file, StandardCharsets.UTF_8);
        return text.substring(Math.max(0, text.length() - 2_000));
    }
}
