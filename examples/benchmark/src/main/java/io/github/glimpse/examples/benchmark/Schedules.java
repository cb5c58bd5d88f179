package io.github.glimpse.examples.benchmark;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.glimpse.examples.benchmark.ScheduleTable.Clock;
import io.github.glimpse.examples.benchmark.ScheduleTable.Item;
import io.github.glimpse.generate.CancellationSignal;
import io.github.glimpse.generate.ChatTurn;
import io.github.glimpse.generate.GenerationListener;
import io.github.glimpse.generate.GenerationRequest;
import io.github.glimpse.generate.GenerationResult;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.generate.Stage;
import io.github.glimpse.generate.StageTimings;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.sampling.GenerationOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Schedules of pruning beside one another: one folder is loaded once, and each round asks about the same picture with each
 * schedule in turn, so that a change of the machine's speed meets all of them. Computes what each should take, too.
 */
@Command(
        name = Schedules.NAME,
        mixinStandardHelpOptions = true,
        description = "Times schedules of pruning, and compares with the time computed from their operations.")
final class Schedules implements Callable<Integer> {

    static final String NAME = "schedules";

    private static final ObjectMapper JSON = new ObjectMapper();

    @Option(
            names = "--model",
            required = true,
            description = "Model folder with a glimpse module in its folder 'glimpse'")
    private @Nullable Path model;

    @Option(
            names = "--schedule",
            description = "Steps strategy=ratio@place, joined by +, such as 'div-prune=0.333@vision + glimpse=0.333';"
                    + " may be given several times; what is usual for the model otherwise")
    private List<String> schedules = List.of();

    @Option(names = "--tokens", split = ",", defaultValue = "1296", description = "Image tokens of the pictures (Qwen)")
    private List<Integer> tokens = List.of();

    @Option(names = "--dtype", defaultValue = "bfloat16", description = "bfloat16, float32")
    private String dtype = "bfloat16";

    @Option(names = "--threads", defaultValue = "1", description = "Threads of a product")
    private int threads;

    @Option(names = "--warm-up", defaultValue = "1", description = "Unpruned requests before the rounds")
    private int warmUp;

    @Option(names = "--rounds", defaultValue = "3", description = "Rounds; with 0 only the table is written anew")
    private int rounds;

    @Option(
            names = "--clock",
            defaultValue = "wall",
            description =
                    "What the table counts: wall, or thread: the time that the thread had a core, for runs with one thread"
                            + " beside other work. The lines have both.")
    private Clock clock = Clock.WALL;

    @Option(
            names = "--append",
            description = "Keeps the rounds that are in the folder of the results, and adds to them")
    private boolean append;

    @Option(names = "--out", defaultValue = "target/schedules", description = "Folder of the results")
    private Path out = Path.of("target/schedules");

    private final List<Measurement> measurements = new ArrayList<>();
    private int asked;

    static CommandLine commandLine() {
        return new CommandLine(new Schedules()).setCaseInsensitiveEnumValuesAllowed(true);
    }

    @Override
    public Integer call() throws IOException {
        Path folder = Objects.requireNonNull(model);
        List<ScheduleRow> given = schedules.stream().map(ScheduleRow::parse).toList();
        Files.createDirectories(out);
        ModelWork work = ModelWork.of(folder);
        int first = earlier() + 1;
        if (rounds > 0) {
            try (LoadedModel loaded = LoadedModel.load(GlimpseWorker.options(folder, dtype, threads, 1))) {
                List<ScheduleRow> rows = new ArrayList<>();
                rows.add(ScheduleRow.UNPRUNED);
                rows.addAll(given.isEmpty() ? ScheduleRow.usual(loaded.family()) : given);
                // What cannot work is said before the first of many minutes.
                rows.forEach(row -> loaded.check(row.pruning()));
                for (int count : tokens) {
                    askInRounds(loaded, rows, Files.readAllBytes(Pictures.write(count, out)), first, work);
                }
            }
        }
        String table = new ScheduleTable(measurements, clock).text();
        Files.writeString(out.resolve("table.md"), table);
        System.out.println(table);
        return 0;
    }

    private void askInRounds(LoadedModel loaded, List<ScheduleRow> rows, byte[] picture, int first, ModelWork work)
            throws IOException {
        for (int i = 0; i < warmUp; i++) {
            ask(loaded, picture, ScheduleRow.UNPRUNED.pruning(), new ThreadClock());
        }
        for (int round = first; round < first + rounds; round++) {
            for (ScheduleRow row : rows) {
                ThreadClock thread = new ThreadClock();
                GenerationResult result = ask(loaded, picture, row.pruning(), thread);
                note(row, round, result, thread);
                noteWork(row, round, result, work, loaded);
            }
            // Nobody is always the first, or always behind the same one.
            Collections.rotate(rows, 1);
        }
    }

    /** Takes over what was measured before, if that is wanted; gives the last round's number. */
    private int earlier() throws IOException {
        Path lines = out.resolve("lines.jsonl");
        if (!append || !Files.exists(lines)) {
            Files.deleteIfExists(lines);
            return 0;
        }
        int last = 0;
        for (String line : Files.readAllLines(lines)) {
            Measurement one = JSON.readValue(line, Measurement.class);
            measurements.add(one);
            last = Math.max(last, Objects.requireNonNull(one.round()));
        }
        return last;
    }

    /** The same picture in another file each time: features that are remembered would spare the tower. */
    private GenerationResult ask(
            LoadedModel loaded, byte[] picture, PruningOptions pruning, GenerationListener listener) {
        byte[] fresh = ByteBuffer.allocate(picture.length + Integer.BYTES)
                .put(picture)
                .putInt(++asked)
                .array();
        GenerationRequest request = new GenerationRequest(
                List.of(ChatTurn.user(Turn.QUESTION, fresh)), pruning, GenerationOptions.defaults());
        return loaded.generate(request, listener, new CancellationSignal());
    }

    private void note(ScheduleRow row, int round, GenerationResult result, ThreadClock thread) throws IOException {
        StageTimings times = result.timings();
        Duration prefill = times.prefillBeforeCut().plus(times.pruning()).plus(times.prefillAfterCut());
        add(row, round, result, Item.IMAGES.label(Clock.WALL), seconds(times.images()), "s");
        add(row, round, result, Item.VISION.label(Clock.WALL), seconds(times.vision()), "s");
        add(row, round, result, Item.PREFILL.label(Clock.WALL), seconds(prefill), "s");
        add(row, round, result, Item.CHOOSING.label(Clock.WALL), seconds(times.pruning()), "s");
        add(row, round, result, Item.FIRST_TOKEN.label(Clock.WALL), seconds(times.toFirstToken()), "s");
        double prefilled = thread.seconds(Stage.PREFILL_BEFORE_CUT, Stage.PRUNING, Stage.PREFILL_AFTER_CUT);
        double before = thread.seconds(Stage.IMAGES, Stage.VISION);
        add(row, round, result, Item.IMAGES.label(Clock.THREAD), thread.seconds(Stage.IMAGES), "s");
        add(row, round, result, Item.VISION.label(Clock.THREAD), thread.seconds(Stage.VISION), "s");
        add(row, round, result, Item.PREFILL.label(Clock.THREAD), prefilled, "s");
        add(row, round, result, Item.CHOOSING.label(Clock.THREAD), thread.seconds(Stage.PRUNING), "s");
        add(row, round, result, Item.FIRST_TOKEN.label(Clock.THREAD), before + prefilled, "s");
    }

    private void noteWork(ScheduleRow row, int round, GenerationResult result, ModelWork work, LoadedModel loaded)
            throws IOException {
        ModelWork.Operations operations = result.report().strategy().equals(TwoScaleWork.NAME)
                ? TwoScaleWork.of(Objects.requireNonNull(model), work, loaded.countTokens(Turn.QUESTION))
                        .operations(result)
                : work.operations(result);
        double cache = (double) result.prefilledTokens() * loaded.cacheBytesPerToken();
        add(row, round, result, Item.CACHE.label(Clock.WALL), cache, "bytes");
        add(row, round, result, Item.TOWER_OPERATIONS.label(Clock.WALL), operations.tower(), "FLOP");
        add(row, round, result, Item.DECODER_OPERATIONS.label(Clock.WALL), operations.decoder(), "FLOP");
    }

    private void add(ScheduleRow row, int round, GenerationResult result, String item, double value, String unit)
            throws IOException {
        Measurement measurement = new Measurement(
                row.name(),
                item,
                dtype,
                result.report().imageTokens(),
                result.report().keptTokens(),
                value,
                unit,
                round);
        measurements.add(measurement);
        String line = JSON.writeValueAsString(measurement);
        System.out.println(line);
        Files.writeString(
                out.resolve("lines.jsonl"), line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    private static double seconds(Duration duration) {
        return duration.toNanos() / 1e9;
    }
}
