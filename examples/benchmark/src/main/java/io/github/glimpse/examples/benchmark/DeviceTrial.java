package io.github.glimpse.examples.benchmark;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.glimpse.EngineBusyException;
import io.github.glimpse.GlimpseException;
import io.github.glimpse.engine.Dtype;
import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.engine.SafetensorsIndex;
import io.github.glimpse.engine.TensorEntry;
import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.examples.benchmark.Criterion.Setting;
import io.github.glimpse.generate.ChatTurn;
import io.github.glimpse.generate.EngineOptions;
import io.github.glimpse.generate.FaultyStrategy;
import io.github.glimpse.generate.GenerationRequest;
import io.github.glimpse.generate.GenerationResult;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.generate.StageTimings;
import io.github.glimpse.generate.TracedAnswer;
import io.github.glimpse.model.LoadOptions;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.sampling.GenerationOptions;
import io.github.glimpse.serve.EngineState;
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
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

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
    private final DeviceReport report;
    private final Setting setting;

    /**
     * A trial.
     *
     * @param fullSize whether pictures and layers are those that thresholds are for
     * @param report where the figures go
     */
    DeviceTrial(
            RandomModel model,
            RuntimeOptions options,
            TorchRuntime runtime,
            double copyRate,
            boolean fullSize,
            DeviceReport report) {
        this.model = model;
        this.options = options;
        this.runtime = runtime;
        this.copyRate = copyRate;
        this.report = report;
        this.setting = new Setting(
                model.shape() + (model.layers() == null ? "" : ", " + model.layers() + " layers"),
                runtime.onGpu(),
                fullSize && model.isReleased());
    }

    void run(int tokens, int cache, int outputTokens, int repeat, Path pictures) throws IOException {
        numbers(pictures);
        long start = System.nanoTime();
        Path folder = model.write();
        figure("weights made on the disk in", seconds(start), "s");
        try {
            measure(folder, tokens, cache, outputTokens, repeat, pictures);
        } finally {
            RandomModel.delete(folder);
        }
    }

    /** Three layers in bfloat16 on the device, and on the CPU in bfloat16 and in float32. */
    private void numbers(Path pictures) throws IOException {
        long start = System.nanoTime();
        Path folder = model.withLayers(NUMERIC_LAYERS).write();
        try {
            byte[] picture = Files.readAllBytes(Pictures.write(NUMERIC_TOKENS, pictures));
            TracedAnswer exact = trace(folder, "cpu", Dtype.FLOAT32, picture);
            double half = exact.differenceTo(trace(folder, "cpu", Dtype.BFLOAT16, picture));
            double there = exact.differenceTo(trace(folder, options.device(), Dtype.BFLOAT16, picture));
            judge(Criterion.LOGITS, there / half, String.format(Locale.ROOT, "%.4g beside %.4g", there, half));
        } finally {
            RandomModel.delete(folder);
        }
        figure("numbers compared in", seconds(start), "s");
    }

    private TracedAnswer trace(Path folder, String device, Dtype dtype, byte[] picture) {
        RuntimeOptions other = options.withDevice(device);
        try (LoadedModel loaded = LoadedModel.load(options(folder, other, dtype).build())) {
            return loaded.trace(request(picture, UNPRUNED, greedy(1)));
        }
    }

    private void measure(Path folder, int tokens, int cache, int outputTokens, int repeat, Path pictures)
            throws IOException {
        DecoderWork work = DecoderWork.of(folder);
        long free = runtime.freeDeviceBytes();
        EngineOptions engine = options(folder, options, Dtype.BFLOAT16)
                .strategies(List.of(new FaultyStrategy(FaultyStrategy::fillNativeMemory)))
                .build();
        try (LoadedModel loaded = load(engine)) {
            byte[] small = Files.readAllBytes(Pictures.write(cache, pictures));
            long start = System.nanoTime();
            decode(loaded, small, work, outputTokens, repeat);
            figure("decoding measured in", seconds(start), "s");
            start = System.nanoTime();
            int rows = prefill(loaded, tokens, work, repeat, pictures);
            figure("prefill measured in", seconds(start), "s");
            // Before memory runs out, since libtorch then gives back what it had kept.
            deviceMemory(folder, free, rows + outputTokens);
            failure(loaded, small);
        }
        figure("bytes that a token reads", work.bytesPerToken() / 1e9, "GB");
    }

    private LoadedModel load(EngineOptions engine) {
        long start = System.nanoTime();
        try (PeakMemory peak = new PeakMemory()) {
            LoadedModel loaded = LoadedModel.load(engine);
            figure("loaded in", seconds(start), "s");
            OptionalDouble bytes = peak.highest();
            judge(
                    Criterion.HOST_MEMORY,
                    bytes.isPresent() ? bytes.getAsDouble() / 1e9 : null,
                    bytes.isPresent() ? peak.readings() + " readings" : "this system does not tell it");
            return loaded;
        }
    }

    private void decode(LoadedModel loaded, byte[] picture, DecoderWork work, int outputTokens, int repeat) {
        double greedy = rate(loaded, picture, greedy(outputTokens), repeat);
        figure("decoding, greedy", greedy, "tokens/s");
        judge(
                Criterion.DECODING,
                100 * greedy * work.bytesPerToken() / copyRate,
                "80 % is the goal of a decoding step without launches");
        GenerationOptions sampled = GenerationOptions.builder()
                .maxOutputTokens(outputTokens)
                .temperature(1.0)
                .topP(TOP_P)
                .seed(1L)
                .build();
        double chosen = rate(loaded, picture, sampled, repeat);
        figure("decoding, top-p 0.9", chosen, "tokens/s");
        judge(Criterion.SAMPLING, 100 * (1 - chosen / greedy), "");
    }

    private static double rate(LoadedModel loaded, byte[] picture, GenerationOptions generation, int repeat) {
        ToDoubleFunction<GenerationResult> rate = result ->
                (result.tokenIds().length - 1) / (result.timings().decoding().toNanos() / 1e9);
        return rate.applyAsDouble(best(
                loaded,
                picture,
                UNPRUNED,
                generation,
                repeat,
                Comparator.comparingDouble(rate).reversed()));
    }

    /**
     * On a GPU work goes on behind its caller, so the tower's end would count as the decoder's. Each picture is therefore asked about
     * twice: the second time its features are remembered, and what is left is the decoder's alone; the difference is the tower's.
     *
     * @return rows of the prompt
     */
    private int prefill(LoadedModel loaded, int tokens, DecoderWork work, int repeat, Path pictures)
            throws IOException {
        double tower = Double.POSITIVE_INFINITY;
        GenerationResult whole = null;
        byte[] picture = {};
        // The first one pays for what is made per shape.
        for (int number = 0; number <= repeat; number++) {
            picture = Files.readAllBytes(Pictures.write(tokens, number, pictures));
            GenerationResult anew = loaded.generate(request(picture, UNPRUNED, greedy(1)));
            GenerationResult again = loaded.generate(request(picture, UNPRUNED, greedy(1)));
            if (number > 0) {
                tower = Math.min(tower, computing(anew) - computing(again));
                whole = whole == null || layers(again) < layers(whole) ? again : whole;
            }
        }
        GenerationResult all = Objects.requireNonNull(whole, "no repetition");
        GenerationResult cut =
                best(loaded, picture, PRUNED, greedy(1), repeat, Comparator.comparingDouble(DeviceTrial::layers));
        int rows = all.inputTokens();
        double seconds = layers(all);
        figure("vision tower, " + all.report().imageTokens() + " tokens", tower * 1e3, "ms");
        figure("prefill of " + rows + " rows", seconds * 1e3, "ms");
        judge(Criterion.PREFILL, work.layers() * work.layer(rows) / seconds / 1e12, rows + " rows");
        int before = Objects.requireNonNull(cut.report().at()).layers();
        int left = cut.prefilledTokens();
        double after = cut.timings().prefillAfterCut().toNanos() / 1e9;
        double wholeAfter = seconds * (work.layers() - before) / work.layers();
        figure("layers up to the cut, and the cut", (layers(cut) - after) * 1e3, "ms");
        figure("layers after the cut, " + left + " rows", after * 1e3, "ms");
        if (before < work.layers()) {
            judge(
                    Criterion.AFTER_CUT,
                    after / (wholeAfter * work.layer(left) / work.layer(rows)),
                    String.format(Locale.ROOT, "%.0f %% of the rows cut", 100.0 * (rows - left) / rows));
        } else {
            judge(Criterion.AFTER_CUT, null, "the cut is behind all of the layers");
        }
        return rows;
    }

    private void deviceMemory(Path folder, long freeBefore, int rows) throws IOException {
        if (freeBefore < 0) {
            judge(
                    Criterion.DEVICE_MEMORY,
                    null,
                    runtime.onGpu() ? "the driver does not tell it" : "a CPU has no memory of its own");
            return;
        }
        double used = freeBefore - runtime.freeDeviceBytes();
        double weights = 0;
        for (Path part : List.of(folder, folder.resolve(RandomModelFolder.MODULE))) {
            weights += SafetensorsIndex.of(part).values().stream()
                    .mapToLong(TensorEntry::byteCount)
                    .sum();
        }
        double cache = (double) rows
                * DecoderWork.cacheBytesPerToken(new ObjectMapper()
                        .readTree(folder.resolve("config.json").toFile()));
        figure("memory of the device in use", used / 1e9, "GB");
        judge(
                Criterion.DEVICE_MEMORY,
                (used - weights - cache) / 1e9,
                String.format(Locale.ROOT, "weights %.3f GB, keys and values %.3f GB", weights / 1e9, cache / 1e9));
    }

    private void failure(LoadedModel loaded, byte[] picture) {
        PruningOptions greedyStrategy =
                PruningOptions.builder().strategy(FaultyStrategy.NAME).build();
        List<String> faults = new ArrayList<>();
        String died = "";
        try {
            loaded.generate(request(picture, greedyStrategy, greedy(1)));
            faults.add("it was answered");
        } catch (EngineBusyException e) {
            died = "refused as busy";
        } catch (GlimpseException e) {
            died = "ended by " + e.getClass().getSimpleName();
            if (runtime.onGpu()) {
                // A full GPU is nothing that the next request has to share.
                faults.add("ended by " + e.getClass().getSimpleName() + ", not as busy");
            }
        }
        try {
            loaded.generate(request(picture, UNPRUNED, greedy(1)));
        } catch (GlimpseException e) {
            faults.add("the next request failed: " + e.getMessage());
        }
        if (loaded.state() != EngineState.READY) {
            faults.add("the state is " + loaded.state());
        }
        judge(
                Criterion.EXHAUSTION,
                (double) faults.size(),
                faults.isEmpty() ? died + ", the next request answered" : String.join("; ", faults));
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

    /** Seconds of all layers. */
    private static double layers(GenerationResult result) {
        StageTimings times = result.timings();
        return times.prefillBeforeCut()
                        .plus(times.pruning())
                        .plus(times.prefillAfterCut())
                        .toNanos()
                / 1e9;
    }

    /** Seconds of tower and layers. */
    private static double computing(GenerationResult result) {
        return result.timings().vision().toNanos() / 1e9 + layers(result);
    }

    private static double seconds(long start) {
        return (System.nanoTime() - start) / 1e9;
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
                .timeout(Duration.ofHours(1));
    }

    private void figure(String item, double value, String unit) {
        report.figure(setting.of(), item, value, unit);
    }

    private void judge(Criterion criterion, @Nullable Double measured, String note) {
        report.add(criterion.judge(setting, measured, note));
    }
}
