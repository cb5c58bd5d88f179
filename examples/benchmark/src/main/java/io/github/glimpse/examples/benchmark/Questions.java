package io.github.glimpse.examples.benchmark;

import io.github.glimpse.examples.benchmark.ScheduleTable.Clock;
import io.github.glimpse.generate.CancellationSignal;
import io.github.glimpse.generate.ChatTurn;
import io.github.glimpse.generate.ChatTurn.Role;
import io.github.glimpse.generate.EngineOptions;
import io.github.glimpse.generate.GenerationRequest;
import io.github.glimpse.generate.GenerationResult;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.generate.PrefixCacheOptions;
import io.github.glimpse.generate.Stage;
import io.github.glimpse.generate.StageTimings;
import io.github.glimpse.generate.VisionCacheOptions;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.sampling.GenerationOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * A first question about a picture, a second one about the same, and the next turn of its chat: how much sooner their first token
 * comes. Each round has a picture of its own.
 */
@Command(
        name = Questions.NAME,
        mixinStandardHelpOptions = true,
        description =
                "Time to the first token of a first question about a picture, of a second and of a chat's next turn.")
final class Questions implements Callable<Integer> {

    static final String NAME = "questions";

    private static final String SECOND = "Which of the lines is the longest?";
    private static final String ANSWER = "It is 42. ";
    private static final int ANSWER_REPEATED = 12;

    @Option(
            names = "--model",
            required = true,
            description = "Model folder with a glimpse module in its folder 'glimpse'")
    private @Nullable Path model;

    @Option(
            names = "--tokens",
            defaultValue = "1296",
            description = "Image tokens of the pictures, where they can be chosen")
    private int tokens;

    @Option(names = "--retention", defaultValue = "0.111", description = "Share of them that is kept")
    private double retention;

    @Option(names = "--dtype", defaultValue = "bfloat16", description = "bfloat16, float32")
    private String dtype = "bfloat16";

    @Option(
            names = "--clock",
            defaultValue = "wall",
            description = "wall, or thread: the time that the thread that answers had a core, for runs with --threads 1"
                    + " beside other work")
    private Clock clock = Clock.WALL;

    @Option(names = "--device", defaultValue = "cpu", description = "cpu, auto, cuda or cuda:N")
    private String device = "cpu";

    @Option(names = "--threads", defaultValue = "2", description = "Threads of a product")
    private int threads;

    @Option(names = "--rounds", defaultValue = "3", description = "Pictures")
    private int rounds;

    @Option(names = "--out", defaultValue = "target/questions", description = "Folder of the results")
    private Path out = Path.of("target/questions");

    /**
     * A question of each round.
     *
     * @param name in the table
     * @param seconds to the first token, by round
     * @param results by round
     */
    private record Row(String name, List<Double> seconds, List<GenerationResult> results) {

        Row(String name) {
            this(name, new ArrayList<>(), new ArrayList<>());
        }

        double middle() {
            return Sorted.of(seconds).middle();
        }
    }

    static CommandLine commandLine() {
        return new CommandLine(new Questions()).setCaseInsensitiveEnumValuesAllowed(true);
    }

    @Override
    public Integer call() throws IOException {
        Path folder = Objects.requireNonNull(model);
        Files.createDirectories(out);
        Row first = new Row("first question");
        Row second = new Row("second question");
        Row next = new Row("next turn of its chat");
        EngineOptions options = GlimpseWorker.options(folder, dtype, threads, 1);
        try (LoadedModel loaded = LoadedModel.load(options.toBuilder()
                .runtime(options.runtime().withDevice(device))
                .visionCache(VisionCacheOptions.defaults())
                .prefixCache(new PrefixCacheOptions(2L << 30, Duration.ofHours(1), PrefixCacheOptions.Scope.SESSION))
                .build())) {
            ask(loaded, new Row("warm-up"), 0, ChatTurn.user(Turn.QUESTION, picture(0)));
            for (int round = 1; round <= rounds; round++) {
                byte[] picture = picture(round);
                ChatTurn asked = ChatTurn.user(Turn.QUESTION, picture);
                ask(loaded, first, round, asked);
                ask(loaded, second, round, ChatTurn.user(SECOND, picture));
                ask(
                        loaded,
                        next,
                        round,
                        asked,
                        new ChatTurn(Role.ASSISTANT, List.of(new ChatTurn.Text(ANSWER.repeat(ANSWER_REPEATED)))),
                        ChatTurn.user(SECOND));
            }
        }
        String table = table(List.of(first, second, next));
        Files.writeString(out.resolve("table.md"), table);
        System.out.println(table);
        return 0;
    }

    private byte[] picture(int number) throws IOException {
        return Files.readAllBytes(Pictures.write(tokens, number, out));
    }

    private void ask(LoadedModel loaded, Row row, int session, ChatTurn... turns) {
        PruningOptions pruning = PruningOptions.builder()
                .threshold(0.0)
                .maxRetentionRatio(retention)
                .build();
        ThreadClock thread = new ThreadClock();
        GenerationResult result = loaded.generate(
                new GenerationRequest(List.of(turns), pruning, GenerationOptions.defaults())
                        .inSession("picture " + session),
                thread,
                new CancellationSignal());
        StageTimings timings = result.timings();
        double seconds = clock == Clock.WALL
                ? timings.toFirstToken().toNanos() / 1e9
                : thread.seconds(
                        Stage.IMAGES, Stage.VISION, Stage.PREFILL_BEFORE_CUT, Stage.PRUNING, Stage.PREFILL_AFTER_CUT);
        row.seconds().add(seconds);
        row.results().add(result);
        System.out.printf(Locale.ROOT, "%s: %.3f s, %s%n", row.name(), seconds, result.reuse());
        for (Stage stage : Stage.values()) {
            System.out.printf(Locale.ROOT, "    %s: %.3f s of the thread%n", stage, thread.seconds(stage));
        }
    }

    private static String table(List<Row> rows) {
        StringBuilder table = new StringBuilder("""
                | | first token, s, middle (least to most) | sooner by | rows of the prompt: ran, taken over | kept |
                |---|---|---|---|---|
                """);
        for (Row row : rows) {
            GenerationResult last = row.results().get(row.results().size() - 1);
            table.append(String.format(
                    Locale.ROOT,
                    "| %s | %.3f (%.3f to %.3f) | %.1f | %d, %d | %d of %d |%n",
                    row.name(),
                    row.middle(),
                    row.seconds().stream()
                            .mapToDouble(Double::doubleValue)
                            .min()
                            .orElse(0),
                    row.seconds().stream()
                            .mapToDouble(Double::doubleValue)
                            .max()
                            .orElse(0),
                    rows.get(0).middle() / row.middle(),
                    last.reuse().rowsComputed(),
                    last.reuse().rowsReused(),
                    last.report().keptTokens(),
                    last.report().imageTokens()));
        }
        return table.toString();
    }
}
