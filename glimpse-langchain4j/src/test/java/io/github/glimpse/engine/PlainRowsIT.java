package io.github.glimpse.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.GlimpseException;
import io.github.glimpse.testing.OwnProcess;
import io.github.glimpse.testing.TestCategory;
import io.github.glimpse.testing.Thorough;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Rows by weights that are not packed, by {@link FewRows}' library. */
@RequiresHardware(HardwareFeature.ROW_KERNELS)
class PlainRowsIT {

    private static final int[] ROWS = {1, 2, 3, 4, 5, 8, 13, 16, 37};
    private static final int[][] SHAPES = {{1, 1}, {7, 31}, {32, 32}, {33, 64}, {100, 1_000}, {70, 2_048}, {40, 11_008}
    };

    @TempDir
    private Path folder;

    @ParameterizedTest
    @EnumSource(
            value = Dtype.class,
            names = {"BFLOAT16", "FLOAT32"})
    void eachRowHasTheSameBitsAloneAndAmongOthersAndIsTheProduct(Dtype type) {
        try (TorchRuntime runtime = started()) {
            assertThat(failures(type, runtime)).isEmpty();
        }
    }

    /** As on processors without AVX-512. */
    @Thorough
    @TestCategory.Reference
    @Test
    void itIsSoByInstructionsOfAvx2Too() throws Exception {
        started().close();

        assertThat(OwnProcess.lines(Map.of("ATEN_CPU_CAPABILITY", "avx2"), ByAvx2.class, 120, folder))
                .containsExactly("AVX2 is used: true");
    }

    @Test
    void rowsThatDoNotFitAreRefusedWithTheirSizes() {
        refuses(4, 0, "rows [2, 3] of Float do not fit a weight [2, 4] of Float");
        refuses(3, 5, "do not fit a weight [2, 3] of Float with a bias [5]");
    }

    private static void refuses(int inputs, int biases, String expected) {
        try (TorchRuntime runtime = started();
                Graph graph = graph(runtime);
                TensorScope scope = runtime.openScope()) {
            assertThatThrownBy(() -> graph.call("rows")
                            .with(scope.floats(new float[6], 2, 3))
                            .with(scope.floats(new float[2 * inputs], 2, inputs))
                            .with(scope.floats(new float[biases], biases))
                            .run(scope))
                    .isInstanceOf(GlimpseException.class)
                    .hasStackTraceContaining(expected);
        }
    }

    @Test
    void noRowsGiveNoneAndNoInputsGiveTheBias() {
        try (TorchRuntime runtime = started();
                Graph graph = graph(runtime);
                TensorScope scope = runtime.openScope()) {
            NDArray bias = scope.floats(new float[] {1, 2}, 2);
            NDArray none = graph.call("rows")
                    .with(scope.floats(new float[0], 0, 3))
                    .with(scope.floats(new float[6], 2, 3))
                    .with(bias)
                    .run(scope);
            NDArray narrow = graph.call("rows")
                    .with(scope.floats(new float[0], 2, 0))
                    .with(scope.floats(new float[0], 2, 0))
                    .with(bias)
                    .run(scope);
            assertThat(none.getShape().getShape()).containsExactly(0, 2);
            assertThat(HostValues.floats(narrow)).containsExactly(1, 2, 1, 2);
        }
    }

    @Test
    void whatIsNotANumberHasTheSameBitsAmongOthersToo() {
        float[] numbers = new float[5 * 40];
        Arrays.fill(numbers, 1);
        numbers[3] = Float.intBitsToFloat(0xffc12346);
        numbers[45] = Float.POSITIVE_INFINITY;
        try (TorchRuntime runtime = started();
                Graph graph = graph(runtime);
                TensorScope scope = runtime.openScope()) {
            float[] weight = new float[2 * 40];
            weight[3] = Float.intBitsToFloat(0x7fd00001);
            NDArray weights = scope.floats(weight, 2, 40);
            NDArray none = scope.floats(new float[0], 0);
            float[] together = HostValues.floats(graph.call("rows")
                    .with(scope.floats(numbers, 5, 40))
                    .with(weights)
                    .with(none)
                    .run(scope));
            for (int row = 0; row < 5; row++) {
                float[] alone = HostValues.floats(graph.call("rows")
                        .with(scope.floats(Arrays.copyOfRange(numbers, 40 * row, 40 * row + 40), 1, 40))
                        .with(weights)
                        .with(none)
                        .run(scope));
                for (int i = 0; i < 2; i++) {
                    assertThat(Float.floatToRawIntBits(alone[i]))
                            .as("row %d, output %d", row, i)
                            .isEqualTo(Float.floatToRawIntBits(together[2 * row + i]));
                }
            }
            assertThat(together[0]).isNaN();
            assertThat(together[3]).isNaN();
            assertThat(together[5]).isZero();
        }
    }

    /** Prints what fails, and that it ran. */
    static final class ByAvx2 {

        private ByAvx2() {}

        public static void main(String[] arguments) {
            try (TorchRuntime runtime = TorchRuntime.start(RuntimeOptions.defaults())) {
                for (Dtype type : List.of(Dtype.BFLOAT16, Dtype.FLOAT32)) {
                    failures(type, runtime).forEach(System.out::println);
                }
                System.out.println("AVX2 is used: " + runtime.multipliesRows());
            }
        }
    }

    private static List<String> failures(Dtype type, TorchRuntime runtime) {
        List<String> failures = new ArrayList<>();
        SplittableRandom random = new SplittableRandom(1);
        // What a number is rounded to, and sums of float32 in some order.
        double most = type == Dtype.BFLOAT16 ? 1 / 256.0 : 1e-6;
        try (Graph graph = graph(runtime)) {
            for (int[] shape : SHAPES) {
                for (int rows : ROWS) {
                    for (int biases : new int[] {0, shape[0]}) {
                        try (TensorScope scope = runtime.openScope()) {
                            NDArray input = numbers(type, random, graph, scope, rows, shape[1]);
                            NDArray weight = numbers(type, random, graph, scope, shape[0], shape[1]);
                            NDArray bias = numbers(type, random, graph, scope, biases);
                            long others = HostValues.longs(graph.call("others")
                                    .with(input)
                                    .with(weight)
                                    .with(bias)
                                    .run(scope))[0];
                            float farthest = HostValues.floats(graph.call("farthest")
                                    .with(input)
                                    .with(weight)
                                    .with(bias)
                                    .run(scope))[0];
                            if (others > 0 || !(farthest <= most)) {
                                failures.add(rows + " rows by " + shape[0] + " x " + shape[1] + ", bias of " + biases
                                        + ": others " + others + ", farthest " + farthest);
                            }
                        }
                    }
                }
            }
        }
        return failures;
    }

    static TorchRuntime started() {
        return TorchRuntime.start(RuntimeOptions.defaults());
    }

    private static Graph graph(TorchRuntime runtime) {
        return Graph.named("plain rows").with(PlainRowsIT.class, "plain-rows").compile(runtime);
    }

    private static NDArray numbers(Dtype type, SplittableRandom random, Graph graph, TensorScope scope, long... shape) {
        int count = 1;
        for (long size : shape) {
            count *= (int) size;
        }
        return graph.call("converted")
                .with(scope.floats(FewRowsIT.numbers(count, random), shape))
                .with(type.code())
                .run(scope);
    }
}
