package io.github.glimpse.examples.benchmark;

import io.github.glimpse.GlimpseException;
import io.github.glimpse.engine.Dtype;
import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.generate.ChatTurn;
import io.github.glimpse.generate.EngineOptions;
import io.github.glimpse.generate.EngineState;
import io.github.glimpse.generate.FaultyStrategy;
import io.github.glimpse.generate.GenerationOptions;
import io.github.glimpse.generate.GenerationRequest;
import io.github.glimpse.generate.GenerationResult;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.generate.StageTimings;
import io.github.glimpse.generate.TracedAnswer;
import io.github.glimpse.generate.VisionCacheOptions;
import io.github.glimpse.model.LoadOptions;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.testing.RandomModelFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.ToDoubleFunction;

/** One shape on one device. */
final class DeviceTrial {

    private static final double KEPT = 0.14;
    private static final double TOP_P = 0.9;
    private static final int NUMERIC_LAYERS = 3;
    private static final int NUMERIC_TOKENS = 64;
    private static final PruningOptions UNPRUNED =
            PruningOptions.builder().enabled(false).build();
    // With random weights a threshold would say nothing.
    private static final PruningOptions PRUNED =
            PruningOptions.builder().threshold(0.0).maxRetentionRatio(KEPT).build();

    private final RandomModel model;
    private final RuntimeOptions options;
    private final TorchRuntime runtime;
    private final double copyRate;
    private final List<DeviceFinding> findings = new ArrayList<>();

    DeviceTrial(RandomModel model, RuntimeOptions options, TorchRuntime runtime, double copyRate) {
        this.model = model;
        this.options = options;
        this.runtime = runtime;
        this.copyRate = copyRate;
    }

    List<DeviceFinding> run(int tokens, int cache, int outputTokens, int repeat, Path pictures) throws IOException {
        numbers(pictures);
        long start = System.nanoTime();
        Path folder = model.write();
        figure("weights made on the disk in", (System.nanoTime() - start) / 1e9, "s");
        try {
            measure(folder, tokens, cache, outputTokens, repeat, pictures);
        } finally {
            RandomModel.delete(folder);
        }
        return findings;
    }

    /** Three layers in bfloat16 on the device, and on the CPU in bfloat16 and in float32. */
    private void numbers(Path pictures) throws IOException {
        Path folder = model.withLayers(NUMERIC_LAYERS).write();
        try {
            byte[] picture = Files.readAllBytes(Pictures.write(NUMERIC_TOKENS, pictures));
            TracedAnswer exact = trace(folder, "cpu", Dtype.FLOAT32, picture);
            float half = exact.differenceTo(trace(folder, "cpu", Dtype.BFLOAT16, picture));
            float there = exact.differenceTo(trace(folder, options.device(), Dtype.BFLOAT16, picture));
            claim(
                    "first logits of three layers are as near to float32 as the CPU's in bfloat16, twice over",
                    there <= 2 * half,
                    String.format(Locale.ROOT, "%.4g beside %.4g", there, half));
        } finally {
            RandomModel.delete(folder);
        }
    }

    private TracedAnswer trace(Path folder, String device, Dtype dtype, byte[] picture) {
        RuntimeOptions other =
                new RuntimeOptions(device, options.threads(), options.nativeDownload(), options.nativePath());
        try (LoadedModel loaded = LoadedModel.load(options(folder, other, dtype).build())) {
            return loaded.trace(request(picture, UNPRUNED, greedy(1)));
        }
    }

    private void measure(Path folder, int tokens, int cache, int outputTokens, int repeat, Path pictures)
            throws IOException {
        long free = runtime.freeDeviceBytes();
        long start = System.nanoTime();
        EngineOptions engine = options(folder, options, Dtype.BFLOAT16)
                .strategies(List.of(new FaultyStrategy(FaultyStrategy::fillNativeMemory)))
                .build();
        try (LoadedModel loaded = LoadedModel.load(engine)) {
            figure("loaded in", (System.nanoTime() - start) / 1e9, "s");
            figure("anonymous memory of the host after loading", Resident.anonymousBytes() / 1e9, "GB");
            DecoderWork work = DecoderWork.of(folder);
            byte[] small = Files.readAllBytes(Pictures.write(cache, pictures));
            byte[] large = Files.readAllBytes(Pictures.write(tokens, pictures));
            decode(loaded, small, work, outputTokens, repeat);
            prefill(loaded, large, work, repeat);
            failure(loaded, small);
            if (free >= 0) {
                figure("memory of the device in use", (free - runtime.freeDeviceBytes()) / 1e9, "GB");
            }
            figure("bytes that a token reads", work.bytesPerToken() / 1e9, "GB");
        }
    }

    private void decode(LoadedModel loaded, byte[] picture, DecoderWork work, int outputTokens, int repeat) {
        ToDoubleFunction<GenerationResult> rate = result ->
                (result.tokenIds().length - 1) / (result.timings().decoding().toNanos() / 1e9);
        double greedy = rate.applyAsDouble(best(
                loaded,
                picture,
                UNPRUNED,
                greedy(outputTokens),
                repeat,
                Comparator.comparingDouble(rate).reversed()));
        figure("decoding, greedy", greedy, "tokens/s");
        figure("share of the copy rate", 100 * greedy * work.bytesPerToken() / copyRate, "%");
        GenerationOptions sampled = GenerationOptions.builder()
                .maxOutputTokens(outputTokens)
                .temperature(1.0)
                .topP(TOP_P)
                .seed(1L)
                .build();
        figure(
                "decoding, top-p 0.9",
                rate.applyAsDouble(best(
                        loaded,
                        picture,
                        UNPRUNED,
                        sampled,
                        repeat,
                        Comparator.comparingDouble(rate).reversed())),
                "tokens/s");
    }

    private void prefill(LoadedModel loaded, byte[] picture, DecoderWork work, int repeat) {
        Comparator<GenerationResult> fastest = Comparator.comparingDouble(result -> layers(result.timings()));
        GenerationResult whole = best(loaded, picture, UNPRUNED, greedy(1), repeat, fastest);
        GenerationResult cut = best(loaded, picture, PRUNED, greedy(1), repeat, fastest);
        int rows = whole.inputTokens();
        double seconds = layers(whole.timings());
        figure(
                "vision tower, " + whole.report().imageTokens() + " tokens",
                whole.timings().vision().toNanos() / 1e6,
                "ms");
        figure("prefill of " + rows + " rows", seconds * 1e3, "ms");
        figure("prefill", work.layers() * work.layer(rows) / seconds / 1e12, "TFLOP/s");
        int before = Objects.requireNonNull(cut.report().at()).layers();
        int left = cut.prefilledTokens();
        double after = cut.timings().prefillAfterCut().toNanos() / 1e9;
        double wholeAfter = seconds * (work.layers() - before) / work.layers();
        figure("layers before the cut", cut.timings().prefillBeforeCut().toNanos() / 1e6, "ms");
        figure("predictor and cut", cut.timings().pruning().toNanos() / 1e6, "ms");
        figure("layers after the cut, " + left + " rows", after * 1e3, "ms");
        if (before < work.layers()) {
            figure(
                    "time after the cut beside its share of operations",
                    after / (wholeAfter * work.layer(left) / work.layer(rows)),
                    "times");
        }
    }

    private void failure(LoadedModel loaded, byte[] picture) {
        PruningOptions greedyStrategy =
                PruningOptions.builder().strategy(FaultyStrategy.NAME).build();
        String died = "it was answered";
        try {
            loaded.generate(request(picture, greedyStrategy, greedy(1)));
        } catch (GlimpseException e) {
            died = e.getClass().getSimpleName();
        }
        GenerationResult next = loaded.generate(request(picture, UNPRUNED, greedy(1)));
        claim(
                "memory that runs out ends that request only",
                !died.startsWith("it") && next.tokenIds().length == 1 && loaded.state() == EngineState.READY,
                died);
    }

    private static GenerationResult best(
            LoadedModel loaded,
            byte[] picture,
            PruningOptions pruning,
            GenerationOptions generation,
            int repeat,
            Comparator<GenerationResult> order) {
        // The first one pays for what is made per shape.
        loaded.generate(request(picture, pruning, generation));
        List<GenerationResult> results = new ArrayList<>();
        for (int i = 0; i < repeat; i++) {
            results.add(loaded.generate(request(picture, pruning, generation)));
        }
        return results.stream().min(order).orElseThrow();
    }

    private static double layers(StageTimings times) {
        return times.prefillBeforeCut()
                        .plus(times.pruning())
                        .plus(times.prefillAfterCut())
                        .toNanos()
                / 1e9;
    }

    private static GenerationRequest request(byte[] picture, PruningOptions pruning, GenerationOptions generation) {
        return new GenerationRequest(List.of(ChatTurn.user(Turn.QUESTION, picture)), pruning, generation);
    }

    private static GenerationOptions greedy(int tokens) {
        return GenerationOptions.builder().maxOutputTokens(tokens).build();
    }

    private static EngineOptions.Builder options(Path folder, RuntimeOptions runtime, Dtype dtype) {
        return EngineOptions.builder(folder)
                .module(folder.resolve(RandomModelFolder.MODULE))
                .runtime(runtime)
                .load(LoadOptions.builder().dtype(dtype).build())
                .timeout(Duration.ofHours(1))
                // Each request is to look anew.
                .visionCache(VisionCacheOptions.off());
    }

    private void figure(String item, double value, String unit) {
        findings.add(DeviceFinding.figure(name(), item, value, unit));
    }

    private void claim(String item, boolean held, String note) {
        findings.add(DeviceFinding.claim(name(), item, held, note));
    }

    private String name() {
        return model.shape() + (model.layers() == null ? "" : ", " + model.layers() + " layers");
    }
}
