package io.github.glimpse.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.glimpse.testing.OwnProcess;
import io.github.glimpse.testing.TestCategory;
import io.github.glimpse.testing.Thorough;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Weights that {@link FewRows}' library lays, oneDNN's being the measure, and products by weights as they are. */
@RequiresHardware(HardwareFeature.PACKED_KERNELS)
class PackRowsIT {

    private static final long[] WIDTHS = {1, 2, 7, 31, 32, 33, 64, 100, 352, 1_280, 2_048, 3_420};
    private static final long[] ROWS = {1, 2, 16, 33, 63, 64, 65, 128, 191, 200, 256, 300, 1_000};
    private static final int SHAPES = 60;
    private static final int THREADS = 4;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void weightsAreThoseOfOnednnWhateverIsJoinedAndPadded(long seed) {
        assertThat(others(new SplittableRandom(seed))).isEmpty();
    }

    /** As on processors without AMX that multiply bfloat16. */
    @Thorough
    @TestCategory.Reference
    @Test
    void weightsAreThoseOfOnednnWithoutTilesToo() throws Exception {
        started().close();

        assertThat(OwnProcess.lines(Map.of("ONEDNN_MAX_CPU_ISA", "AVX512_CORE_BF16"), WithoutTiles.class, 120, folder))
                .containsExactly("[]");
    }

    /** Compares as above, and prints what is not alike. */
    static final class WithoutTiles {

        private WithoutTiles() {}

        public static void main(String[] arguments) {
            System.out.println(others(new SplittableRandom(4)));
        }
    }

    @Test
    void threadsThatPackTheSameShapesAtOnceGetThemToo() throws Exception {
        started().close();
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            Callable<List<String>> same = () -> others(new SplittableRandom(5));
            List<Future<List<String>>> all = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                all.add(threads.submit(same));
            }
            for (Future<List<String>> one : all) {
                assertThat(one.get()).isEmpty();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    /** Shapes whose weights differ. */
    private static List<String> others(SplittableRandom random) {
        List<String> different = new ArrayList<>();
        try (TorchRuntime runtime = started();
                Graph graph = graph(runtime)) {
            for (int i = 0; i < SHAPES; i++) {
                long[] rows = new long[1 + random.nextInt(3)];
                for (int part = 0; part < rows.length; part++) {
                    rows[part] = ROWS[random.nextInt(ROWS.length)];
                }
                long columns = WIDTHS[random.nextInt(WIDTHS.length)];
                long outputs = LongStream.of(rows).sum() + random.nextInt(70) * (i % 3L);
                long inputs = columns + random.nextInt(40) * (i % 2L);
                long count = count(
                        graph.call("others")
                                .with(rows)
                                .with(columns)
                                .with(outputs)
                                .with(inputs),
                        runtime);
                if (count != 0) {
                    different.add(count + " of [" + outputs + ", " + inputs + "]");
                }
            }
        }
        return different;
    }

    @Test
    void weightsOfOtherTypesArePackedByOnednn() {
        try (TorchRuntime runtime = started();
                Graph graph = graph(runtime)) {
            assertThat(count(
                            graph.call("others_of_another_type")
                                    .with(new long[] {33, 70})
                                    .with(40)
                                    .with(130)
                                    .with(64),
                            runtime))
                    .isZero();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "3, 32, 2, 32, '3 rows do not fit a weight [2, 32]'",
        "3, 32, 3, 31, 'a matrix [3, 32] of BFloat16 cannot be packed'",
        "3, 32, 0, 32, 'nothing to pack as a weight [0, 32]'",
        "0, 32, -1, 32, 'nothing to pack as a weight [-1, 32]'",
        "3, 32, 288230376151711744, 32, 'a weight [288230376151711744, 32] has more than 281474976710656 numbers'"
    })
    void matricesThatDoNotFitAreRefusedWithTheirSizes(
            long rows, long columns, long outputs, long inputs, String expected) {
        StepRowsIT.assertRefused(PackRowsIT::graph, expected, "refused", rows, columns, outputs, inputs);
    }

    @Test
    void matricesOfSeveralTypesAreRefused() {
        StepRowsIT.assertRefused(
                PackRowsIT::graph,
                "a matrix [4, 32] of Float cannot be packed below one of [4, 32] of BFloat16",
                "refused_types");
    }

    /** Zeros that libtorch only tells of. */
    @Test
    void productsByWeightsThatLieInNoMemoryAreLibtorchs() {
        try (TorchRuntime runtime = started();
                Graph graph = graph(runtime)) {
            assertThat(count(graph.call("others_by_zeros"), runtime)).isZero();
        }
    }

    @Thorough
    @TestCategory.Memory
    @Test
    void weightsThatAreLetGoGiveTheirMemoryBack() throws Exception {
        assumeTrue(Files.isReadable(Path.of("/proc/self/status")), "only Linux tells resident memory");
        started().close();

        List<String> lines = OwnProcess.lines(LetGo.class, 120, folder);

        assertThat(Long.parseLong(lines.get(0)))
                .as("bytes behind %d weights of %d bytes", LetGo.TIMES, LetGo.BYTES)
                .isLessThan(4 * LetGo.BYTES);
    }

    /** Packs one weight after the other, and prints how much more memory is resident behind all than behind one. */
    static final class LetGo {

        private static final int TIMES = 40;
        private static final long BYTES = 4_000L * 2_048 * 2;

        private LetGo() {}

        public static void main(String[] arguments) throws IOException {
            try (TorchRuntime runtime = started();
                    Graph graph = graph(runtime);
                    TensorScope scope = runtime.openScope()) {
                graph.call("packed_and_let_go").with(2).run(scope);
                long before = FreedMemoryIT.resident();
                graph.call("packed_and_let_go").with(TIMES).run(scope);
                FreedMemory.giveBack();
                System.out.println(FreedMemoryIT.resident() - before);
            }
        }
    }

    @Test
    void weightsAsTheyAreAreMultipliedAsPackedOnesWhereverAnyNumberOfRowsIs() {
        try (TorchRuntime runtime = started()) {
            // Of the tiles of with-tiles.sh the system does not tell.
            boolean tiles = System.getenv("TILES_LOG") != null;
            assertThat(runtime.multipliesAsPacked()).isEqualTo(runtime.multipliesManyRows() && !tiles);
        }
    }

    /** Whole registers and blocks and parts of them, one sum and several, one pass and two, rows shared out and slices. */
    @ParameterizedTest
    @CsvSource({
        "1, 1, 1",
        "1, 64, 32",
        "1, 640, 2048",
        "2, 100, 31",
        "3, 65, 2048",
        "4, 17, 1040",
        "5, 200, 3420",
        "6, 33, 3424",
        "7, 80, 96",
        "8, 130, 11008",
        "9, 191, 2144",
        "16, 256, 4864",
        "17, 64, 32",
        "17, 1, 1",
        "33, 100, 31",
        "40, 65, 2048",
        "64, 640, 3420",
        "515, 200, 1040",
        "516, 33, 2144"
    })
    void rowsByWeightsAsTheyAreHaveTheBitsOfPackedOnes(long rows, long outputs, long inputs) {
        try (TorchRuntime runtime = started();
                Graph graph = graph(runtime)) {
            Graph.Call call = runtime.multipliesAsPacked()
                    ? graph.call("others_as_packed").with(rows).with(outputs).with(inputs)
                    : graph.call("others_of_libtorch").with(rows).with(Dtype.BFLOAT16.code());
            assertThat(count(call, runtime)).isZero();
        }
    }

    @Thorough
    @TestCategory.Reference
    @ParameterizedTest
    @CsvSource({"1100, 64, 4864", "600, 2048, 11008"})
    void manyRowsByLargeWeightsHaveThemToo(long rows, long outputs, long inputs) {
        rowsByWeightsAsTheyAreHaveTheBitsOfPackedOnes(rows, outputs, inputs);
    }

    @ParameterizedTest
    @CsvSource({"1, FLOAT32", "40, FLOAT32", "40, FLOAT16"})
    void rowsOfOtherTypesAreLibtorchs(long rows, Dtype type) {
        try (TorchRuntime runtime = started();
                Graph graph = graph(runtime)) {
            assertThat(count(graph.call("others_of_libtorch").with(rows).with(type.code()), runtime))
                    .isZero();
        }
    }

    @ParameterizedTest
    @CsvSource({"31, 64, 64", "32, 64, 63", "33, 0, 0"})
    void productsThatDoNotFitAreRefusedAsByLibtorch(long inputs, long outputs, long biases) {
        StepRowsIT.assertRefused(PackRowsIT::graph, "", "refused_product", inputs, outputs, biases);
    }

    private static long count(Graph.Call call, TorchRuntime runtime) {
        try (TensorScope scope = runtime.openScope()) {
            return HostValues.longs(call.run(scope))[0];
        }
    }

    private static TorchRuntime started() {
        return TorchRuntime.start(RuntimeOptions.defaults());
    }

    private static Graph graph(TorchRuntime runtime) {
        return Graph.named("pack rows")
                .with(FewRows.class, "few-rows")
                .with(PackRowsIT.class, "pack-rows")
                .compile(runtime);
    }
}
