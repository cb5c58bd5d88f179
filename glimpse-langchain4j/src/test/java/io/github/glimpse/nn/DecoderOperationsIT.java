package io.github.glimpse.nn;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.pytorch.jni.JniUtils;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.glimpse.engine.Dtype;
import io.github.glimpse.engine.HardwareFeature;
import io.github.glimpse.engine.RequiresHardware;
import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.engine.SafetensorsIndex;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.engine.WeightFormat;
import io.github.glimpse.engine.Weights;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What libtorch is asked to do for one token in one layer, counted by its profiler. */
class DecoderOperationsIT {

    private static final int MOST = 27;
    /** Four products, two norms, attention, a gate, and two sums: all layers are one call, which tells the profiler of these. */
    private static final int MOST_BY_LIBRARY = 10;

    private static final String LAYERS = "layers_of_rows";
    /** Views too: behind weights that have pushed all else out of the caches a call costs as much as the little that it does. */
    private static final int MOST_CALLS = 52;
    /** Make another view of the same numbers, or room for some; with a copy inside they work. */
    private static final Set<String> NO_WORK = Set.of(
            "view",
            "reshape",
            "expand",
            "slice",
            "select",
            "narrow",
            "chunk",
            "split_with_sizes",
            "transpose",
            "unsqueeze",
            "empty",
            "zeros",
            "to",
            "contiguous");

    private static final int WARM = 5;

    private static TorchRuntime runtime;

    @TempDir
    Path folder;

    @BeforeAll
    static void start() {
        runtime = TorchRuntime.start(RuntimeOptions.defaults());
    }

    @AfterAll
    static void stop() {
        runtime.close();
    }

    @Test
    @RequiresHardware(HardwareFeature.PACKED_BFLOAT16)
    void aTokenTakesFewOperationsInALayer() throws IOException {
        List<String> calls = new ArrayList<>();
        List<String> work = work(Dtype.BFLOAT16, WeightFormat.PACKED, calls);

        if (runtime.multipliesRows()) {
            assertThat(work).contains(LAYERS).hasSizeLessThanOrEqualTo(1 + MOST_BY_LIBRARY);
            assertThat(calls).hasSizeLessThanOrEqualTo(1 + MOST_BY_LIBRARY + 2);
        } else {
            // Weights with outputs behind their own: a bias is made as long, and each of four products looks at
            // its input and cuts its output.
            int padded = runtime.multipliesTiles() ? 1 : 0;
            assertThat(work).hasSizeLessThanOrEqualTo(MOST + padded);
            assertThat(calls).hasSizeLessThanOrEqualTo(MOST_CALLS + 9 * padded);
        }
    }

    private List<String> work(Dtype dtype, WeightFormat format, List<String> calls) throws IOException {
        Path trace = folder.resolve("trace.json");
        try (TensorScope owner = runtime.openScope();
                Weights weights = Weights.open(runtime, SafetensorsIndex.of(DecoderNumericsIT.MODEL), dtype, format);
                DecoderStack decoder = DecoderStack.load(
                        runtime,
                        weights,
                        new DecoderNames("model.embed_tokens", "model.layers", "model.norm", "lm_head"),
                        DecoderNumericsIT.SHAPE,
                        DecoderNumericsIT.DIMENSIONS,
                        owner)) {
            weights.finishLoading();
            List<LayerState> caches = List.of(decoder.newCache(64, owner), decoder.newCache(64, owner));
            RotaryEmbedding.Tables tables =
                    decoder.rotary().tablesByRow(owner.longs(new long[] {5, 5, 5}, 3, 1), dtype, owner);
            NDArray hidden = decoder.embed(owner.indices(new int[] {7}), 1, owner);
            DecoderSteps steps = new DecoderSteps(decoder);
            List<DecoderSteps.Row> rows =
                    List.of(new DecoderSteps.Row(new DecoderSteps.Rows(7, new long[] {5, 5}, caches), 0));
            for (int i = 0; i < WARM; i++) {
                steps.attending(1, 2, hidden, tables, rows, owner);
            }
            JniUtils.startProfile(false, false, false);
            steps.attending(1, 2, hidden, tables, rows, owner);
            JniUtils.stopProfile(trace.toString());
        }
        return called(trace, calls);
    }

    /** What the text calls, each with what it calls in turn, but for views. */
    private static List<String> called(Path trace, List<String> calls) throws IOException {
        List<Event> events = new ArrayList<>();
        JsonNode read = new ObjectMapper().readTree(trace.toFile());
        for (JsonNode event : read.has("traceEvents") ? read.get("traceEvents") : read) {
            String name = event.path("name").asText();
            if (name.contains("::") && event.has("dur")) {
                double start = event.get("ts").asDouble();
                events.add(new Event(
                        name.substring(name.indexOf("::") + 2),
                        start,
                        start + event.get("dur").asDouble()));
            }
        }
        List<Event> outer = events.stream()
                .filter(event ->
                        events.stream().noneMatch(other -> !other.name().equals(LAYERS) && other.holds(event)))
                // what a row does not see is made once for all layers
                .filter(event -> !Set.of("zeros", "fill_").contains(event.name()))
                .toList();
        outer.forEach(event -> calls.add(event.name()));
        return outer.stream()
                .filter(event -> !NO_WORK.contains(event.name())
                        || events.stream().anyMatch(inner -> inner.name().equals("copy_") && event.holds(inner)))
                .sorted(Comparator.comparingDouble(Event::start))
                .map(Event::name)
                .toList();
    }

    private record Event(String name, double start, double end) {

        boolean holds(Event other) {
            return other.start() >= start && other.end() <= end && other.end() - other.start() < end - start;
        }
    }
}
