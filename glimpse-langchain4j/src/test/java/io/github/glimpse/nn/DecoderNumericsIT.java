package io.github.glimpse.nn;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.Dtype;
import io.github.glimpse.engine.Graph;
import io.github.glimpse.engine.HardwareFeature;
import io.github.glimpse.engine.RequiresHardware;
import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.engine.SafetensorsIndex;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.engine.WeightFormat;
import io.github.glimpse.engine.Weights;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The decoder of the tiny Qwen2.5-VL: what must not depend on how rows are cut into calls. */
class DecoderNumericsIT {

    static final Path MODEL = Path.of("src/test/resources/fixtures/qwen2_5_vl-tiny/model");
    static final ModelDimensions DIMENSIONS = new ModelDimensions(6, 64, 4, 2, 16, 1e-6, 32, 4);
    static final DecoderShape SHAPE = new DecoderShape(768, 160, 1e6, new int[] {2, 3, 3}, false);
    // float32: one row alone takes another product than 64 rows; seen 3e-6
    private static final float SLICED = 2e-5f;
    // bfloat16 has 8 bits: relative rounding 0.4 %, some layers deep
    private static final float BFLOAT16 = 0.08f;

    private static TorchRuntime runtime;

    @BeforeAll
    static void start() {
        runtime = TorchRuntime.start(RuntimeOptions.defaults());
    }

    @AfterAll
    static void stop() {
        runtime.close();
    }

    @Test
    void aPromptInSlicesGivesTheLogitsOfTheWhole() {
        int[] ids = ids(150);
        try (Loaded loaded = new Loaded(Dtype.FLOAT32, WeightFormat.MAPPED)) {
            float[] whole = loaded.run(ids, 150);
            assertThat(loaded.run(ids, 64)).usingComparatorWithPrecision(SLICED).containsExactly(whole);
            assertThat(loaded.run(ids, 37)).usingComparatorWithPrecision(SLICED).containsExactly(whole);
            assertThat(loaded.run(ids, 1)).usingComparatorWithPrecision(SLICED).containsExactly(whole);
        }
    }

    @Test
    void mappedAndCopiedWeightsGiveTheSameBits() {
        int[] ids = ids(70);
        try (Loaded mapped = new Loaded(Dtype.FLOAT32, WeightFormat.MAPPED);
                Loaded copied = new Loaded(Dtype.FLOAT32, WeightFormat.COPIED)) {
            assertThat(copied.run(ids, 70)).isEqualTo(mapped.run(ids, 70));
        }
    }

    @Test
    void halfPrecisionStaysNearFloat32() {
        int[] ids = ids(70);
        try (Loaded exact = new Loaded(Dtype.FLOAT32, WeightFormat.MAPPED);
                Loaded plain = new Loaded(Dtype.BFLOAT16, WeightFormat.MAPPED);
                Loaded half = new Loaded(Dtype.FLOAT16, WeightFormat.MAPPED)) {
            float[] expected = exact.run(ids, 70);
            assertThat(relative(plain.run(ids, 70), expected)).isLessThan(BFLOAT16);
            assertThat(relative(half.run(ids, 70), expected)).isLessThan(BFLOAT16 / 8);
        }
    }

    @Test
    @RequiresHardware(HardwareFeature.PACKED_BFLOAT16)
    void packedProductsStayNearFloat32() {
        int[] ids = ids(70);
        try (Loaded exact = new Loaded(Dtype.FLOAT32, WeightFormat.MAPPED);
                Loaded packed = new Loaded(Dtype.BFLOAT16, WeightFormat.PACKED)) {
            assertThat(relative(packed.run(ids, 70), exact.run(ids, 70))).isLessThan(BFLOAT16);
        }
    }

    @Test
    void aWidenedProductIsTheOneInFloat32OfTheSameWeights() {
        try (Graph graph = Graph.named("linear")
                        .with(DecoderStack.class, "linear")
                        .with(Weights.class, "weights")
                        .compile(runtime);
                TensorScope scope = runtime.openScope();
                Weights weights =
                        Weights.open(runtime, SafetensorsIndex.of(MODEL), Dtype.BFLOAT16, WeightFormat.MAPPED)) {
            NDArray weight = weights.at("model.layers.0.mlp.gate_proj").matrix(160, 64);
            NDArray bias = weights.biasOrEmpty("absent", 160);
            float[] values = new float[20 * 64];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) Math.sin(i);
            }
            NDArray wide = scope.floats(values, 20, 64);
            NDArray narrow =
                    graph.call("convert").with(wide).with("cpu").with(15).run(scope);
            float[] widened = product(graph, narrow, weight, bias, 20, scope);
            float[] plain = product(graph, narrow, weight, bias, 21, scope);
            assertThat(relative(widened, plain)).isLessThan(0.01);
            NDArray exactWeight = graph.call("widen").with(weight).run(scope);
            NDArray exactInput = graph.call("widen").with(narrow).run(scope);
            float[] exact = product(graph, exactInput, exactWeight, scope.floats(new float[0], 0), 21, scope);
            assertThat(relative(widened, exact))
                    .as("rounded to bfloat16 once, at the end")
                    .isLessThan(0.003);
        }
    }

    private static float[] product(
            Graph graph, NDArray input, NDArray weight, NDArray bias, long widenFrom, TensorScope scope) {
        NDArray result = graph.call("widened_linear")
                .with(input)
                .with(weight)
                .with(bias)
                .with(widenFrom)
                .run(scope);
        return graph.call("widen").with(result).run(scope).toFloatArray();
    }

    @Test
    void aCacheThatIsCutInPlaceAndOneThatMovesHoldTheSameRows() {
        try (Loaded loaded = new Loaded(Dtype.FLOAT32, WeightFormat.MAPPED);
                TensorScope scope = runtime.openScope()) {
            float[][] kept = new float[2][];
            for (int way = 0; way < 2; way++) {
                KvCache cache = loaded.stack.newCache(256, scope);
                loaded.fill(cache, scope);
                int toCome = way == 0 ? 100 : 1_000;
                cache.keep(scope.indices(new int[] {0, 5, 17, 99}), toCome);
                assertThat(cache.length()).isEqualTo(4);
                assertThat(cache.capacity()).isEqualTo(way == 0 ? 256 : 1_024);
                cache.reserve(2_000);
                assertThat(cache.capacity()).isEqualTo(2_048);
                kept[way] = cache.keys().get(":, :4, :").toFloatArray();
            }
            assertThat(kept[1]).isEqualTo(kept[0]);
        }
    }

    @Test
    void aRowHasTheSameBitsAloneAndAmongOthers() {
        WeightFormat half = runtime.packsBfloat16() ? WeightFormat.PACKED : WeightFormat.MAPPED;
        List<Loaded> forms = new ArrayList<>(
                List.of(new Loaded(Dtype.FLOAT32, WeightFormat.MAPPED), new Loaded(Dtype.BFLOAT16, half)));
        if (runtime.multipliesInt8()) {
            forms.add(new Loaded(Dtype.BFLOAT16, WeightFormat.INT8));
        }
        for (Loaded each : forms) {
            try (Loaded loaded = each;
                    TensorScope scope = runtime.openScope()) {
                DecoderSteps steps = new DecoderSteps(loaded.stack);
                float[][][] alone = new float[20][3][];
                for (int i = 0; i < alone.length; i++) {
                    DecoderSteps.Rows row = loaded.row(ids(30 + 17 * i), scope);
                    for (int step = 0; step < alone[i].length; step++) {
                        alone[i][step] = steps.run(List.of(row)).get(0)[0].logits();
                    }
                }
                for (int count : new int[] {1, 2, 4, 8, 16, 20}) {
                    List<DecoderSteps.Rows> together = IntStream.range(0, count)
                            .mapToObj(i -> loaded.row(ids(30 + 17 * i), scope))
                            .toList();
                    for (int step = 0; step < 3; step++) {
                        List<RowLogits[]> logits = steps.run(together);
                        assertThat(logits).hasSize(count);
                        for (int i = 0; i < count; i++) {
                            assertThat(Arrays.equals(logits.get(i)[0].logits(), alone[i][step]))
                                    .as("sequence %d of %d, step %d", i, count, step)
                                    .isTrue();
                        }
                    }
                }
            }
        }
    }

    @Test
    void guessesHaveTheBitsOfStepsAndMayBeForgotten() {
        for (WeightFormat format : List.of(WeightFormat.PACKED, WeightFormat.INT8, WeightFormat.MAPPED)) {
            if ((format == WeightFormat.INT8 && !runtime.multipliesInt8())
                    || (format == WeightFormat.PACKED && !runtime.packsBfloat16())) {
                continue;
            }
            try (Loaded loaded = new Loaded(Dtype.BFLOAT16, format);
                    TensorScope scope = runtime.openScope()) {
                DecoderSteps steps = new DecoderSteps(loaded.stack);
                int[] answer = ids(9);
                List<float[]> expected = new ArrayList<>();
                DecoderSteps.Rows alone = loaded.row(ids(60), scope);
                for (int i = 0; i < answer.length; i++) {
                    expected.add(steps.run(List.of(behind(alone, i, answer[i])))
                            .get(0)[0]
                            .logits());
                }
                DecoderSteps.Rows guessing = loaded.row(ids(60), scope);
                DecoderSteps.Rows other = loaded.row(ids(47), scope);
                int row = 0;
                for (int right : new int[] {1, 3, 2, 3}) {
                    int[] guessed = Arrays.copyOfRange(answer, row, row + 4);
                    Arrays.fill(guessed, right, guessed.length, 11);
                    List<RowLogits[]> logits =
                            steps.run(List.of(behind(other, row, 7), behind(guessing, row, guessed)));
                    assertThat(logits.get(0)).hasSize(1);
                    assertThat(logits.get(1)).hasSize(4);
                    for (int i = 0; i < right; i++, row++) {
                        assertThat(Arrays.equals(logits.get(1)[i].logits(), expected.get(row)))
                                .as("%s, row %d of the answer", format, row)
                                .isTrue();
                    }
                    int length = 60 + row;
                    guessing.states().forEach(state -> state.truncate(length));
                }
            }
        }
    }

    @Test
    void aStepRunsNoMoreGuessesThanAreCheap() {
        try (Loaded loaded = new Loaded(Dtype.FLOAT32, WeightFormat.MAPPED);
                TensorScope scope = runtime.openScope()) {
            DecoderSteps steps = new DecoderSteps(loaded.stack);
            List<DecoderSteps.Rows> five = IntStream.range(0, 5)
                    .mapToObj(i -> behind(loaded.row(ids(20), scope), 0, i == 0 ? new int[] {1} : ids(16)))
                    .toList();
            assertThat(steps.run(five).stream().map(logits -> logits.length)).containsExactly(1, 3, 3, 3, 3);
            List<DecoderSteps.Rows> twenty = IntStream.range(0, 20)
                    .mapToObj(i -> behind(loaded.row(ids(20), scope), 0, ids(4)))
                    .toList();
            assertThat(steps.run(twenty))
                    .allSatisfy(logits -> assertThat(logits).hasSize(1));
        }
    }

    private static DecoderSteps.Rows behind(DecoderSteps.Rows first, int rows, int... ids) {
        long[] positions = Arrays.stream(first.positions())
                .map(position -> position + rows)
                .toArray();
        return new DecoderSteps.Rows(ids, positions, first.states());
    }

    @Test
    @RequiresHardware(HardwareFeature.PACKED_BFLOAT16)
    void aLayerInSlicesGivesTheSameBitsInPackedBfloat16() {
        try (Loaded loaded = new Loaded(Dtype.BFLOAT16, WeightFormat.PACKED);
                TensorScope scope = runtime.openScope()) {
            int rows = 1336;
            int padded = RowPadding.rows(rows);
            NDArray hidden = loaded.stack.embed(scope.indices(ids(rows)), padded, scope);
            RotaryEmbedding.Tables tables = loaded.tables(0, padded, scope);
            float[][] outputs = new float[2][];
            int[] asked = new int[1];
            for (int way = 0; way < 2; way++) {
                RowSlices slices =
                        way == 0 ? RowSlices.of(() -> asked[0]++) : new RowSlices(2048, CancellationPoint.NONE, null);
                KvCache cache = loaded.stack.newCache(padded, scope);
                NDArray output = loaded.stack.prompts().layer(0, hidden, rows, 0, tables, cache, slices, scope);
                outputs[way] = loaded.stack.rows().widen(output, scope).toFloatArray();
                assertThat(cache.length()).isEqualTo(rows);
            }
            assertThat(asked[0])
                    .as("questions between slices, and before what is left behind whole blocks")
                    .isEqualTo(loaded.stack.computesBlocks() ? 3 : 2);
            assertThat(Arrays.equals(outputs[0], 0, rows * 64, outputs[1], 0, rows * 64))
                    .isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {72, 280, 504, 616})
    @RequiresHardware(HardwareFeature.PACKED_BFLOAT16)
    void rowsInSlicesGiveTheBitsOfAllRowsAtOnce(int rows) {
        try (Loaded loaded = new Loaded(Dtype.BFLOAT16, WeightFormat.PACKED);
                TensorScope scope = runtime.openScope()) {
            int padded = RowPadding.rows(rows);
            NDArray hidden = loaded.stack.embed(scope.indices(ids(rows)), padded, scope);
            RotaryEmbedding.Tables tables = loaded.tables(0, padded, scope);
            int[] asked = new int[1];
            NDArray sliced = loaded.stack
                    .prompts()
                    .layer(
                            0,
                            hidden,
                            rows,
                            0,
                            tables,
                            loaded.stack.newCache(padded, scope),
                            RowSlices.of(() -> asked[0]++),
                            scope);
            NDArray whole =
                    loaded.stack.prompts().layer(0, hidden, tables, loaded.stack.newCache(padded, scope), scope);

            assertThat(asked[0])
                    .as("rests behind blocks, or behind whole slices")
                    .isEqualTo(rows / RowSlices.STEP + (loaded.stack.computesBlocks() ? 1 : 0));
            assertThat(Arrays.equals(
                            loaded.stack.rows().widen(sliced, scope).toFloatArray(),
                            0,
                            rows * 64,
                            loaded.stack.rows().widen(whole, scope).toFloatArray(),
                            0,
                            rows * 64))
                    .isTrue();
        }
    }

    static double relative(float[] actual, float[] expected) {
        double distance = 0;
        double length = 0;
        for (int i = 0; i < expected.length; i++) {
            distance += Math.pow(actual[i] - expected[i], 2);
            length += Math.pow(expected[i], 2);
        }
        return Math.sqrt(distance / length);
    }

    private static int[] ids(int count) {
        return new Random(5).ints(count, 0, 700).toArray();
    }

    private static final class Loaded implements AutoCloseable {

        private final TensorScope owner = runtime.openScope();
        private final Weights weights;
        private final DecoderStack stack;

        Loaded(Dtype dtype, WeightFormat format) {
            weights = Weights.open(runtime, SafetensorsIndex.of(MODEL), dtype, format);
            stack = DecoderStack.load(
                    runtime, weights, DecoderNames.below("model", "lm_head"), SHAPE, DIMENSIONS, owner);
            weights.finishLoading();
        }

        /** Runs a prompt in slices of some rows, layer caches kept between them. */
        float[] run(int[] ids, int slice) {
            try (TensorScope scope = runtime.openScope()) {
                return run(ids, slice, caches(ids.length + 64, scope), scope);
            }
        }

        private KvCache[] caches(int rows, TensorScope scope) {
            return IntStream.range(0, DIMENSIONS.layers())
                    .mapToObj(layer -> stack.newCache(rows, scope))
                    .toArray(KvCache[]::new);
        }

        /** A sequence of some rows and the next row of it. */
        DecoderSteps.Rows row(int[] ids, TensorScope scope) {
            KvCache[] caches = caches(ids.length + 64, scope);
            run(ids, ids.length, caches, scope);
            long[] positions = new long[caches.length];
            Arrays.fill(positions, ids.length);
            return new DecoderSteps.Rows(ids[0], positions, List.of(caches));
        }

        private float[] run(int[] ids, int slice, KvCache[] caches, TensorScope owner) {
            try (TensorScope scope = owner.openChild()) {
                float[] logits = {};
                for (int start = 0; start < ids.length; start += slice) {
                    int rows = Math.min(slice, ids.length - start);
                    int[] part = Arrays.copyOfRange(ids, start, start + rows);
                    NDArray hidden = stack.embed(scope.indices(part), RowPadding.rows(rows), scope);
                    RotaryEmbedding.Tables tables = tables(start, RowPadding.rows(rows), scope);
                    for (int layer = 0; layer < caches.length; layer++) {
                        hidden = stack.prompts().layer(layer, hidden, tables, caches[layer], scope);
                        caches[layer].truncate(start + rows);
                    }
                    logits = stack.prompts().logits(hidden, rows - 1, scope).toFloatArray();
                }
                return logits;
            }
        }

        void fill(KvCache cache, TensorScope scope) {
            NDArray hidden = stack.embed(scope.indices(ids(128)), 128, scope);
            stack.prompts().layer(0, hidden, tables(0, 128, scope), cache, scope);
            cache.truncate(128);
        }

        private RotaryEmbedding.Tables tables(int start, int rows, TensorScope scope) {
            long[] positions = new long[3 * rows];
            for (int i = 0; i < positions.length; i++) {
                positions[i] = (long) start + i % rows;
            }
            return stack.rotary(scope.longs(positions, 3, rows), scope);
        }

        @Override
        public void close() {
            stack.close();
            weights.close();
            owner.close();
        }
    }
}
