package io.github.glimpse.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.GlimpseException;
import io.github.glimpse.testing.OwnProcess;
import io.github.glimpse.testing.TestCategory;
import io.github.glimpse.testing.Thorough;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The bits of {@link FewRows}' products, those of oneDNN on the same weights being the measure. */
@RequiresHardware(HardwareFeature.PACKED_KERNELS)
class FewRowsIT {

    private static final int ROWS = 40;
    private static final int MANY = 1_100;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(ints = {16, 31, 33, 50, 64, 65, 200, 1_000, 2_560})
    void numbersAreThoseOfOnednnWhateverTheOutputs(int outputs) {
        check(outputs, 64, 100, 896);
    }

    /** Widths in tiles of 32: one sum, sums of equal length with the most and the fewest tiles, and sums with a rest. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 63, 64, 65, 67, 77, 96, 112, 134, 152, 192, 344, 592, 938, 1_005, 1_072})
    void numbersAreThoseOfOnednnWhateverTheInputs(int tiles) {
        check(256, 32 * tiles);
    }

    @Thorough
    @TestCategory.Reference
    @ParameterizedTest
    @CsvSource({"2560, 2048", "2048, 11008", "22016, 2048", "3584, 18944"})
    void numbersAreThoseOfOnednnForTheShapesOfReleasedModels(int outputs, int inputs) {
        check(outputs, inputs);
    }

    /** Rows of a slice, one more, and several slices; shared out where there are few blocks of outputs; rows that lie a power of two apart. */
    @ParameterizedTest
    @CsvSource({"200, 2048", "33, 2144", "64, 896", "1280, 1280", "2560, 64"})
    void numbersOfManyRowsAreThoseOfOnednn(int outputs, int inputs) {
        SplittableRandom random = new SplittableRandom(outputs);
        try (TorchRuntime runtime = started();
                Graph graph = graph(runtime)) {
            check(outputs, inputs, List.of(64, 97, 512, 515, 516, MANY), random, runtime, graph);
        }
    }

    /** Of which tiles know none below the least normal number, while other instructions do. */
    @ParameterizedTest
    @CsvSource({"1e-19, 1e-19", "3e-20, 3e-20", "1e-38, 1e-38", "1e-30, 1e-9", "1e-3, 1e-39"})
    void numbersTooSmallToBeNormalAreThoseOfOnednnToo(float ofInputs, float ofWeights) {
        SplittableRandom random = new SplittableRandom(1);
        try (TorchRuntime runtime = started();
                Graph graph = graph(runtime);
                TensorScope scope = runtime.openScope()) {
            NDArray input = numbers(ROWS, 4_096, random, scope).mul(ofInputs);
            NDArray packed = graph.call("packed")
                    .with(numbers(100, 4_096, random, scope).mul(ofWeights))
                    .run(scope);
            NDArray bias = scope.floats(new float[100], 100);
            for (int rows : new int[] {1, 2, 3}) {
                assertThat(others("others", input, packed, bias, rows, graph, scope))
                        .as("%d rows", rows)
                        .isZero();
            }
        }
    }

    @Test
    void requestsBesideEachOtherAndProductsOfManyRowsBetweenChangeNothing() throws Exception {
        try (TorchRuntime runtime = started();
                Graph graph = graph(runtime)) {
            ExecutorService threads = Executors.newFixedThreadPool(4);
            try {
                List<Future<Long>> counts = new ArrayList<>();
                for (int i = 0; i < 4; i++) {
                    int seed = i;
                    counts.add(threads.submit(() -> {
                        SplittableRandom random = new SplittableRandom(seed);
                        try (TensorScope scope = runtime.openScope()) {
                            NDArray input = numbers(200, 512 + 96 * seed, random, scope);
                            NDArray weight = graph.call("packed")
                                    .with(numbers(192, 512 + 96 * seed, random, scope))
                                    .run(scope);
                            return HostValues.longs(graph.call("others_between")
                                    .with(input)
                                    .with(weight)
                                    .with(100)
                                    .run(scope))[0];
                        }
                    }));
                }
                for (Future<Long> count : counts) {
                    assertThat(count.get()).isZero();
                }
            } finally {
                threads.shutdownNow();
            }
        }
    }

    @Thorough
    @TestCategory.Memory
    @Test
    void aWeightWhereAnotherOneLayIsReadAsItLies() {
        try (TorchRuntime runtime = started();
                Graph graph = graph(runtime)) {
            SplittableRandom random = new SplittableRandom(1);
            for (int i = 0; i < 500; i++) {
                check(16 + random.nextInt(80), 64, random, runtime, graph);
            }
        }
    }

    /** One form of weight is no other's, also where it has been read before. */
    @Test
    void weightsOfTheOtherTypeAndBiasesOfAnotherLengthAreRefusedAsByOnednn() {
        SplittableRandom random = new SplittableRandom(1);
        try (TorchRuntime runtime = started();
                Graph graph = graph(runtime);
                TensorScope scope = runtime.openScope()) {
            NDArray input = numbers(ROWS, 64, random, scope);
            NDArray weight = numbers(64, 64, random, scope);
            NDArray bias = scope.floats(numbers(64, random), 64);
            NDArray packed = graph.call("packed").with(weight).run(scope);
            NDArray packedNumbers = graph.call("packed_numbers").with(weight).run(scope);
            for (int time = 0; time < 2; time++) {
                assertThat(others("others", input, packed, bias, 4, graph, scope))
                        .isZero();
                assertThat(others("other_numbers", input, packedNumbers, bias, 4, graph, scope))
                        .isZero();
                for (NDArray other : List.of(packedNumbers, weight)) {
                    assertThatThrownBy(() -> graph.call("few")
                                    .with(input)
                                    .with(other)
                                    .with(bias)
                                    .run(scope))
                            .isInstanceOf(GlimpseException.class);
                }
                assertThatThrownBy(() -> others("other_numbers", input, packed, bias, 4, graph, scope))
                        .isInstanceOf(GlimpseException.class);
                assertThatThrownBy(() -> graph.call("few")
                                .with(input)
                                .with(packed)
                                .with(scope.floats(new float[5], 5))
                                .run(scope))
                        .isInstanceOf(GlimpseException.class);
            }
        }
    }

    @Test
    void whoLeavesKernelsOutGetsOnednns() {
        try (TorchRuntime runtime = started()) {
            System.setProperty(TorchRuntime.NO_KERNELS, "true");
            try {
                assertThat(FewRows.areThere(runtime)).isFalse();
            } finally {
                System.clearProperty(TorchRuntime.NO_KERNELS);
            }
            assertThat(FewRows.areThere(runtime)).isTrue();
        }
    }

    /** As on processors without AMX that multiply bfloat16. */
    @Thorough
    @TestCategory.Reference
    @Test
    void numbersAreThoseOfOnednnWithoutTilesToo() throws Exception {
        started().close();

        assertThat(OwnProcess.lines(Map.of("ONEDNN_MAX_CPU_ISA", "AVX512_CORE_BF16"), WithoutTiles.class, 120, folder))
                .containsExactly("compared");
    }

    /** Compares as above, and prints that it did. */
    static final class WithoutTiles {

        private WithoutTiles() {}

        public static void main(String[] arguments) {
            for (int outputs : new int[] {16, 33, 64, 100, 256}) {
                check(outputs, 16, 64, 1_040, 2_048, 2_144, 4_096, 4_864, 11_008);
            }
            FewRowsIT many = new FewRowsIT();
            many.numbersOfManyRowsAreThoseOfOnednn(200, 2_048);
            many.numbersOfManyRowsAreThoseOfOnednn(33, 2_144);
            System.out.println("compared");
        }
    }

    @Thorough
    @TestCategory.Hostile
    @Test
    void aSecondCopyOfTheLibraryDoesNotEndTheProcess() throws Exception {
        started().close();

        assertThat(OwnProcess.lines(SecondCopy.class, 120, folder)).containsExactly("true");
    }

    /** Loads the library once more, as another class loader would, and prints whether the first is of use. */
    static final class SecondCopy {

        private SecondCopy() {}

        public static void main(String[] arguments) throws IOException {
            try (TorchRuntime runtime = TorchRuntime.start(RuntimeOptions.defaults());
                    InputStream in = FewRows.class.getResourceAsStream(FewRows.LIBRARY)) {
                Path copy = Path.of(arguments[0]).resolve("copy.so");
                Files.copy(in, copy);
                System.load(copy.toString());
                System.out.println(FewRows.multiplyPacked(runtime));
            }
        }
    }

    private static void check(int outputs, int... inputs) {
        SplittableRandom random = new SplittableRandom(outputs);
        try (TorchRuntime runtime = started();
                Graph graph = graph(runtime)) {
            for (int in : inputs) {
                check(outputs, in, random, runtime, graph);
            }
        }
    }

    private static void check(int outputs, int in, SplittableRandom random, TorchRuntime runtime, Graph graph) {
        check(outputs, in, List.of(1, 2, 3, 4, 5, 6, 7, 11, 16, 17, ROWS), random, runtime, graph);
    }

    private static void check(
            int outputs, int in, List<Integer> counts, SplittableRandom random, TorchRuntime runtime, Graph graph) {
        try (TensorScope scope = runtime.openScope()) {
            NDArray input = numbers(Collections.max(counts), in, random, scope);
            NDArray weight = numbers(outputs, in, random, scope);
            NDArray bias = scope.floats(numbers(outputs, random), outputs);
            NDArray packed = graph.call("packed").with(weight).run(scope);
            NDArray packedNumbers = graph.call("packed_numbers").with(weight).run(scope);
            for (int rows : counts) {
                assertThat(others("others", input, packed, bias, rows, graph, scope))
                        .as("bfloat16, %d rows, %d outputs, %d inputs", rows, outputs, in)
                        .isZero();
                assertThat(others("other_numbers", input, packedNumbers, bias, rows, graph, scope))
                        .as("8 bits, %d rows, %d outputs, %d inputs", rows, outputs, in)
                        .isZero();
            }
        }
    }

    private static long others(
            String which, NDArray input, NDArray weight, NDArray third, int rows, Graph graph, TensorScope scope) {
        return HostValues.longs(graph.call(which)
                .with(input)
                .with(weight)
                .with(third)
                .with(rows)
                .run(scope))[0];
    }

    private static TorchRuntime started() {
        return TorchRuntime.start(RuntimeOptions.defaults());
    }

    private static Graph graph(TorchRuntime runtime) {
        return Graph.named("few rows bits")
                .with(FewRowsIT.class, "few-rows-bits")
                .compile(runtime);
    }

    private static NDArray numbers(int rows, int columns, SplittableRandom random, TensorScope scope) {
        return scope.floats(numbers(rows * columns, random), rows, columns);
    }

    /** Of -3 to 3. */
    static float[] numbers(int count, SplittableRandom random) {
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = (float) random.nextDouble() * 6 - 3;
        }
        return numbers;
    }
}
