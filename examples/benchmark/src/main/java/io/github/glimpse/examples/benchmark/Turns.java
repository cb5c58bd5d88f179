package io.github.glimpse.examples.benchmark;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/** Runs rivals in processes of their own, one after the other, and collects the JSON lines that they print. */
final class Turns {

    /** Who says how busy the machine was. */
    static final String MACHINE = "machine";

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path out;
    private final Path lines;
    private final List<Measurement> measurements = new ArrayList<>();

    /**
     * Begins anew.
     *
     * @param out where {@code lines.jsonl} and {@code errors.log} go
     */
    Turns(Path out) throws IOException {
        this.out = Files.createDirectories(out);
        this.lines = out.resolve("lines.jsonl");
        Files.deleteIfExists(lines);
    }

    /** The command that runs one of our classes as this process runs, with a heap of so many megabytes. */
    static List<String> java(Class<?> main, Turn turn, int heap) {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-Xms32m",
                "-Xmx" + heap + "m",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName(),
                turn.argument());
    }

    /** One rival's turn. */
    void take(int round, List<String> command, String dtype) throws IOException, InterruptedException {
        take(round, command, dtype, "");
    }

    /** One rival's turn; this stands before the name of all that it measures. */
    void take(int round, List<String> command, String dtype, String before) throws IOException, InterruptedException {
        double load = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
        add(new Measurement(MACHINE, "load before a turn", dtype, 0, 0, load, "", round));
        Path errors = out.resolve("errors.log");
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(errors.toFile());
        builder.environment().put("HF_HUB_OFFLINE", "1");
        Process process = builder.start();
        try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                if (line.startsWith("{")) {
                    add(JSON.readValue(line, Measurement.class).named(before).inRound(round));
                }
            }
        }
        if (process.waitFor() != 0) {
            throw new IllegalStateException(command.get(0) + " ended with " + process.exitValue() + "; see " + errors);
        }
    }

    private void add(Measurement measurement) throws IOException {
        measurements.add(measurement);
        String line = JSON.writeValueAsString(measurement);
        System.out.println(line);
        Files.writeString(lines, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    /** What the rivals measured. */
    List<Measurement> measurements() {
        return measurements.stream().filter(one -> !one.rival().equals(MACHINE)).toList();
    }
}
