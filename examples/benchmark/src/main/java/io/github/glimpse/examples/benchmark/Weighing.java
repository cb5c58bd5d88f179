package io.github.glimpse.examples.benchmark;

import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.engine.WeightFormat;
import io.github.glimpse.generate.ChatTurn;
import io.github.glimpse.generate.EngineOptions;
import io.github.glimpse.generate.GenerationRequest;
import io.github.glimpse.generate.GenerationResult;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.generate.StageTimings;
import io.github.glimpse.generate.VisionCacheOptions;
import io.github.glimpse.prune.PruningOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * bfloat16, packed where the CPU has its instructions, and 8 bits of one model of random weights, both loaded, in turns: a change of the
 * machine's speed meets both. Few layers tell as much as all, as each costs the same.
 */
@Command(
        name = Weighing.NAME,
        mixinStandardHelpOptions = true,
        description = "Times weights of 8 bits against bfloat16.")
final class Weighing implements Callable<Integer> {

    static final String NAME = "weights";

    @Option(names = "--shape", defaultValue = "3b", description = "3b, 7b or tiny")
    private String shape = "3b";

    @Option(names = "--layers", defaultValue = "6", description = "Layers of the decoder")
    private int layers;

    @Option(names = "--tokens", defaultValue = "600", description = "Image tokens of the picture")
    private int tokens;

    @Option(names = "--output-tokens", defaultValue = "24", description = "Tokens of each answer")
    private int outputTokens;

    @Option(names = "--threads", defaultValue = "1", description = "Threads of a product")
    private int threads;

    @Option(names = "--rounds", defaultValue = "5", description = "Rounds")
    private int rounds;

    @Option(names = "--out", defaultValue = "target/weights", description = "Folder of the model and of the results")
    private Path out = Path.of("target/weights");

    private int asked;
    private String sixteenBits = "bfloat16";

    /** One answer: milliseconds. */
    private record Time(double vision, double prefill, double token) {

        static Time of(GenerationResult result) {
            StageTimings timings = result.timings();
            int steps = Math.max(1, result.tokenIds().length - 1);
            return new Time(
                    millis(timings.vision()),
                    millis(timings.prefillBeforeCut().plus(timings.prefillAfterCut())),
                    millis(timings.decoding()) / steps);
        }

        private static double millis(Duration time) {
            return time.toNanos() / 1e6;
        }
    }

    static CommandLine commandLine() {
        return new CommandLine(new Weighing());
    }

    /** One of the two, loaded. */
    private record Rival(LoadedModel model, double resident, List<Time> times) implements AutoCloseable {

        @Override
        public void close() {
            model.close();
        }
    }

    @Override
    public Integer call() throws IOException {
        RandomModel.require(shape);
        Files.createDirectories(out);
        Path folder = new RandomModel(shape, layers, out).write();
        List<Double> reads = new ArrayList<>();
        // The library stays in the process: its memory is neither's.
        try (TorchRuntime runtime =
                TorchRuntime.start(options(folder, WeightFormat.AUTO).runtime())) {
            sixteenBits = runtime.packsBfloat16() ? "packed bfloat16" : "bfloat16";
        }
        try (Rival wide = rival(folder, WeightFormat.AUTO);
                Rival narrow = rival(folder, WeightFormat.INT8)) {
            for (int round = 0; round < rounds; round++) {
                reads.add(Reading.memoryRate() / 1e9);
                wide.times().add(Time.of(ask(wide.model())));
                narrow.times().add(Time.of(ask(narrow.model())));
            }
            String table = table(wide, narrow, reads);
            Files.writeString(out.resolve("table.md"), table);
            System.out.println(table);
            narrow.model().int8Report().ifPresent(report -> System.out.println("8 bits against 16: " + report));
        } finally {
            RandomModel.delete(folder);
        }
        return 0;
    }

    private Rival rival(Path folder, WeightFormat format) throws IOException {
        double before = Resident.anonymousBytes();
        LoadedModel model = LoadedModel.load(options(folder, format));
        ask(model);
        return new Rival(model, Resident.anonymousBytes() - before, new ArrayList<>());
    }

    private EngineOptions options(Path folder, WeightFormat format) {
        EngineOptions options = GlimpseWorker.options(folder, "bfloat16", threads, outputTokens);
        return options.toBuilder()
                .module(null)
                .pruning(PruningOptions.builder().enabled(false).build())
                .visionCache(VisionCacheOptions.off())
                .load(options.load().toBuilder().weights(format).build())
                .build();
    }

    /** About a picture that nobody remembers. */
    private GenerationResult ask(LoadedModel model) throws IOException {
        byte[] picture = Files.readAllBytes(Pictures.write(tokens, asked++, out));
        return model.generate(GenerationRequest.of(ChatTurn.user(Turn.QUESTION, picture)));
    }

    private String table(Rival wide, Rival narrow, List<Double> reads) {
        StringBuilder table = new StringBuilder(String.format(
                Locale.ROOT,
                "%s shape, %d layers, %d image tokens, %d threads, %d rounds in turns; middle values%n%n",
                shape,
                layers,
                tokens,
                threads,
                rounds));
        table.append("| | " + sixteenBits + " | 8 bits | ratio, middle of the rounds |\n|---|---|---|---|\n");
        row("decoding, ms a token", wide, narrow, Time::token, table);
        row("prefill, ms", wide, narrow, Time::prefill, table);
        row("tower, ms", wide, narrow, Time::vision, table);
        table.append(String.format(
                Locale.ROOT,
                "| resident, MB | %.0f | %.0f | %.2f |%n",
                wide.resident() / 1e6,
                narrow.resident() / 1e6,
                narrow.resident() / wide.resident()));
        return table.append(String.format(
                        Locale.ROOT,
                        "%nA plain read of memory: %.1f GB/s%n",
                        Sorted.of(reads).middle()))
                .toString();
    }

    private static void row(String name, Rival wide, Rival narrow, ToDoubleFunction<Time> value, StringBuilder table) {
        List<Double> broad = wide.times().stream().map(value::applyAsDouble).toList();
        List<Double> thin = narrow.times().stream().map(value::applyAsDouble).toList();
        List<Double> ratios = new ArrayList<>();
        for (int i = 0; i < broad.size(); i++) {
            ratios.add(thin.get(i) / broad.get(i));
        }
        table.append(String.format(
                Locale.ROOT,
                "| %s | %.1f | %.1f | %.2f |%n",
                name,
                Sorted.of(broad).middle(),
                Sorted.of(thin).middle(),
                Sorted.of(ratios).middle()));
    }
}
