package io.github.glimpse.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.ModelFilesException;
import io.github.glimpse.engine.CheckpointTensor;
import io.github.glimpse.engine.Dtype;
import io.github.glimpse.engine.Graph;
import io.github.glimpse.engine.HardwareFeature;
import io.github.glimpse.engine.HostValues;
import io.github.glimpse.engine.Int8Plan;
import io.github.glimpse.engine.RequiresHardware;
import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.engine.SafetensorsIndex;
import io.github.glimpse.engine.SafetensorsWriter;
import io.github.glimpse.engine.StoredType;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.engine.WeightFormat;
import io.github.glimpse.engine.WeightPath;
import io.github.glimpse.engine.Weights;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Products of weights of 8 bits, against the same sums in Java. */
@RequiresHardware(HardwareFeature.INT8)
class Int8ProductIT {

    private static final int[] ROW_COUNTS = {1, 2, 7, 16, 64, 200, 600};
    // Columns in 16 bits are rounded to bfloat16 where they come in, as weights, and as a result.
    private static final double BFLOAT16 = 0.01;
    // Weights of 7 bits alone are twice as far off as those of 8, which are 0.8 %.
    private static final double SEVEN_BITS = 0.025;

    private static TorchRuntime runtime;
    private static Graph graph;

    @TempDir
    Path folder;

    @BeforeAll
    static void start() {
        runtime = TorchRuntime.start(RuntimeOptions.defaults());
        graph = Graph.named("product")
                .with(DecoderStack.class, "linear")
                .with(DecoderStack.class, "product")
                .with(Weights.class, "weights")
                .compile(runtime);
    }

    @AfterAll
    static void stop() {
        graph.close();
        runtime.close();
    }

    @ParameterizedTest
    @CsvSource({"64, 32", "100, 37", "256, 640", "2048, 48"})
    void aProductIsTheSumOfWholeNumbersTimesTheUnitsOfItsRows(int in, int out) {
        float[] weight = gaussian(out * in, 1);
        float[] bias = gaussian(out, 2);
        float[] input = gaussian(7 * in, 3);
        Arrays.fill(input, 2 * in, 3 * in, 0);
        try (Weights weights = open(weight, bias, out, in, WeightFormat.INT8, null);
                TensorScope scope = runtime.openScope()) {
            List<NDArray> layer = weights.at("layer").product(out, in);

            assertThat(product(input, 7, layer, Dtype.FLOAT32, scope))
                    .isEqualTo(reference(input, weight, bias, 7, out, in));
        }
    }

    @Test
    void aRowHasTheSameBitsInAnyNumberOfRows() {
        int in = 192;
        int out = 320;
        float[] weight = gaussian(out * in, 1);
        float[] input = gaussian(600 * in, 4);
        for (int row = 0; row < 600; row++) {
            input[row * in + 5] *= 30;
            input[row * in + 77] *= 50;
        }
        Int8Plan plan = new Int8Plan();
        watch(weight, out, in, plan, input);
        for (Dtype dtype : List.of(Dtype.BFLOAT16, Dtype.FLOAT32)) {
            try (Weights weights = open(weight, new float[out], out, in, WeightFormat.INT8, plan);
                    TensorScope scope = runtime.openScope()) {
                List<NDArray> layer = weights.at("layer").product(out, in);
                assertThat(HostValues.longs(layer.get(3))).containsExactly(5, 77);
                float[] all = product(input, 600, layer, dtype, scope);
                for (int rows : ROW_COUNTS) {
                    for (int start = 0; start + rows <= 600; start += Math.max(rows, 97)) {
                        float[] part = Arrays.copyOfRange(input, start * in, (start + rows) * in);
                        assertThat(product(part, rows, layer, dtype, scope))
                                .as("%d rows from %d in %s", rows, start, dtype)
                                .isEqualTo(Arrays.copyOfRange(all, start * out, (start + rows) * out));
                    }
                }
            }
        }
    }

    @Test
    void largeColumnsInSixteenBitsGiveTheOthersTheirDigitsBack() {
        int in = 512;
        int out = 128;
        float[] weight = gaussian(out * in, 1);
        float[] input = gaussian(64 * in, 4);
        for (int row = 0; row < 64; row++) {
            for (int column = 0; column < 8; column++) {
                input[row * in + 61 * column] *= 20;
            }
        }
        float[] exact = exact(input, weight, 64, out, in);
        Int8Plan plan = new Int8Plan();
        watch(weight, out, in, plan, input);

        double without = error(input, weight, out, in, null, exact);
        double with = error(input, weight, out, in, plan, exact);

        boolean whole = runtime.largestInt8() == 127 && runtime.packsBfloat16();
        assertThat(with).isLessThan(whole ? BFLOAT16 : SEVEN_BITS).isLessThan(without / (whole ? 3 : 2));
        assertThat(without).isGreaterThan(0.03);
    }

    @Test
    void layersOfOneInputAreOneProductWithTheBitsOfEach() {
        int in = 192;
        int[] outs = {128, 64, 100};
        float[] input = gaussian(64 * in, 4);
        for (int row = 0; row < 64; row++) {
            input[row * in + 5] *= 30;
        }
        Map<String, CheckpointTensor> tensors = new HashMap<>();
        for (int i = 0; i < outs.length; i++) {
            float[] weight = gaussian(outs[i] * in, i + 1);
            tensors.put("w" + i + ".weight", new CheckpointTensor(StoredType.F32, new long[] {outs[i], in}, weight));
        }
        tensors.put("w1.bias", new CheckpointTensor(StoredType.F32, new long[] {outs[1]}, gaussian(outs[1], 9)));
        SafetensorsWriter.write(folder.resolve("model.safetensors"), tensors, Map.of());
        Int8Plan plan = new Int8Plan();
        try (Weights watched = open(WeightFormat.MAPPED, plan);
                TensorScope scope = runtime.openScope()) {
            product(input, 64, layers(watched, outs, in).get(0), Dtype.FLOAT32, scope);
            plan.settle();
        }
        try (Weights weights = open(WeightFormat.INT8, plan);
                TensorScope scope = runtime.openScope()) {
            List<List<NDArray>> layers = layers(weights, outs, in);
            assertThat(HostValues.longs(layers.get(0).get(3))).containsExactly(5);
            assertThat(layers.get(1).get(0).size()).isZero();
            assertThat(layers.get(2).get(0).size()).isZero();
            for (Dtype dtype : List.of(Dtype.BFLOAT16, Dtype.FLOAT32)) {
                for (int rows : new int[] {1, 7, 64}) {
                    float[] some = Arrays.copyOf(input, rows * in);
                    float[] all = product(some, rows, layers.get(0), dtype, scope);
                    int from = 0;
                    for (int i = 0; i < outs.length; i++) {
                        float[] own = product(some, rows, sharing(weights, i, outs[i], in), dtype, scope);
                        for (int row = 0; row < rows; row++) {
                            assertThat(Arrays.copyOfRange(all, row * 292 + from, row * 292 + from + outs[i]))
                                    .as("layer %d, row %d of %d in %s", i, row, rows, dtype)
                                    .isEqualTo(Arrays.copyOfRange(own, row * outs[i], (row + 1) * outs[i]));
                        }
                        from += outs[i];
                    }
                }
            }
        }
    }

    private static List<List<NDArray>> layers(Weights weights, int[] outs, int in) {
        return weights.at("")
                .products(
                        in,
                        new WeightPath.Layer("w0", outs[0]),
                        new WeightPath.Layer("w1", outs[1]),
                        new WeightPath.Layer("w2", outs[2]));
    }

    private static List<NDArray> sharing(Weights weights, int number, int out, int in) {
        return weights.at("w" + number).productSharing(weights.at("w0"), out, in);
    }

    private Weights open(WeightFormat format, Int8Plan plan) {
        return Weights.open(runtime, SafetensorsIndex.of(folder), Dtype.FLOAT32, format, plan, 0, false);
    }

    @Test
    void whatIsNotANumberStaysSo() {
        float[] weight = gaussian(32 * 64, 1);
        float[] input = gaussian(2 * 64, 2);
        input[70] = Float.NaN;
        try (Weights weights = open(weight, new float[32], 32, 64, WeightFormat.INT8, null);
                TensorScope scope = runtime.openScope()) {
            float[] result = product(input, 2, weights.at("layer").product(32, 64), Dtype.FLOAT32, scope);
            assertThat(Arrays.copyOf(result, 32)).doesNotContain(Float.NaN);
            assertThat(Arrays.copyOfRange(result, 32, 64)).containsOnly(Float.NaN);
        }
        weight[64 * 5 + 3] = Float.NaN;
        try (Weights weights = open(weight, new float[32], 32, 64, WeightFormat.INT8, null)) {
            assertThatThrownBy(() -> weights.at("layer").product(32, 64))
                    .isInstanceOf(ModelFilesException.class)
                    .hasMessageContaining("'layer.weight' has NaN in row 5");
        }
    }

    /** Lets a plan see the input of a layer. */
    private void watch(float[] weight, int out, int in, Int8Plan plan, float[] input) {
        try (Weights watched = open(weight, new float[out], out, in, WeightFormat.MAPPED, plan);
                TensorScope scope = runtime.openScope()) {
            product(input, input.length / in, watched.at("layer").product(out, in), Dtype.FLOAT32, scope);
            plan.settle();
        }
    }

    private double error(float[] input, float[] weight, int out, int in, @Nullable Int8Plan plan, float[] exact) {
        try (Weights weights = open(weight, new float[out], out, in, WeightFormat.INT8, plan);
                TensorScope scope = runtime.openScope()) {
            List<NDArray> layer = weights.at("layer").product(out, in);
            float[] found = product(input, input.length / in, layer, Dtype.FLOAT32, scope);
            double distance = 0;
            double length = 0;
            for (int i = 0; i < exact.length; i++) {
                distance += Math.pow(found[i] - exact[i], 2);
                length += Math.pow(exact[i], 2);
            }
            return Math.sqrt(distance / length);
        }
    }

    private Weights open(float[] weight, float[] bias, int out, int in, WeightFormat format, @Nullable Int8Plan plan) {
        Path file = folder.resolve("model.safetensors");
        SafetensorsWriter.write(
                file,
                Map.of(
                        "layer.weight", new CheckpointTensor(StoredType.F32, new long[] {out, in}, weight),
                        "layer.bias", new CheckpointTensor(StoredType.F32, new long[] {out}, bias)),
                Map.of());
        return Weights.open(runtime, SafetensorsIndex.of(folder), Dtype.FLOAT32, format, plan, 0, false);
    }

    private static float[] product(float[] input, int rows, List<NDArray> layer, Dtype dtype, TensorScope scope) {
        try (TensorScope step = scope.openChild()) {
            NDArray wide = step.floats(input, rows, input.length / rows);
            NDArray in = graph.call("convert")
                    .with(wide)
                    .with("cpu")
                    .with(dtype.code())
                    .run(step);
            NDArray result = graph.call("product").with(in).with(layer).run(step);
            return HostValues.floats(graph.call("widen").with(result).run(step));
        }
    }

    /** The same sums: numbers of 8 bits, whole sums, units of weight and input, bias. */
    private static float[] reference(float[] input, float[] weight, float[] bias, int rows, int out, int in) {
        float[] result = new float[rows * out];
        for (int row = 0; row < rows; row++) {
            float unit = unit(input, row, in, 127);
            for (int o = 0; o < out; o++) {
                float worth = unit(weight, o, in, runtime.largestInt8());
                int sum = 0;
                for (int i = 0; i < in; i++) {
                    sum += number(input[row * in + i], unit) * number(weight[o * in + i], worth);
                }
                result[row * out + o] = sum * worth * unit + bias[o];
            }
        }
        return result;
    }

    private static float unit(float[] values, int row, int width, int most) {
        float largest = 0;
        for (int i = 0; i < width; i++) {
            largest = Math.max(largest, Math.abs(values[row * width + i]));
        }
        return largest / most;
    }

    private static int number(float value, float unit) {
        return (int) Math.rint(value / Math.max(unit, 1e-30f));
    }

    private static float[] exact(float[] input, float[] weight, int rows, int out, int in) {
        float[] result = new float[rows * out];
        for (int row = 0; row < rows; row++) {
            for (int o = 0; o < out; o++) {
                double sum = 0;
                for (int i = 0; i < in; i++) {
                    sum += (double) input[row * in + i] * weight[o * in + i];
                }
                result[row * out + o] = (float) sum;
            }
        }
        return result;
    }

    private static float[] gaussian(int count, int seed) {
        Random random = new Random(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }
}
