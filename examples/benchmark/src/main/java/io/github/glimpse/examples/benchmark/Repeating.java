package io.github.glimpse.examples.benchmark;

import io.github.glimpse.examples.benchmark.ScheduleTable.Clock;
import io.github.glimpse.generate.CancellationSignal;
import io.github.glimpse.generate.ChatTurn;
import io.github.glimpse.generate.GenerationRequest;
import io.github.glimpse.generate.GenerationResult;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.generate.ScriptedModel;
import io.github.glimpse.generate.Stage;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.sampling.GenerationOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.ToIntFunction;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * A record read out of a text: tokens a second with and without guesses of what comes next, in turns. Random weights read nothing, so the
 * answer is given; everything else runs. Each round has a text of its own.
 */
@Command(
        name = Repeating.NAME,
        mixinStandardHelpOptions = true,
        description = "Tokens a second of an answer that repeats its prompt, with and without lookup.")
final class Repeating implements Callable<Integer> {

    static final String NAME = "lookup";

    private static final String[] ARTICLES = {
        "Espresso",
        "Green tea",
        "Carrot cake",
        "Sandwich",
        "Mineral water",
        "Apple pie",
        "Soup of the day",
        "Orange juice"
    };
    private static final String ASKED = "Write the lines of this receipt as JSON: ";

    @Option(names = "--shape", defaultValue = "3b", description = "3b, 7b or tiny")
    private String shape = "3b";

    @Option(names = "--layers", defaultValue = "6", description = "Layers of the decoder")
    private int layers;

    @Option(names = "--lookups", split = ",", defaultValue = "0,3,7,15", description = "Guesses, 0 first")
    private List<Integer> lookups = List.of();

    @Option(names = "--articles", defaultValue = "8", description = "Lines of the text, and entries of the record")
    private int articles;

    @Option(
            names = "--clock",
            defaultValue = "wall",
            description =
                    "wall, or thread: the time that the thread that answers had a core, for runs beside other work")
    private Clock clock = Clock.WALL;

    @Option(names = "--threads", defaultValue = "1", description = "Threads of a product")
    private int threads;

    @Option(names = "--rounds", defaultValue = "3", description = "Rounds")
    private int rounds;

    @Option(names = "--out", defaultValue = "target/lookup", description = "Folder of the model and of the results")
    private Path out = Path.of("target/lookup");

    /** The answers of a number of guesses, by round. */
    private record Row(int lookup, List<GenerationResult> results, List<Double> rates) {

        Row(int lookup) {
            this(lookup, new ArrayList<>(), new ArrayList<>());
        }

        void add(GenerationResult result, double seconds) {
            double rate = (result.tokenIds().length - 1) / seconds;
            results.add(result);
            rates.add(rate);
            System.out.printf(Locale.ROOT, "lookup %d: %.2f tokens/s, %s%n", lookup, rate, result.lookup());
        }

        int sum(ToIntFunction<GenerationResult> of) {
            return results.stream().mapToInt(of).sum();
        }
    }

    static CommandLine commandLine() {
        return new CommandLine(new Repeating()).setCaseInsensitiveEnumValuesAllowed(true);
    }

    @Override
    public Integer call() throws IOException {
        RandomModel.require(shape);
        Files.createDirectories(out);
        Path folder = new RandomModel(shape, layers, out).write();
        List<Row> rows = lookups.stream().map(Row::new).toList();
        try (LoadedModel model = ScriptedModel.load(
                GlimpseWorker.options(folder, "bfloat16", threads, 4_096).toBuilder()
                        .module(null)
                        .build(),
                prompt -> record(Integer.parseInt(prompt.replaceAll("(?s).*Receipt (\\d+).*", "$1"))))) {
            answer(model, 0, 0, new ThreadClock());
            for (int round = 1; round <= rounds; round++) {
                for (Row row : rows) {
                    ThreadClock thread = new ThreadClock();
                    GenerationResult result = answer(model, round, row.lookup(), thread);
                    row.add(result, clock == Clock.WALL ? wall(result) : thread.seconds(Stage.DECODING));
                }
            }
        } finally {
            RandomModel.delete(folder);
        }
        String table = table(rows);
        Files.writeString(out.resolve("table.md"), table);
        System.out.println(table);
        return 0;
    }

    private static double wall(GenerationResult result) {
        return result.timings().decoding().toNanos() / 1e9;
    }

    private GenerationResult answer(LoadedModel model, int round, int lookup, ThreadClock thread) {
        StringBuilder text = new StringBuilder("Receipt " + round + "\n");
        for (int i = 0; i < articles; i++) {
            text.append(String.format(
                    Locale.ROOT, "%d x %s %d.%02d%n", count(round, i), article(round, i), price(round, i), 10 * i));
        }
        GenerationRequest request = new GenerationRequest(
                List.of(ChatTurn.user(text + ASKED)),
                PruningOptions.builder().enabled(false).build(),
                GenerationOptions.builder().lookup(lookup).build());
        GenerationResult result = model.generate(request, thread, new CancellationSignal());
        // The last stage ends.
        thread.onStage(Stage.WAITING);
        return result;
    }

    private String record(int round) {
        StringBuilder record = new StringBuilder("[");
        for (int i = 0; i < articles; i++) {
            record.append(String.format(
                    Locale.ROOT,
                    "%s{\"name\": \"%s\", \"count\": %d, \"price\": \"%d.%02d\"}",
                    i == 0 ? "" : ", ",
                    article(round, i),
                    count(round, i),
                    price(round, i),
                    10 * i));
        }
        return record + "]";
    }

    private static String article(int round, int line) {
        return ARTICLES[(3 * round + line) % ARTICLES.length];
    }

    private static int count(int round, int line) {
        return 1 + (round + line * line) % 4;
    }

    private static int price(int round, int line) {
        return 2 + (5 * round + 7 * line) % 11;
    }

    private String table(List<Row> rows) {
        StringBuilder table = new StringBuilder(String.format(
                Locale.ROOT,
                "%s shape, %d layers, %d threads, %d rounds in turns%n%n| lookup | tokens/s, middle (least to most) | of"
                        + " the first | taken of proposed, of tokens |%n|---|---|---|---|%n",
                shape,
                layers,
                threads,
                rounds));
        for (Row row : rows) {
            Sorted sorted = Sorted.of(row.rates());
            table.append(String.format(
                    Locale.ROOT,
                    "| %d | %.2f (%.2f to %.2f) | %.2f | %d of %d, of %d |%n",
                    row.lookup(),
                    sorted.middle(),
                    sorted.least(),
                    sorted.most(),
                    sorted.middle() / Sorted.of(rows.get(0).rates()).middle(),
                    row.sum(result -> result.lookup().taken()),
                    row.sum(result -> result.lookup().proposed()),
                    row.sum(result -> result.tokenIds().length)));
        }
        return table.toString();
    }
}
