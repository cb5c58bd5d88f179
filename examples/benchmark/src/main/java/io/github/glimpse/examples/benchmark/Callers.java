package io.github.glimpse.examples.benchmark;

import io.github.glimpse.engine.WeightFormat;
import io.github.glimpse.generate.CancellationSignal;
import io.github.glimpse.generate.ChatTurn;
import io.github.glimpse.generate.EngineOptions;
import io.github.glimpse.generate.GenerationListener;
import io.github.glimpse.generate.GenerationRequest;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.generate.Stage;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.sampling.GenerationOptions;
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
 * Several callers at once, each with a picture or a text of its own: how long they wait for their first token, and tokens a second while all of
 * them are being answered. The numbers of callers take turns, so that a change of the machine's speed meets all of them.
 */
@Command(
        name = Callers.NAME,
        mixinStandardHelpOptions = true,
        description = "First tokens, and tokens a second, of one and of several callers at once.")
final class Callers implements Callable<Integer> {

    static final String NAME = "callers";

    private static final String TEXT =
            "Tell me in one sentence that is no longer than this one what you know about the number ";

    @Option(
            names = "--model",
            required = true,
            description = "Model folder with a glimpse module in its folder 'glimpse'")
    private @Nullable Path model;

    @Option(names = "--callers", split = ",", defaultValue = "1,4,8,16", description = "How many ask at once")
    private List<Integer> callers = List.of();

    @Option(
            names = "--tokens",
            defaultValue = "100",
            description = "Image tokens of each picture; 0 asks without pictures")
    private int tokens;

    @Option(names = "--retention", defaultValue = "0.111", description = "Share of them that is kept")
    private double retention;

    @Option(names = "--dtype", defaultValue = "bfloat16", description = "bfloat16, float32")
    private String dtype = "bfloat16";

    @Option(names = "--weights", defaultValue = "auto", description = "auto, packed, int8, mapped")
    private WeightFormat format = WeightFormat.AUTO;

    @Option(names = "--device", defaultValue = "cpu", description = "cpu, auto, cuda or cuda:N")
    private String device = "cpu";

    @Option(names = "--threads", defaultValue = "2", description = "Threads of a product")
    private int threads;

    @Option(names = "--rounds", defaultValue = "3", description = "Rounds")
    private int rounds;

    @Option(names = "--output-tokens", defaultValue = "48", description = "Tokens of each answer")
    private int outputTokens;

    @Option(names = "--out", defaultValue = "target/callers", description = "Folder of the results")
    private Path out = Path.of("target/callers");

    /**
     * What callers got.
     *
     * @param rate tokens a second from when all have their first until the first has all
     * @param firsts by caller, seconds until its first token
     */
    private record Got(double rate, List<Double> firsts) {

        /** What 95 of 100 callers do not wait longer than. */
        double slowestFirst() {
            return Sorted.of(firsts).part(0.95);
        }
    }

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
        List<ChatTurn> questions = new ArrayList<>();
        for (int i = 0; i < most; i++) {
            questions.add(
                    tokens == 0
                            ? ChatTurn.user(TEXT + i)
                            : ChatTurn.user(Turn.QUESTION, Files.readAllBytes(Pictures.write(tokens, i, out))));
        }
        Map<Integer, List<Got>> all = new TreeMap<>();
        List<Double> reads = new ArrayList<>();
        EngineOptions options = GlimpseWorker.options(folder, dtype, threads, outputTokens);
        try (LoadedModel loaded = LoadedModel.load(options.toBuilder()
                .runtime(options.runtime().withDevice(device))
                .load(options.load().toBuilder().weights(format).build())
                .maxRunning(most)
                .build())) {
            ask(loaded, questions.subList(0, 1));
            for (int round = 0; round < rounds; round++) {
                reads.add(Reading.memoryRate() / 1e9);
                for (int count : callers) {
                    Got got = ask(loaded, questions.subList(0, count));
                    all.computeIfAbsent(count, key -> new ArrayList<>()).add(got);
                    System.out.printf(
                            Locale.ROOT,
                            "round %d, %d callers: first tokens after %.2f s, %.2f tokens/s%n",
                            round + 1,
                            count,
                            got.slowestFirst(),
                            got.rate());
                }
            }
        }
        String table = table(all, reads);
        Files.writeString(out.resolve("table.md"), table);
        System.out.println(table);
        return 0;
    }

    private Got ask(LoadedModel loaded, List<ChatTurn> questions) throws InterruptedException, ExecutionException {
        AtomicReference<@Nullable Moment> start = new AtomicReference<>();
        AtomicReference<@Nullable Moment> end = new AtomicReference<>();
        CyclicBarrier begin = new CyclicBarrier(questions.size());
        CyclicBarrier together = new CyclicBarrier(questions.size(), () -> start.set(Moment.now(loaded)));
        PruningOptions pruning = PruningOptions.builder()
                .threshold(0.0)
                .maxRetentionRatio(retention)
                .build();
        ExecutorService threadsOfCallers = Executors.newFixedThreadPool(questions.size());
        List<Double> firsts = new ArrayList<>();
        try {
            List<Future<Double>> answers = new ArrayList<>();
            for (ChatTurn question : questions) {
                GenerationRequest request =
                        new GenerationRequest(List.of(question), pruning, GenerationOptions.defaults());
                answers.add(threadsOfCallers.submit(() -> {
                    await(begin);
                    FirstToken first = new FirstToken(together);
                    loaded.generate(request, first, new CancellationSignal());
                    end.compareAndSet(null, Moment.now(loaded));
                    return first.seconds;
                }));
            }
            for (Future<Double> answer : answers) {
                firsts.add(answer.get());
            }
        } finally {
            threadsOfCallers.shutdown();
        }
        Moment from = Objects.requireNonNull(start.get());
        Moment to = Objects.requireNonNull(end.get());
        return new Got(
                (to.use().tokens() - from.use().tokens()) / ((to.nanos() - from.nanos()) / 1e9), List.copyOf(firsts));
    }

    /** Waits for the first tokens of the others. */
    private static final class FirstToken implements GenerationListener {

        private final CyclicBarrier together;
        private final long asked = System.nanoTime();
        private double seconds;

        private FirstToken(CyclicBarrier together) {
            this.together = together;
        }

        @Override
        public void onText(String text) {}

        @Override
        public void onStage(Stage stage) {
            if (stage == Stage.DECODING) {
                seconds = (System.nanoTime() - asked) / 1e9;
                await(together);
            }
        }
    }

    private static void await(CyclicBarrier others) {
        try {
            others.await();
        } catch (InterruptedException | BrokenBarrierException e) {
            throw new IllegalStateException("The others did not come", e);
        }
    }

    private static String table(Map<Integer, List<Got>> all, List<Double> reads) {
        StringBuilder table =
                new StringBuilder("| callers | first token, p95, middle (least to most) | tokens/s, middle (least to"
                        + " most) | of one caller |\n|---|---|---|---|\n");
        double one = rates(all.values().iterator().next()).middle();
        all.forEach((count, got) -> {
            Sorted firsts = Sorted.of(got.stream().map(Got::slowestFirst).toList());
            Sorted rates = rates(got);
            table.append(String.format(
                    Locale.ROOT,
                    "| %d | %.2f s (%.2f to %.2f) | %.2f (%.2f to %.2f) | %.2f |%n",
                    count,
                    firsts.middle(),
                    firsts.least(),
                    firsts.most(),
                    rates.middle(),
                    rates.least(),
                    rates.most(),
                    rates.middle() / one));
        });
        return table.append(String.format(
                        Locale.ROOT,
                        "%nA plain read of memory: %.1f GB/s%n",
                        Sorted.of(reads).middle()))
                .toString();
    }

    private static Sorted rates(List<Got> got) {
        return Sorted.of(got.stream().map(Got::rate).toList());
    }
}
