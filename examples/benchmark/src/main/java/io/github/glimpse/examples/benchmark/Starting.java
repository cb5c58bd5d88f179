package io.github.glimpse.examples.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * From the start of a process to the first token, with weights that are packed first and with such that are packed while the model answers, in
 * turns, each in a process of its own; beside it a plain read of the files.
 */
@Command(
        name = Starting.NAME,
        mixinStandardHelpOptions = true,
        description = "Times the start of a process to its first token, and its resident memory on the way.")
final class Starting implements Callable<Integer> {

    static final String NAME = "start";

    private static final int HEAP = 256;
    private static final String READ = "plain read of the files";

    @Option(names = "--shape", defaultValue = "3b", description = "3b, 7b or tiny")
    private String shape = "3b";

    @Option(names = "--layers", description = "Layers of the decoder, all of them by default")
    private @Nullable Integer layers;

    @Option(names = "--tokens", defaultValue = "600", description = "Image tokens of the picture")
    private int tokens;

    @Option(names = "--output-tokens", defaultValue = "9", description = "Tokens of each answer")
    private int outputTokens;

    @Option(names = "--threads", defaultValue = "2", description = "Threads of a product")
    private int threads;

    @Option(names = "--rounds", defaultValue = "3", description = "Rounds")
    private int rounds;

    @Option(names = "--out", defaultValue = "target/start", description = "Folder of the model and of the results")
    private Path out = Path.of("target/start");

    static CommandLine commandLine() {
        return new CommandLine(new Starting());
    }

    static String form(boolean later) {
        return later ? "packed while it answers" : "packed first";
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        RandomModel.require(shape);
        Files.createDirectories(out);
        Path folder = new RandomModel(shape, layers, out).write();
        try {
            Turns turns = new Turns(out);
            Path picture = Pictures.write(tokens, out);
            List<Double> reads = new ArrayList<>();
            // The first read brings the files into the page cache.
            Reading.fileSeconds(folder);
            for (int round = 1; round <= rounds; round++) {
                for (boolean later : new boolean[] {false, true}) {
                    reads.add(Reading.fileSeconds(folder));
                    turns.take(round, command(later, folder, null), "bfloat16", "text: ");
                    turns.take(round, command(later, folder, picture), "bfloat16", "picture: ");
                }
            }
            String table = table(turns.measurements(), reads, bytes(folder));
            Files.writeString(out.resolve("table.md"), table);
            System.out.println(table);
        } finally {
            RandomModel.delete(folder);
        }
        return 0;
    }

    private List<String> command(boolean later, Path folder, @Nullable Path picture) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-Xms32m",
                "-Xmx" + HEAP + "m",
                "-cp",
                System.getProperty("java.class.path"),
                StartWorker.class.getName(),
                later ? "later" : "first",
                Long.toString(System.currentTimeMillis()),
                folder.toString(),
                Integer.toString(threads),
                Integer.toString(outputTokens)));
        if (picture != null) {
            command.add(picture.toString());
        }
        return command;
    }

    private static double bytes(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".safetensors"))
                    .mapToDouble(file -> file.toFile().length())
                    .sum();
        }
    }

    /** What both forms took. */
    private record Row(String unit, List<Double> first, List<Double> later) {

        List<Double> of(String rival) {
            return rival.equals(form(true)) ? later : first;
        }
    }

    private String table(List<Measurement> all, List<Double> reads, double weights) {
        Map<String, Row> rows = new LinkedHashMap<>();
        for (Measurement one : all) {
            rows.computeIfAbsent(one.item(), item -> new Row(one.unit(), new ArrayList<>(), new ArrayList<>()))
                    .of(one.rival())
                    .add(one.value());
        }
        StringBuilder table = new StringBuilder(String.format(
                Locale.ROOT,
                "%s shape, %s layers, %.2f GB of weights, %d threads, %d rounds in turns; least and middle value%n%n| | %s | %s |%n|---|---|---|%n",
                shape,
                layers == null ? "all" : layers,
                weights / 1e9,
                threads,
                rounds,
                form(false),
                form(true)));
        rows.forEach((item, row) -> table.append(String.format(
                Locale.ROOT,
                "| %s | %s | %s |%n",
                item,
                told(row.first(), row.unit()),
                told(row.later(), row.unit()))));
        return table.append(String.format(Locale.ROOT, "| %s | %s | |%n", READ, told(reads, "s")))
                .toString();
    }

    private static String told(List<Double> values, String unit) {
        Sorted sorted = Sorted.of(values);
        double least = sorted.least();
        double middle = sorted.middle();
        return switch (unit) {
            case "s" -> String.format(Locale.ROOT, "%.2f, %.2f s", least, middle);
            case "bytes" -> String.format(Locale.ROOT, "%.0f, %.0f MB", least / 1e6, middle / 1e6);
            default -> String.format(Locale.ROOT, "%.2f, %.2f", least, middle);
        };
    }
}
