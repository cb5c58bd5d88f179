package io.github.glimpse.examples.benchmark;

import io.github.glimpse.engine.WeightFormat;
import io.github.glimpse.generate.CancellationSignal;
import io.github.glimpse.generate.ChatTurn;
import io.github.glimpse.generate.EngineOptions;
import io.github.glimpse.generate.GenerationListener;
import io.github.glimpse.generate.GenerationOptions;
import io.github.glimpse.generate.GenerationRequest;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.generate.Stage;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.serve.StepUse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Several callers at once, each with a picture of its own: tokens a second while all of them are being answered. The numbers of callers
 * take turns, so that a change of the machine's speed meets all of them.
 */
@Command(
        name = Callers.NAME,
        mixinStandardHelpOptions = true,
        description = "Tokens a second of one and of several callers at once.")
final class Callers implements Callable<Integer> {

    static final String NAME = "callers";

    @Option(
            names = "--model",
            required = true,
            description = "Model folder with a glimpse module in its folder 'glimpse'")
    private @Nullable Path model;

    @Option(names = "--callers", split = ",", defaultValue = "1,4,8,16", description = "How many ask at once")
    private List<Integer> callers = List.of();

    @Option(names = "--tokens", defaultValue = "100", description = "Image tokens of each picture")
    private int tokens;

    @Option(names = "--retention", defaultValue = "0.111", description = "Share of them that is kept")
    private double retention;

    @Option(names = "--dtype", defaultValue = "bfloat16", description = "bfloat16, float32")
    private String dtype = "bfloat16";

    @Option(names = "--weights", defaultValue = "auto", description = "auto, packed, int8, mapped")
    private WeightFormat format = WeightFormat.AUTO;

    @Option(names = "--threads", defaultValue = "2", description = "Threads of a product")
    private int threads;

    @Option(names = "--rounds", defaultValue = "3", description = "Rounds")
    private int rounds;

    @Option(names = "--output-tokens", defaultValue = "48", description = "Tokens of each answer")
    private int outputTokens;

    @Option(names = "--out", defaultValue = "target/callers", description = "Folder of the results")
    private Path out = Path.of("target/callers");

    /** How far decoding was at a moment. */
    private record Moment(StepUse use, long nanos) {

        static Moment now(LoadedModel model) {
            return new Moment(model.stepUse(), System.nanoTime());
        }
    }

    static CommandLine commandLine() {
        return new CommandLine(new Callers()).setCaseInsensitiveEnumValuesAllowed(true);
    }

    @Override
    public Integer call() throws IOException, InterruptedException, ExecutionException {
        Path folder = Objects.requireNonNull(model);
        Files.createDirectories(out);
        int most = callers.stream().mapToInt(Integer::intValue).max().orElse(1);
        List<byte[]> pictures = new ArrayList<>();
        for (int i = 0; i < most; i++) {
            pictures.add(Files.readAllBytes(Pictures.write(tokens, i, out)));
        }
        Map<Integer, List<Double>> rates = new TreeMap<>();
        List<Double> reads = new ArrayList<>();
        EngineOptions options = GlimpseWorker.options(folder, dtype, threads, outputTokens);
        try (LoadedModel loaded = LoadedModel.load(options.toBuilder()
                .load(options.load().toBuilder().weights(format).build())
                .maxRunning(most)
                .build())) {
            rate(loaded, pictures.subList(0, 1));
            for (int round = 0; round < rounds; round++) {
                reads.add(Reading.memoryRate() / 1e9);
                for (int count : callers) {
                    double rate = rate(loaded, pictures.subList(0, count));
                    rates.computeIfAbsent(count, key -> new ArrayList<>()).add(rate);
                    System.out.printf(Locale.ROOT, "round %d, %d callers: %.2f tokens/s%n", round + 1, count, rate);
                }
            }
        }
        String table = table(rates, reads);
        Files.writeString(out.resolve("table.md"), table);
        System.out.println(table);
        return 0;
    }

    /** Tokens a second from when all have their first until the first has all. */
    private double rate(LoadedModel loaded, List<byte[]> pictures) throws InterruptedException, ExecutionException {
        AtomicReference<@Nullable Moment> start = new AtomicReference<>();
        AtomicReference<@Nullable Moment> end = new AtomicReference<>();
        CyclicBarrier together = new CyclicBarrier(pictures.size(), () -> start.set(Moment.now(loaded)));
        PruningOptions pruning = PruningOptions.builder()
                .threshold(0.0)
                .maxRetentionRatio(retention)
                .build();
        ExecutorService threadsOfCallers = Executors.newFixedThreadPool(pictures.size());
        try {
            List<Future<?>> answers = new ArrayList<>();
            for (byte[] picture : pictures) {
                GenerationRequest request = new GenerationRequest(
                        List.of(ChatTurn.user(Turn.QUESTION, picture)), pruning, GenerationOptions.defaults());
                answers.add(threadsOfCallers.submit(() -> {
                    loaded.generate(request, first(together), new CancellationSignal());
                    end.compareAndSet(null, Moment.now(loaded));
                    return request;
                }));
            }
            for (Future<?> answer : answers) {
                answer.get();
            }
        } finally {
            threadsOfCallers.shutdown();
        }
        Moment from = Objects.requireNonNull(start.get());
        Moment to = Objects.requireNonNull(end.get());
        return (to.use().tokens() - from.use().tokens()) / ((to.nanos() - from.nanos()) / 1e9);
    }

    private static GenerationListener first(CyclicBarrier together) {
        return new GenerationListener() {
            @Override
            public void onText(String text) {}

            @Override
            public void onStage(Stage stage) {
                if (stage == Stage.DECODING) {
                    try {
                        together.await();
                    } catch (InterruptedException | BrokenBarrierException e) {
                        throw new IllegalStateException("The others did not come", e);
                    }
                }
            }
        };
    }

    private static String table(Map<Integer, List<Double>> rates, List<Double> reads) {
        StringBuilder table =
                new StringBuilder("| callers | tokens/s, middle (least to most) | of one caller |\n|---|---|---|\n");
        double one = Sorted.of(rates.values().iterator().next()).middle();
        rates.forEach((count, values) -> {
            Sorted sorted = Sorted.of(values);
            table.append(String.format(
                    Locale.ROOT,
                    "| %d | %.2f (%.2f to %.2f) | %.2f |%n",
                    count,
                    sorted.middle(),
                    sorted.least(),
                    sorted.most(),
                    sorted.middle() / one));
        });
        return table.append(String.format(
                        Locale.ROOT,
                        "%nA plain read of memory: %.1f GB/s%n",
                        Sorted.of(reads).middle()))
                .toString();
    }
}
