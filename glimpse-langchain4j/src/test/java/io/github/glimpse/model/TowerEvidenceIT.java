package io.github.glimpse.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.Graph;
import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.hub.ModelFiles;
import io.github.glimpse.image.ImageGrid;
import io.github.glimpse.image.PixelPatches;
import io.github.glimpse.image.RasterImage;
import io.github.glimpse.model.PlainTower.Block;
import io.github.glimpse.model.llava.LlavaFamily;
import io.github.glimpse.model.qwen25vl.Qwen25VlFamily;
import io.github.glimpse.nn.Readout;
import io.github.glimpse.nn.TowerReadout;
import io.github.glimpse.testing.ResidentMemory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the towers tell of their attention, against plain loops that hold the whole matrices. */
class TowerEvidenceIT {

    private static final Path FIXTURES = Path.of("src/test/resources/fixtures");

    /** float32 against float64, of sums over some hundred rows. */
    private static final float TOLERANCE = 2e-5f;

    private TorchRuntime runtime;

    @BeforeEach
    void start() {
        runtime = TorchRuntime.start(new RuntimeOptions("cpu", 1, RuntimeOptions.NativeDownload.FORBIDDEN));
    }

    @AfterEach
    void stop() {
        runtime.close();
    }

    @Test
    void clipTellsOfEachBlockWhatWholeMatricesGive() {
        Path folder = FIXTURES.resolve("llava-1_5-tiny/model");
        try (VisionLanguageModel model = load(new LlavaFamily(), folder);
                TensorScope scope = runtime.openScope()) {
            PixelPatches image = model.media().pixels(noise(97, 61), 1).apply(0);
            int depth = model.tower().abilities().blocks();
            List<Block> plain = PlainTower.clip(folder, image, 4, depth);
            VisionFeatures features = model.tower().encode(image, everything(depth, Set.of()), () -> {}, scope);

            int tokens = image.plan().grid().tokenCount();
            for (int block = 0; block < depth; block++) {
                Block expected = plain.get(block);
                check(features.of(cls(block)), columnsOf(expected.weights(), 0));
                check(features.of(joinedCls(block)), columnsOf(new double[][][] {expected.joined()}, 0));
                check(features.of(received(block)), received(expected, 1, tokens, 1, 0, true));
                check(features.of(receivedFromOthers(block)), received(expected, 1, tokens, 1, 1, false));
                check(features.of(keys(block)), keys(expected, 1, tokens, 1));
            }
        }
    }

    @Test
    void qwenTellsOfWindowsAndOfWholePicturesInRasterOrder() {
        Path folder = FIXTURES.resolve("qwen2_5_vl-tiny/model");
        try (VisionLanguageModel model = load(new Qwen25VlFamily(), folder)) {
            // Windows of 4 x 4 tokens: whole ones, and smaller ones at the right and the bottom.
            for (int[] size : new int[][] {{168, 140}, {300, 64}, {56, 56}}) {
                checkQwen(
                        model,
                        folder,
                        model.media().pixels(noise(size[0], size[1]), 1).apply(0));
            }
        }
    }

    private void checkQwen(VisionLanguageModel model, Path folder, PixelPatches image) {
        ImageGrid grid = image.plan().grid();
        int depth = model.tower().abilities().blocks();
        Set<Integer> full = model.tower().abilities().fullAttentionBlocks();
        assertThat(full).isNotEmpty().hasSizeLessThan(depth);
        List<Block> plain = PlainTower.qwen(
                folder, image, 2, List.copyOf(full), model.tower().windows(grid), depth);
        try (TensorScope scope = runtime.openScope()) {
            VisionFeatures features = model.tower().encode(image, everything(depth, Set.of(0)), () -> {}, scope);
            for (int block = 0; block < depth; block++) {
                Block expected = plain.get(block);
                int tokens = grid.tokenCount();
                float[] received = check(features.of(received(block)), received(expected, 0, tokens, 4, 0, true));
                check(features.of(receivedFromOthers(block)), received(expected, 0, tokens, 4, 0, false));
                check(features.of(keys(block)), keys(expected, 0, tokens, 4));
                assertThat(IntStream.range(0, tokens)
                                .mapToDouble(i -> received[i])
                                .average())
                        .hasValueCloseTo(1.0, within(1e-4));
            }
        }
    }

    @Test
    void looksAtFewRowsAtATimeAndGivesTheSame() {
        int[] lengths = {7, 7, 7, 3, 3, 20};
        int rows = IntStream.of(lengths).sum();
        long[] runs = {0, 3, 7, 21, 2, 3, 27, 1, 20};
        IntUnaryOperator blockOf = row -> row < 21 ? row / 7 : row < 27 ? 3 + (row - 21) / 3 : 5;
        double[][][] query = random(new Random(5), 3, rows, 8);
        double[][][] key = random(new Random(6), 3, rows, 8);
        double[][][] weights = new double[3][][];
        for (int head = 0; head < 3; head++) {
            weights[head] = PlainTower.softmax(
                    query[head], key[head], (one, other) -> blockOf.applyAsInt(one) == blockOf.applyAsInt(other));
        }
        Block plain = new Block(weights, weights[0], key);
        for (int step : new int[] {1, 4, 6, 8, 14, 512}) {
            try (Graph graph = graph();
                    TensorScope scope = runtime.openScope()) {
                TowerEvidence evidence = new TowerEvidence(graph, step);
                NDArray raster = scope.indices(IntStream.range(0, rows).toArray());
                List<NDArray> queryAndKey = List.of(tensor(query, scope), tensor(key, scope));
                TowerEvidence.Layout layout = new TowerEvidence.Layout(0, rows, 1, raster);
                check(
                        evidence.read(received(0), queryAndKey, runs, layout, scope),
                        received(plain, 0, rows, 1, 0, true));
                check(
                        evidence.read(receivedFromOthers(0), queryAndKey, runs, layout, scope),
                        received(plain, 0, rows, 1, 0, false));
            }
        }
    }

    @Test
    void neverHoldsAMatrixOfAllPatchesByAllPatches() throws IOException, InterruptedException {
        int rows = 10_240;
        long wholeMatrixKilobytes = (long) rows * rows * Float.BYTES / 1_024;
        try (Graph graph = graph();
                TensorScope scope = runtime.openScope()) {
            NDArray query = tensor(random(new Random(7), 1, rows, 8), scope);
            NDArray raster = scope.indices(IntStream.range(0, rows).toArray());
            TowerEvidence.Layout layout = new TowerEvidence.Layout(0, rows, 1, raster);
            // Garbage of looking at the memory would count as much as what is looked for.
            System.gc();
            long before = ResidentMemory.kilobytes();
            AtomicLong most = new AtomicLong(before);
            AtomicBoolean done = new AtomicBoolean();
            Thread watch = new Thread(() -> {
                while (!done.get()) {
                    most.accumulateAndGet(now(), Math::max);
                    LockSupport.parkNanos(2_000_000);
                }
            });
            watch.start();
            new TowerEvidence(graph).read(received(0), List.of(query, query), new long[] {0, 1, rows}, layout, scope);
            done.set(true);
            watch.join();

            assertThat(most.get() - before).isLessThan(wholeMatrixKilobytes / 2);
        }
    }

    private static long now() {
        try {
            return ResidentMemory.kilobytes();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private Graph graph() {
        return Graph.named("tower evidence")
                .with(TowerEvidence.class, "evidence")
                .compile(runtime);
    }

    private VisionLanguageModel load(ModelFamily family, Path folder) {
        return VisionLanguageModel.require(
                family.load(ModelFiles.ofDirectory(folder), LoadOptions.defaults(), runtime));
    }

    private static Set<TowerReadout> everything(int depth, Set<Integer> withoutCls) {
        Set<TowerReadout> all = new HashSet<>();
        for (int block = 0; block < depth; block++) {
            all.addAll(Set.of(received(block), receivedFromOthers(block), keys(block)));
            if (withoutCls.isEmpty()) {
                all.addAll(Set.of(cls(block), joinedCls(block)));
            }
        }
        return all;
    }

    private static TowerReadout cls(int block) {
        return TowerReadout.classAttention(block);
    }

    private static TowerReadout joinedCls(int block) {
        return new TowerReadout("joined_class_attention", block, Readout.Shape.BY_HEAD);
    }

    private static TowerReadout received(int block) {
        return new TowerReadout("received_attention", block, Readout.Shape.NUMBERS);
    }

    private static TowerReadout receivedFromOthers(int block) {
        return new TowerReadout("received_from_others", block, Readout.Shape.NUMBERS);
    }

    private static TowerReadout keys(int block) {
        return new TowerReadout("mean_keys", block, Readout.Shape.ROWS);
    }

    private static RasterImage noise(int width, int height) {
        byte[] rgb = new byte[width * height * 3];
        new Random(width).nextBytes(rgb);
        return new RasterImage(width, height, rgb);
    }

    private static NDArray tensor(double[][][] values, TensorScope scope) {
        float[] flat = new float[values.length * values[0].length * values[0][0].length];
        int next = 0;
        for (double[][] head : values) {
            for (double[] row : head) {
                for (double value : row) {
                    flat[next++] = (float) value;
                }
            }
        }
        return scope.floats(flat, values.length, values[0].length, values[0][0].length);
    }

    private static double[][][] random(Random random, int heads, int rows, int width) {
        double[][][] values = new double[heads][rows][width];
        for (double[][] head : values) {
            for (double[] row : head) {
                for (int k = 0; k < width; k++) {
                    row[k] = (float) random.nextGaussian();
                }
            }
        }
        return values;
    }

    /** A row's attention to all but row 0, head by head. */
    private static double[] columnsOf(double[][][] weights, int row) {
        return java.util.Arrays.stream(weights)
                .flatMapToDouble(head -> java.util.Arrays.stream(head[row]).skip(1))
                .toArray();
    }

    private static double[] received(Block block, int lead, int tokens, int group, int firstQuery, boolean own) {
        double[] received = new double[tokens];
        for (double[][] head : block.weights()) {
            for (int query = firstQuery; query < head.length; query++) {
                for (int patch = 0; patch < tokens * group; patch++) {
                    if (own || query != lead + patch) {
                        received[patch / group] += head[query][lead + patch] / group / block.weights().length;
                    }
                }
            }
        }
        return received;
    }

    private static double[] keys(Block block, int lead, int tokens, int group) {
        int width = block.keys()[0][0].length;
        double[] keys = new double[tokens * width];
        for (double[][] head : block.keys()) {
            for (int patch = 0; patch < tokens * group; patch++) {
                for (int k = 0; k < width; k++) {
                    keys[patch / group * width + k] += head[lead + patch][k] / group / block.keys().length;
                }
            }
        }
        return keys;
    }

    private static float[] check(@Nullable NDArray actual, double[] expected) {
        float[] values = Objects.requireNonNull(actual).toFloatArray();
        float[] wanted = new float[expected.length];
        for (int i = 0; i < wanted.length; i++) {
            wanted[i] = (float) expected[i];
        }
        assertThat(values).containsExactly(wanted, within(TOLERANCE));
        return values;
    }
}
