package io.github.glimpse.examples.benchmark;

import io.github.glimpse.GenerationCancelledException;
import io.github.glimpse.generate.CancellationSignal;
import io.github.glimpse.generate.ChatTurn;
import io.github.glimpse.generate.EngineOptions;
import io.github.glimpse.generate.GenerationListener;
import io.github.glimpse.generate.GenerationRequest;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.generate.Pace;
import io.github.glimpse.generate.VisionCacheOptions;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.sampling.GenerationOptions;
import io.github.glimpse.serve.ServingOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * How long a running answer waits for its next token while pictures are prefilled, beside a step of decoding alone and the slices of such a
 * picture alone. All three take turns in one run, so that a change of the machine's speed meets all of them.
 */
@Command(
        name = Stalls.NAME,
        mixinStandardHelpOptions = true,
        description = "Times the gaps between tokens of an answer while pictures are prefilled.")
final class Stalls implements Callable<Integer> {

    static final String NAME = "stalls";

    private static final int TOKENS_ALONE = 24;
    private static final int TOKENS_BESIDE = 4;
    private static final long CHECK_MILLIS = 2;
    /** The picture was answered before: small ones take no longer than a few tokens. */
    private static final long NOT_CANCELLED = Long.MIN_VALUE;

    @Option(names = "--shape", defaultValue = "3b", description = "3b, 7b or tiny")
    private String shape = "3b";

    @Option(names = "--layers", defaultValue = "6", description = "Layers of the decoder")
    private int layers;

    @Option(names = "--tokens", defaultValue = "1296", description = "Image tokens of the pictures")
    private int tokens;

    @Option(names = "--share", defaultValue = "0.7", description = "Share of the time that prompts get (prefill-share)")
    private double share;

    @Option(names = "--threads", defaultValue = "1", description = "Threads of a product")
    private int threads;

    @Option(names = "--rounds", defaultValue = "2", description = "Rounds")
    private int rounds;

    @Option(names = "--out", defaultValue = "target/stalls", description = "Folder of the model and of the results")
    private Path out = Path.of("target/stalls");

    private int asked;

    /** Nanoseconds of all rounds. */
    private record Times(List<Long> steps, List<Long> slices, List<Long> gaps, List<Long> cancelled) {

        Times() {
            this(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        }
    }

    static CommandLine commandLine() {
        return new CommandLine(new Stalls());
    }

    @Override
    public Integer call() throws IOException, InterruptedException, ExecutionException {
        RandomModel.require(shape);
        Files.createDirectories(out);
        Path folder = new RandomModel(shape, layers, out).write();
        ExecutorService caller = Executors.newCachedThreadPool();
        Times times = new Times();
        int places;
        try (LoadedModel model = LoadedModel.load(options(folder))) {
            places = Pace.places(model);
            round(model, caller, new Times());
            for (int round = 0; round < rounds; round++) {
                round(model, caller, times);
            }
        } finally {
            caller.shutdownNow();
            RandomModel.delete(folder);
        }
        String table = table(times, places);
        Files.writeString(out.resolve("table.md"), table);
        System.out.println(table);
        return 0;
    }

    private EngineOptions options(Path folder) {
        return GlimpseWorker.options(folder, "bfloat16", threads, 1).toBuilder()
                .module(null)
                .pruning(PruningOptions.builder().enabled(false).build())
                .visionCache(VisionCacheOptions.off())
                .serving(ServingOptions.defaults().withPrefillShare(share))
                .build();
    }

    private void round(LoadedModel model, ExecutorService caller, Times times)
            throws IOException, InterruptedException, ExecutionException {
        List<Long> alone = new ArrayList<>();
        Pace.answer(model, text(TOKENS_ALONE), new CancellationSignal(), alone);
        between(alone, 0, Long.MAX_VALUE, times.steps());
        times.slices().addAll(Pace.slices(model, picture()));
        CancellationSignal signal = new CancellationSignal();
        List<Long> running = Collections.synchronizedList(new ArrayList<>());
        Future<?> answer = caller.submit(() -> Pace.answer(model, text(4_096), signal, running));
        awaitTokens(running, answer);
        GenerationRequest picture = picture();
        long from = System.nanoTime();
        model.generate(picture);
        long to = System.nanoTime();
        between(List.copyOf(running), from, to, times.gaps());
        cancel(model, caller, running, times.cancelled());
        signal.cancel();
        ended(answer);
    }

    private static void ended(Future<?> answer) throws InterruptedException, ExecutionException {
        try {
            answer.get();
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof GenerationCancelledException)) {
                throw e;
            }
        }
    }

    /** Nanoseconds from the signal to the end of a request whose picture is in the tower while an answer runs. */
    private void cancel(LoadedModel model, ExecutorService caller, List<Long> running, List<Long> times)
            throws IOException, InterruptedException, ExecutionException {
        CancellationSignal signal = new CancellationSignal();
        GenerationRequest picture = picture();
        int before = running.size();
        Future<Long> ending = caller.submit(() -> {
            try {
                model.generate(picture, GenerationListener.NONE, signal);
                return NOT_CANCELLED;
            } catch (GenerationCancelledException expected) {
                return System.nanoTime();
            }
        });
        while (running.size() < before + TOKENS_BESIDE && !ending.isDone()) {
            Thread.sleep(CHECK_MILLIS);
        }
        long given = System.nanoTime();
        signal.cancel();
        long ended = ending.get();
        if (ended != NOT_CANCELLED) {
            times.add(ended - given);
        }
    }

    private static void awaitTokens(List<Long> running, Future<?> answer) throws InterruptedException {
        while (running.size() < TOKENS_BESIDE && !answer.isDone()) {
            Thread.sleep(CHECK_MILLIS);
        }
    }

    /** The gaps that end within a time; the first of an answer is left out, as its kernels are made for the shape. */
    private static void between(List<Long> moments, long from, long to, List<Long> gaps) {
        for (int i = 2; i < moments.size(); i++) {
            if (moments.get(i) >= from && moments.get(i) <= to) {
                gaps.add(moments.get(i) - moments.get(i - 1));
            }
        }
    }

    private static GenerationRequest text(int tokens) {
        return new GenerationRequest(
                List.of(ChatTurn.user(Turn.QUESTION)),
                PruningOptions.defaults(),
                GenerationOptions.builder().maxOutputTokens(tokens).build());
    }

    /** About a picture that nobody remembers. */
    private GenerationRequest picture() throws IOException {
        byte[] picture = Files.readAllBytes(Pictures.write(tokens, asked++, out));
        return GenerationRequest.of(ChatTurn.user(Turn.QUESTION, picture));
    }

    private String table(Times times, int places) {
        StringBuilder table = new StringBuilder(String.format(
                Locale.ROOT,
                "%s shape, %d layers, pictures of %d tokens, %d threads, %d places, share %.2f, %d rounds%n%n",
                shape,
                layers,
                tokens,
                threads,
                places,
                share,
                rounds));
        table.append("| milliseconds | how many | middle | p95 | longest |\n|---|---|---|---|---|\n");
        row("a step of the answer alone", times.steps(), table);
        row("a slice of a picture alone", times.slices(), table);
        row("gap between tokens while a picture is prefilled", times.gaps(), table);
        row("from a picture's cancellation to its end", times.cancelled(), table);
        double step = Sorted.of(times.steps()).part(0.5);
        Sorted slices = Sorted.of(times.slices());
        Sorted gaps = Sorted.of(times.gaps());
        return table.append(String.format(
                        Locale.ROOT,
                        "%np95 of the gaps: %.2f times a middle step and a slice of p95; the longest: %.2f times a middle step"
                                + " and the longest slice%n",
                        gaps.part(0.95) / (step + slices.part(0.95)),
                        gaps.part(1) / (step + slices.part(1))))
                .toString();
    }

    private static void row(String name, List<Long> nanos, StringBuilder table) {
        Sorted sorted = Sorted.of(nanos);
        table.append(String.format(
                Locale.ROOT,
                "| %s | %d | %.1f | %.1f | %.1f |%n",
                name,
                nanos.size(),
                sorted.part(0.5) / 1e6,
                sorted.part(0.95) / 1e6,
                sorted.part(1) / 1e6));
    }
}
