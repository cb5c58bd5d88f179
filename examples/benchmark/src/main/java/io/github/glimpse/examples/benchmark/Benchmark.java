package io.github.glimpse.examples.benchmark;

import io.github.glimpse.examples.benchmark.ScheduleTable.Clock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Glimpse beside Hugging Face transformers on the same folder, in turns: each round runs every rival in a process of its own,
 * so that each has the memory for itself and a change of the machine's speed meets all of them.
 */
@Command(
        name = "benchmark",
        mixinStandardHelpOptions = true,
        description = "Times Glimpse beside Hugging Face transformers and beside reading the weights.")
final class Benchmark implements Callable<Integer> {

    /** Megabytes of the Java heap of our own turns. */
    private static final int HEAP = 256;

    @Option(
            names = "--model",
            required = true,
            split = ",",
            description =
                    "Model folders; where one has a glimpse module in its folder 'glimpse', --retention and --foveate hold")
    private List<Path> models = List.of();

    @Option(
            names = "--python",
            split = ",",
            description = "Python interpreters with torch, transformers and pillow, one rival each")
    private List<String> pythons = List.of();

    @Option(names = "--tokens", split = ",", defaultValue = "600,1296", description = "Image tokens of the pictures")
    private List<Integer> tokens = List.of();

    @Option(names = "--retention", split = ",", defaultValue = "0.333,0.111", description = "Shares to keep")
    private List<Double> retentions = List.of();

    @Option(
            names = "--foveate",
            split = ",",
            description = "Shares of the small picture's cells that the two-scale glimpse keeps; left out if not set")
    private List<Double> foveations = List.of();

    @Option(
            names = "--schedule",
            description =
                    "Schedule of pruning that is timed too, such as 'div-prune=0.2@vision'; may be given several times")
    private List<String> schedules = List.of();

    @Option(
            names = "--video-frames",
            defaultValue = "0",
            description = "Frames of a video that Glimpse is asked about, unpruned and with the schedules, 0 for none")
    private int videoFrames;

    @Option(names = "--dtype", split = ",", defaultValue = "bfloat16", description = "bfloat16, float32")
    private List<String> dtypes = List.of();

    @Option(
            names = "--clock",
            defaultValue = "wall",
            description = "wall, or thread: the time that the thread that answers had a core, for runs with --threads 1"
                    + " beside other work")
    private Clock clock = Clock.WALL;

    @Option(names = "--threads", defaultValue = "2", description = "Threads of a product")
    private int threads;

    @Option(names = "--rounds", defaultValue = "3", description = "Turns of each rival")
    private int rounds;

    @Option(names = "--repeat", defaultValue = "2", description = "Measured requests per picture and turn")
    private int repeat;

    @Option(names = "--output-tokens", defaultValue = "33", description = "Tokens of each answer")
    private int outputTokens;

    @Option(names = "--out", defaultValue = "target/benchmark", description = "Folder of the results")
    private Path out = Path.of("target/benchmark");

    /** By their first argument. */
    private static final Map<String, Supplier<CommandLine>> COMMANDS = Map.of(
            Schedules.NAME, Schedules::commandLine,
            BusyCore.NAME, BusyCore::commandLine,
            Callers.NAME, Callers::commandLine,
            Questions.NAME, Questions::commandLine,
            Repeating.NAME, Repeating::commandLine,
            Stalls.NAME, Stalls::commandLine,
            Starting.NAME, Starting::commandLine,
            Servers.NAME, Servers::commandLine,
            TokenTime.NAME, TokenTime::commandLine,
            Weighing.NAME, Weighing::commandLine);

    public static void main(String[] arguments) {
        Supplier<CommandLine> command = arguments.length == 0 ? null : COMMANDS.get(arguments[0]);
        if (command != null) {
            System.exit(command.get().execute(Arrays.copyOfRange(arguments, 1, arguments.length)));
        }
        if (DeviceBenchmark.isMeant(arguments)) {
            System.exit(DeviceBenchmark.commandLine().execute(arguments));
        }
        System.exit(new CommandLine(new Benchmark())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .execute(arguments));
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Turns turns = new Turns(out);
        Path script = out.resolve("transformers_turn.py");
        try (var text = Benchmark.class.getResourceAsStream("/transformers_turn.py")) {
            Files.write(script, Objects.requireNonNull(text).readAllBytes());
        }
        schedules.forEach(ScheduleRow::parse);
        for (int round = 1; round <= rounds; round++) {
            for (String dtype : dtypes) {
                for (Path model : models) {
                    Turn turn = turn(model, dtype);
                    String name = models.size() == 1 ? "" : model.getFileName() + ": ";
                    turns.take(round, Turns.java(GlimpseWorker.class, turn, HEAP), dtype, name);
                    for (String python : pythons) {
                        turns.take(round, List.of(python, script.toString(), turn.argument()), dtype, name);
                    }
                }
            }
        }
        report(turns.measurements());
        return 0;
    }

    private Turn turn(Path model, String dtype) throws IOException {
        List<String> pictures = new ArrayList<>();
        for (int count : tokens) {
            pictures.add(
                    PictureSize.of(model).write(count, 0, out).toAbsolutePath().toString());
        }
        boolean module = Files.isDirectory(model.resolve("glimpse"));
        return new Turn(
                model.toAbsolutePath().toString(),
                dtype,
                threads,
                pictures,
                module ? retentions : List.of(),
                module ? foveations : List.of(),
                schedules,
                videoFrames,
                clock.name().toLowerCase(Locale.ROOT),
                repeat,
                outputTokens);
    }

    private void report(List<Measurement> ofRivals) throws IOException {
        Summary summary = new Summary(ofRivals);
        Files.writeString(out.resolve("table.md"), summary.table());
        System.out.println(summary.table());
        if (models.size() > 1) {
            return;
        }
        List<String> rivals =
                ofRivals.stream().map(Measurement::rival).distinct().toList();
        for (String dtype : dtypes) {
            for (int count : tokens) {
                Plot.write(summary, rivals, dtype, count, out.resolve("relative-" + dtype + "-" + count + ".png"));
            }
        }
    }
}
