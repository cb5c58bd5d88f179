package io.github.glimpse.engine;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sums of numbers of 8 bits by both kernels, whichever this CPU would be given. */
@RequiresHardware({HardwareFeature.X86_64, HardwareFeature.INT8})
class Int8KernelsIT {

    /** Two products of larger weights do not fit the 16 bits of older instructions. */
    private static final int MOST = Int8Weights.SEVEN_BITS;

    @ParameterizedTest
    @CsvSource({"64, 32, 1", "100, 37, 3", "2048, 48, 1", "2048, 80, 7", "11008, 24, 2"})
    void bothGiveTheSumsOfWholeNumbers(int in, int out, int rows) {
        Random random = new Random(in);
        int[] weight = random.ints((long) out * in, -MOST, MOST + 1).toArray();
        int[] input = random.ints((long) rows * in, -127, 128).toArray();
        try (TorchRuntime runtime = TorchRuntime.start(RuntimeOptions.defaults());
                Graph graph = Graph.named("kernels")
                        .with(Weights.class, "weights")
                        .with(Int8Weights.class, "int8")
                        .with(Int8KernelsIT.class, "kernels")
                        .compile(runtime);
                TensorScope scope = runtime.openScope()) {
            NDArray numbers =
                    graph.call("as_int8").with(floats(weight, out, in, scope)).run(scope);
            NDArray values = floats(input, rows, in, scope);
            NDArray onednn = graph.call("onednn_sums")
                    .with(graph.call("around_128").with(values).run(scope))
                    .with(graph.call("pack_numbers").with(numbers).run(scope))
                    .with(graph.call("ones").with(out).run(scope))
                    .run(scope);
            NDArray fbgemm = graph.call("fbgemm_sums")
                    .with(graph.call("with_ends").with(values).run(scope))
                    .with(graph.call("pack_for_fbgemm").with(numbers).run(scope))
                    .with(graph.call("sums_of").with(List.of(numbers)).run(scope))
                    .run(scope);

            float[] expected = sums(input, weight, rows, out, in);
            assertThat(HostValues.floats(onednn)).isEqualTo(expected);
            assertThat(HostValues.floats(fbgemm)).isEqualTo(expected);
        }
    }

    private static NDArray floats(int[] values, int rows, int width, TensorScope scope) {
        float[] wide = new float[values.length];
        for (int i = 0; i < wide.length; i++) {
            wide[i] = values[i];
        }
        return scope.floats(wide, rows, width);
    }

    private static float[] sums(int[] input, int[] weight, int rows, int out, int in) {
        float[] sums = new float[rows * out];
        for (int row = 0; row < rows; row++) {
            for (int o = 0; o < out; o++) {
                int sum = 0;
                for (int i = 0; i < in; i++) {
                    sum += input[row * in + i] * weight[o * in + i];
                }
                sums[row * out + o] = sum;
            }
        }
        return sums;
    }
}
