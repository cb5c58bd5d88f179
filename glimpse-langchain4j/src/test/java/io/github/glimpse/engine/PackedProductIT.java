package io.github.glimpse.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.nn.DecoderStack;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Products of packed weights, whose inputs may be no whole number of what the processor takes at once. */
@RequiresHardware(HardwareFeature.PACKED_BFLOAT16)
class PackedProductIT {

    private static final int OUT = 512;
    private static final int ROWS = 16;
    // What differs is the last bit of one of some ten thousand numbers.
    private static final int TIMES = 60;

    @ParameterizedTest
    @ValueSource(ints = {16, 24, 31, 64, 100, 176, 1_111})
    void aRowHasTheSameBitsAloneAndAmongOthersWhateverItsWidth(int in) {
        check(in, TIMES, ROWS, 1);
    }

    @ParameterizedTest
    @ValueSource(ints = {64, 176, 2_048})
    void rowsOfSeveralPromptsHaveTheSameBitsAsEachPromptsAlone(int in) {
        check(in, 1, 8, 1, 7, 16, 24, 40, 64);
    }

    /** Some numbers of outputs are packed with outputs behind them, by which they are laid out otherwise. */
    @ParameterizedTest
    @ValueSource(ints = {1, 31, 32, 33, 63, 64, 97, 128, 161, 2_048})
    void thereAreAsManyOutputsAsTheWeightHas(int out) {
        Random random = new Random(out);
        try (TorchRuntime runtime = TorchRuntime.start(RuntimeOptions.defaults());
                Graph graph = graph(runtime);
                TensorScope scope = runtime.openScope()) {
            for (int in : new int[] {32, 40, 64}) {
                NDArray plain = bfloat16(normal(out * in, random), graph, scope, out, in);
                NDArray packed = packed(plain, true, runtime, graph, scope);
                for (NDArray bias : List.of(
                        bfloat16(new float[0], graph, scope, 0), bfloat16(normal(out, random), graph, scope, out))) {
                    for (int count : new int[] {1, 3, 64}) {
                        float[] rows = normal(count * in, random);
                        float[] expected = product(rows, count, plain, bias, graph, scope);
                        float[] actual = product(rows, count, packed, bias, graph, scope);
                        assertThat(actual).hasSameSizeAs(expected);
                        for (int i = 0; i < actual.length; i++) {
                            assertThat(actual[i])
                                    .as("%d inputs, %d rows, number %d", in, count, i)
                                    .isCloseTo(expected[i], within(0.01f + 0.01f * Math.abs(expected[i])));
                        }
                    }
                }
            }
        }
    }

    /** Multiplies so many prompts by so many weights, each of so many rows: alone and in one product. */
    private static void check(int in, int weights, int prompts, int... counts) {
        Random random = new Random(in);
        try (TorchRuntime runtime = TorchRuntime.start(RuntimeOptions.defaults());
                Graph graph = graph(runtime);
                TensorScope owner = runtime.openScope()) {
            NDArray none = bfloat16(new float[0], graph, owner, 0);
            for (int time = 0; time < weights; time++) {
                try (TensorScope scope = runtime.openScope()) {
                    NDArray plain = bfloat16(normal(OUT * in, random), graph, scope, OUT, in);
                    NDArray weight = packed(plain, true, runtime, graph, scope);
                    NDArray ofTower = packed(plain, false, runtime, graph, scope);
                    for (int count : counts) {
                        float[] rows = normal(prompts * count * in, random);
                        float[] together = product(rows, prompts * count, weight, none, graph, scope);
                        assertThat(product(rows, prompts * count, ofTower, none, graph, scope))
                                .as("the other layout, %d rows, weight %d", count, time)
                                .isEqualTo(together);
                        for (int prompt = 0; prompt < prompts; prompt++) {
                            float[] own = Arrays.copyOfRange(rows, prompt * count * in, (prompt + 1) * count * in);
                            float[] expected =
                                    Arrays.copyOfRange(together, prompt * count * OUT, (prompt + 1) * count * OUT);
                            for (NDArray form : List.of(weight, ofTower)) {
                                assertThat(product(own, count, form, none, graph, scope))
                                        .as("prompt %d of %d rows, weight %d", prompt, count, time)
                                        .isEqualTo(expected);
                            }
                        }
                    }
                }
            }
        }
    }

    /** As the steps of answers multiply by it, or as a tower does. */
    private static NDArray packed(NDArray weight, boolean steps, TorchRuntime runtime, Graph graph, TensorScope scope) {
        try (WeightPacking packing = new WeightPacking(runtime, graph)) {
            return packing.pack(List.of(weight), steps, scope);
        }
    }

    private static Graph graph(TorchRuntime runtime) {
        return Graph.named("packed")
                .with(Weights.class, "weights")
                .with(DecoderStack.class, "linear")
                .compile(runtime);
    }

    private static float[] product(
            float[] rows, int count, NDArray weight, NDArray none, Graph graph, TensorScope scope) {
        NDArray product = graph.call("linear")
                .with(bfloat16(rows, graph, scope, count, rows.length / count))
                .with(weight)
                .with(none)
                .run(scope);
        return HostValues.floats(graph.call("widen").with(product).run(scope));
    }

    private static NDArray bfloat16(float[] values, Graph graph, TensorScope scope, long... shape) {
        return graph.call("convert")
                .with(scope.floats(values, shape))
                .with("cpu")
                .with(Dtype.BFLOAT16.code())
                .run(scope);
    }

    private static float[] normal(int count, Random random) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }
}
