package io.github.glimpse.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.glimpse.GlimpseException;
import io.github.glimpse.testing.OwnProcess;
import io.github.glimpse.testing.TestCategory;
import io.github.glimpse.testing.Thorough;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@link FewRows}' library computes for steps between their products. */
@RequiresHardware(HardwareFeature.ROW_KERNELS)
class StepRowsIT {

    private static final int[][] WIDTHS = {{1, 1}, {3, 7}, {2, 33}, {7, 1_000}, {16, 2_048}, {37, 128}, {2, 20_000}};

    /** Heads of queries, of keys, their numbers, those that are turned, and whether there are norms, gates, and one product of all. */
    private static final long[][] HEADS = {
        {16, 2, 128, 128, 0, 0, 1},
        {4, 4, 64, 64, 0, 0, 0},
        {8, 2, 80, 40, 1, 0, 1},
        {6, 3, 33, 32, 0, 0, 0},
        {8, 2, 128, 32, 1, 1, 1},
        {28, 4, 128, 128, 0, 0, 1},
        {3, 1, 7, 6, 1, 1, 0}
    };

    @TempDir
    private Path folder;

    @ParameterizedTest
    @EnumSource(
            value = Dtype.class,
            names = {"BFLOAT16", "FLOAT32"})
    void eachRowHasTheSameBitsAloneAndAmongOthersAndIsWhatItShouldBe(Dtype type) {
        try (TorchRuntime runtime = PlainRowsIT.started()) {
            assertThat(failures(type, runtime)).isEmpty();
        }
    }

    @Thorough
    @TestCategory.Reference
    @Test
    void itIsSoByInstructionsOfAvx2AndOnMoreThreadsToo() throws Exception {
        PlainRowsIT.started().close();

        assertThat(OwnProcess.lines(Map.of("ATEN_CPU_CAPABILITY", "avx2"), ByAvx2.class, 120, folder))
                .containsExactly("AVX2 is used: true");
    }

    @ParameterizedTest
    @CsvSource({
        "2, 4, 8, no row 4 of 1 heads of 8 numbers in a cache",
        "2, -1, 8, no row -1 of 1 heads of 8 numbers in a cache",
        "3, 1, 8, 3 heads of queries",
        "0, 1, 8, attention of 2 rows",
        "2, 1, 10, heads of 8 are turned by",
        "2, 1, 7, heads of 8 are turned by"
    })
    void whatDoesNotFitIsRefusedWithItsSizes(long heads, long length, long turned, String expected) {
        assertRefused(expected, "refused", heads, length, turned);
    }

    @ParameterizedTest
    @CsvSource({"-1", "4"})
    void columnsOutsideOfRowsAreRefused(long column) {
        assertRefused("no column " + column + " in rows of 4", "refused_column", column);
    }

    /** By weights as stored; of several products or of one. */
    @ParameterizedTest
    @CsvSource({"1, false, FLOAT32", "3, true, FLOAT32", "5, false, BFLOAT16", "2, true, BFLOAT16"})
    void layersInOneCallGiveWhatTheOperatorsGiveOneByOne(long rows, boolean joined, Dtype type) {
        assertThat(layers(rows, 0, joined, type)).containsExactly(0);
    }

    /** By packed weights, in int8, and in int8 with packed heads; of several products or of one. */
    @ParameterizedTest
    @RequiresHardware(HardwareFeature.PACKED_KERNELS)
    @CsvSource({
        "1, 1, true, BFLOAT16",
        "3, 1, false, BFLOAT16",
        "4, 2, true, BFLOAT16",
        "1, 2, false, BFLOAT16",
        "17, 1, false, BFLOAT16",
        "17, 2, true, BFLOAT16",
        "2, 3, false, BFLOAT16"
    })
    void packedLayersInOneCallGiveWhatTheOperatorsGiveOneByOne(long rows, long form, boolean joined, Dtype type) {
        assertThat(layers(rows, form, joined, type)).containsExactly(0);
    }

    private static long[] layers(long rows, long form, boolean joined, Dtype type) {
        try (TorchRuntime runtime = PlainRowsIT.started();
                Graph graph = graph(runtime);
                TensorScope scope = runtime.openScope()) {
            return HostValues.longs(graph.call("layers")
                    .with(rows)
                    .with(form)
                    .with(joined)
                    .with(type.code())
                    .run(scope));
        }
    }

    /** Tensors that are read from a list of weights are cached. */
    @Test
    void layersAreThoseThatTheListOfWeightsHoldsNow() {
        assertThat(remembered(0, Dtype.FLOAT32)).containsExactly(0, 1, 1);
    }

    @ParameterizedTest
    @RequiresHardware(HardwareFeature.PACKED_KERNELS)
    @ValueSource(longs = {1, 2})
    void packedLayersAreThoseThatTheListOfWeightsHoldsNow(long form) {
        assertThat(remembered(form, Dtype.BFLOAT16)).containsExactly(0, 1, 1);
    }

    private static long[] remembered(long form, Dtype type) {
        try (TorchRuntime runtime = PlainRowsIT.started();
                Graph graph = graph(runtime);
                TensorScope scope = runtime.openScope()) {
            return HostValues.longs(
                    graph.call("remembered").with(form).with(type.code()).run(scope));
        }
    }

    @Test
    void layersThatAreNotMultipliedHereAreLeftAlone() {
        assertThat(leftAlone(false)).containsExactly(1, 0, 0, 0, 2, 0);
    }

    @Test
    @RequiresHardware(HardwareFeature.PACKED_BFLOAT16)
    void layersOfStoredAndPackedWeightsAreLeftAlone() {
        assertThat(leftAlone(true)).containsExactly(1, 0, 0, 0, 0, 0, 2, 0);
    }

    private static long[] leftAlone(boolean packs) {
        try (TorchRuntime runtime = PlainRowsIT.started();
                Graph graph = graph(runtime);
                TensorScope scope = runtime.openScope()) {
            return HostValues.longs(graph.call("left_alone")
                    .with(Dtype.FLOAT32.code())
                    .with(packs)
                    .run(scope));
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 45", "2, 91", "3, 200", "0, 46"})
    void layersWithoutAllOfTheirTensorsAreRefused(long count, long tensors) {
        String expected = "rows [2, 64] through " + count + " layers behind 0 of " + tensors + " tensors";
        assertRefused(expected, "refused_layers", count, tensors);
    }

    @ParameterizedTest
    @CsvSource({
        "64, 1, 6, no token 64 of 64",
        "-1, 1, 6, no token -1 of 64",
        "3, 2, 6, 2 ids at 2 positions for 1 rows",
        "3, 1, 5, a head of 5"
    })
    void idsThatAreNotInTheTableAndHeadsInPartAreRefused(long id, long ids, long tensors, String expected) {
        assertRefused(expected, "refused_step", id, ids, tensors);
    }

    private static void assertRefused(String expected, String method, long... numbers) {
        assertRefused(StepRowsIT::graph, expected, method, numbers);
    }

    /** That a method of a text is refused, by an error that says so. */
    static void assertRefused(Function<TorchRuntime, Graph> text, String expected, String method, long... numbers) {
        try (TorchRuntime runtime = PlainRowsIT.started();
                Graph graph = text.apply(runtime);
                TensorScope scope = runtime.openScope()) {
            Graph.Call call = graph.call(method);
            for (long number : numbers) {
                call.with(number);
            }
            assertThatThrownBy(() -> call.run(scope))
                    .isInstanceOf(GlimpseException.class)
                    .hasStackTraceContaining(expected);
        }
    }

    @Test
    void ofScoresThatAreNoNumbersThereIsNoSum() {
        try (TorchRuntime runtime = PlainRowsIT.started();
                Graph graph = graph(runtime);
                TensorScope scope = runtime.openScope()) {
            float[] sums = HostValues.floats(graph.call("sums_of_no_numbers").run(scope));

            assertThat(sums).hasSize(4);
            assertThat(sums[0]).isNaN();
            assertThat(sums[1]).isNaN();
            assertThat(sums[2]).isNaN();
            assertThat(sums[3]).isFinite();
        }
    }

    /** Prints what fails, and that it ran. */
    static final class ByAvx2 {

        private ByAvx2() {}

        public static void main(String[] arguments) {
            try (TorchRuntime runtime =
                    TorchRuntime.start(RuntimeOptions.defaults().withThreads(5))) {
                for (Dtype type : List.of(Dtype.BFLOAT16, Dtype.FLOAT32)) {
                    failures(type, runtime).forEach(System.out::println);
                }
                System.out.println("AVX2 is used: " + runtime.multipliesRows());
            }
        }
    }

    private static List<String> failures(Dtype type, TorchRuntime runtime) {
        List<String> failures = new ArrayList<>();
        // Rounded up to three times on the way: the product of norms or gates, and what is turned.
        float most = type == Dtype.BFLOAT16 ? 3 / 256f : 2e-6f;
        try (Graph graph = graph(runtime)) {
            for (int[] width : WIDTHS) {
                for (Dtype ofWeight : List.of(type, Dtype.FLOAT32)) {
                    check("norm", most, failures, runtime, graph, width[0], width[1], type.code(), ofWeight.code());
                }
                check("gate", most, failures, runtime, graph, width[0], width[1], type.code());
                check("scores", 2e-6f, failures, runtime, graph, width[0], width[1], type.code());
                check("tables", most, failures, runtime, graph, width[0], width[1], type.code());
                try (TensorScope scope = runtime.openScope()) {
                    long others = HostValues.longs(graph.call("eight_bits")
                            .with(width[0])
                            .with(width[1])
                            .with(type.code())
                            .run(scope))[0];
                    if (others > 0) {
                        failures.add("eight bits of " + width[0] + " x " + width[1] + ": others " + others);
                    }
                }
            }
            for (long[] heads : HEADS) {
                try (TensorScope scope = runtime.openScope()) {
                    float[] told = HostValues.floats(graph.call("attention")
                            .with(heads[0])
                            .with(heads[1])
                            .with(heads[2])
                            .with(heads[3])
                            .with(heads[4] > 0)
                            .with(heads[5] > 0)
                            .with(heads[6] > 0)
                            .with(type.code())
                            .run(scope));
                    add("attention", told, most, failures, heads);
                }
            }
        }
        return failures;
    }

    private static void check(
            String method, float most, List<String> failures, TorchRuntime runtime, Graph graph, long... sizes) {
        try (TensorScope scope = runtime.openScope()) {
            Graph.Call call = graph.call(method);
            for (long size : sizes) {
                call.with(size);
            }
            add(method, HostValues.floats(call.run(scope)), most, failures, sizes);
        }
    }

    private static void add(String method, float[] told, float most, List<String> failures, long... sizes) {
        if (!(told[0] <= most) || told[1] > 0) {
            failures.add(method + " " + Arrays.toString(sizes) + ": farthest " + told[0] + ", others " + told[1]);
        }
    }

    private static Graph graph(TorchRuntime runtime) {
        return Graph.named("step rows").with(StepRowsIT.class, "step-rows").compile(runtime);
    }
}
