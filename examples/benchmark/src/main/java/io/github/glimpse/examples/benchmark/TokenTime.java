package io.github.glimpse.examples.benchmark;

import ai.djl.pytorch.jni.JniUtils;
import io.github.glimpse.engine.WeightFormat;
import io.github.glimpse.generate.ChatTurn;
import io.github.glimpse.generate.EngineOptions;
import io.github.glimpse.generate.GenerationRequest;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.generate.Pace;
import io.github.glimpse.prune.PruningOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Where the time of a token goes: beside plain reads of memory, one after each token, and by layers, as libtorch's profiler tells of an
 * answer of its own.
 */
@Command(
        name = TokenTime.NAME,
        mixinStandardHelpOptions = true,
        description = "A token of an answer beside plain reads of memory, and by layers.")
final class TokenTime implements Callable<Integer> {

    static final String NAME = "token";

    // A trace has a hundred events a layer.
    private static final int PROFILED = 12;

    private static final int WARM_UP = 8;

    @Option(names = "--shape", defaultValue = "3b", description = "3b, 7b or tiny")
    private String shape = "3b";

    @Option(names = "--layers", description = "Layers of the decoder; those of the shape if not given")
    private @Nullable Integer layers;

    @Option(names = "--weights", split = ",", defaultValue = "packed", description = "packed, int8, mapped")
    private List<WeightFormat> formats = List.of();

    @Option(names = "--tokens", defaultValue = "256", description = "Image tokens of the picture")
    private int tokens;

    @Option(names = "--retention", defaultValue = "0.111", description = "Share of them that is kept")
    private double retention;

    @Option(names = "--output-tokens", defaultValue = "33", description = "Tokens of each answer")
    private int outputTokens;

    @Option(names = "--threads", defaultValue = "2", description = "Threads of a product")
    private int threads;

    @Option(names = "--rounds", defaultValue = "3", description = "Answers beside plain reads")
    private int rounds;

    @Option(names = "--out", defaultValue = "target/token", description = "Folder of the model and of the results")
    private Path out = Path.of("target/token");

    static CommandLine commandLine() {
        return new CommandLine(new TokenTime()).setCaseInsensitiveEnumValuesAllowed(true);
    }

    @Override
    public Integer call() throws IOException {
        RandomModel.require(shape);
        Files.createDirectories(out);
        Path folder = new RandomModel(shape, layers, out).write();
        StringBuilder table = new StringBuilder();
        try {
            for (WeightFormat format : formats) {
                table.append(table(folder, format));
            }
        } finally {
            RandomModel.delete(folder);
        }
        Files.writeString(out.resolve("table.md"), table);
        System.out.println(table);
        return 0;
    }

    private String table(Path folder, WeightFormat format) throws IOException {
        DecoderWork work = DecoderWork.of(folder);
        List<Double> steps = new ArrayList<>();
        List<Double> reads = new ArrayList<>();
        List<Double> shares = new ArrayList<>();
        try (LoadedModel model = LoadedModel.load(options(folder, format))) {
            GenerationRequest request = GenerationRequest.of(
                    ChatTurn.user(Turn.QUESTION, Files.readAllBytes(Pictures.write(tokens, 1, out))));
            // The first answers are slower: caches of kernels, and what Java has not compiled.
            for (int answer = 0; answer < WARM_UP; answer++) {
                Pace.answerFreely(model, request, () -> {});
            }
            for (int round = 0; round < rounds; round++) {
                Reading.afterEachToken(model, request, (seconds, rate) -> {
                    steps.add(seconds * 1e3);
                    reads.add(rate / 1e9);
                    shares.add(model.weightBytesPerStep() / rate / seconds);
                });
            }
            return head(format, model.weightBytesPerStep(), Sorted.of(steps), Sorted.of(reads), Sorted.of(shares))
                    + byLayers(profile(model, request, work.layers()));
        }
    }

    private EngineOptions options(Path folder, WeightFormat format) {
        EngineOptions options = GlimpseWorker.options(folder, "bfloat16", threads, outputTokens);
        return options.toBuilder()
                .load(options.load().toBuilder().weights(format).build())
                .pruning(PruningOptions.builder()
                        .threshold(0.0)
                        .maxRetentionRatio(retention)
                        .build())
                .build();
    }

    private Profile profile(LoadedModel model, GenerationRequest request, int decoderLayers) throws IOException {
        Path trace = out.resolve("trace.json");
        int[] rows = {0};
        int end = Math.min(2 + PROFILED, outputTokens - 1);
        Pace.answerFreely(model, request, () -> {
            if (++rows[0] == 2) {
                JniUtils.startProfile(false, false, false);
            } else if (rows[0] == end) {
                JniUtils.stopProfile(trace.toString());
            }
        });
        if (rows[0] < end) {
            throw new IllegalStateException("The answer ended after " + rows[0] + " tokens, and " + end
                    + " are needed for a profile; try --tokens of another number");
        }
        Profile profile = Profile.read(trace, decoderLayers);
        Files.delete(trace);
        return profile;
    }

    private static String head(WeightFormat format, long weightBytes, Sorted steps, Sorted reads, Sorted shares) {
        double bytes = weightBytes / 1e9;
        return String.format(
                Locale.ROOT,
                "%n%s: %d tokens, %.2f ms in the middle, %.2f ms at least; plain reads between them %.1f GB/s in the middle,"
                        + " %.1f GB/s at most; the %.2f GB of weights are read at %.2f of the plain read behind each token in the"
                        + " middle, %.2f by middle values, %.2f by best ones%n%n",
                format,
                steps.values().length,
                steps.middle(),
                steps.least(),
                reads.middle(),
                reads.most(),
                bytes,
                shares.middle(),
                bytes / reads.middle() / (steps.middle() / 1e3),
                bytes / reads.most() / (steps.least() / 1e3));
    }

    private static String byLayers(Profile profile) {
        StringBuilder table = new StringBuilder("""
                | microseconds a token | products | in them | other calls | in them | between calls |
                |---|---|---|---|---|---|
                """);
        int tokens = profile.tokens();
        int last = profile.parts().size() - 1;
        for (int i = 0; i <= last; i++) {
            Profile.Part part = profile.parts().get(i);
            table.append(String.format(
                    Locale.ROOT,
                    "| %s | %d | %.0f | %d | %.0f | %.0f |%n",
                    i == last ? "head" : "layer " + i,
                    part.products() / tokens,
                    part.productMicros() / tokens,
                    part.calls() / tokens,
                    part.callMicros() / tokens,
                    part.betweenMicros() / tokens));
        }
        return table.toString();
    }
}
