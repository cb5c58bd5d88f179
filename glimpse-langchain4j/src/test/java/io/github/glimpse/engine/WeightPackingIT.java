package io.github.glimpse.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.EngineBusyException;
import io.github.glimpse.GlimpseException;
import io.github.glimpse.ModelFilesException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** Weights that are packed one after the other while their lists are in use. */
@ParameterizedClass(name = "{0} outputs")
@ValueSource(ints = {24, 33, 64})
@RequiresHardware(HardwareFeature.PACKED_BFLOAT16)
class WeightPackingIT {

    private static final int IN = 40;
    private static final int WEIGHTS = 6;
    private static final float CLOSE = 0.02f;

    @TempDir
    private Path folder;

    /** Of each weight. */
    @Parameter
    private int out;

    private TorchRuntime runtime;
    private Graph reader;
    private Map<String, TensorEntry> entries;

    @BeforeEach
    void start() throws IOException {
        runtime = TorchRuntime.start(RuntimeOptions.defaults());
        reader = Graph.named("reader")
                .with(io.github.glimpse.nn.DecoderStack.class, "linear")
                .with(WeightPackingIT.class, "packing")
                .compile(runtime);
        Map<String, CheckpointTensor> tensors = new TreeMap<>();
        for (int weight = 0; weight < WEIGHTS; weight++) {
            float[] values = new float[out * IN];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) Math.sin(i * (weight + 1) * 0.37);
            }
            tensors.put("w" + weight + ".weight", new CheckpointTensor(StoredType.BF16, new long[] {out, IN}, values));
        }
        float[] bias = new float[out];
        Arrays.fill(bias, 0.5f);
        tensors.put("w1.bias", new CheckpointTensor(StoredType.BF16, new long[] {out}, bias));
        Path file = folder.resolve("model.safetensors");
        SafetensorsWriter.write(file, tensors, Map.of());
        entries = SafetensorsIndex.of(folder);
    }

    @AfterEach
    void stop() {
        reader.close();
        runtime.close();
    }

    private Weights open() {
        return Weights.open(runtime, entries, Dtype.BFLOAT16, WeightFormat.AUTO, null, 0, true);
    }

    private TensorList list(Weights weights, int number) {
        return weights.list(weights.at("w" + number).forSteps().product(out, IN));
    }

    private float[] product(TensorList list) {
        return product("times", list);
    }

    private float[] product(String how, TensorList list) {
        try (TensorScope scope = runtime.openScope()) {
            float[] row = new float[3 * IN];
            for (int i = 0; i < row.length; i++) {
                row[i] = (float) Math.cos(i);
            }
            NDArray result =
                    reader.call(how).with(scope.floats(row, 3, IN)).with(list).run(scope);
            return HostValues.floats(result);
        }
    }

    /** Three layers of one input, of which the second has a bias. */
    private TensorList joined(Weights weights) {
        List<List<NDArray>> layers = weights.at("")
                .products(
                        IN,
                        new WeightPath.Layer("w0", out),
                        new WeightPath.Layer("w1", out),
                        new WeightPath.Layer("w2", out));
        assertThat(layers).hasSize(3);
        return weights.list(layers.stream().flatMap(List::stream).toList());
    }

    private TensorList apart(Weights weights) {
        return weights.list(IntStream.range(0, 3)
                .mapToObj(i -> weights.at("w" + i).forSteps().product(out, IN))
                .flatMap(List::stream)
                .toList());
    }

    private long held(TensorList list) {
        try (TensorScope scope = runtime.openScope()) {
            return HostValues.longs(reader.call("held").with(list).run(scope))[0];
        }
    }

    private long weightsIn(TensorList list) {
        try (TensorScope scope = runtime.openScope()) {
            return HostValues.longs(reader.call("count").with(list).run(scope))[0];
        }
    }

    private boolean isPacked(TensorList list) {
        try (TensorScope scope = runtime.openScope()) {
            return HostValues.longs(reader.call("is_packed").with(list).run(scope))[0] == 1;
        }
    }

    private boolean isMapped() throws IOException {
        Path maps = Path.of("/proc/self/maps");
        assumeTrue(Files.exists(maps), "only Linux tells what is mapped");
        return Files.readString(maps)
                .contains(folder.resolve("model.safetensors").toRealPath().toString());
    }

    @Test
    void eachWeightTakesThePlaceOfItsMappedFormAndNoFileStaysMapped() throws IOException {
        try (Weights weights = open();
                TensorList first = list(weights, 0);
                TensorList second = list(weights, 1)) {
            weights.finishLoading();
            WeightPacking packing = weights.packing();
            long bytes = 2L * out * IN;
            assertThat(weights.format()).isEqualTo(WeightFormat.PACKED);
            assertThat(packing.progress()).isEqualTo(new WeightPacking.Progress(0, 2 * bytes));
            assertThat(isPacked(first)).isFalse();
            assertThat(isMapped()).isTrue();
            float[] before = product(first);

            assertThat(packing.packNext()).isTrue();

            assertThat(packing.progress()).isEqualTo(new WeightPacking.Progress(bytes, 2 * bytes));
            assertThat(packing.progress()).hasToString("50 %");
            assertThat(isPacked(first)).isTrue();
            assertThat(isPacked(second)).isFalse();
            assertThat(product(first)).containsExactly(before, org.assertj.core.data.Offset.offset(CLOSE));

            assertThat(packing.packNext()).isTrue();
            assertThat(packing.packNext()).isFalse();

            assertThat(packing.progress().isDone()).isTrue();
            assertThat(isPacked(second)).isTrue();
            assertThat(isMapped()).isFalse();
        }
    }

    @Test
    void aWeightInTwoListsIsReplacedInBoth() throws IOException {
        try (Weights weights = open()) {
            List<NDArray> tensors = weights.at("w0").product(out, IN);
            try (TensorList one = weights.list(tensors);
                    TensorList other = weights.list(tensors)) {
                weights.finishLoading();

                assertThat(weights.packing().packNext()).isTrue();

                assertThat(isPacked(one)).isTrue();
                assertThat(isPacked(other)).isTrue();
                assertThat(isMapped()).isFalse();
            }
        }
    }

    @Test
    void whatIsPackedLaterHasTheBitsOfWhatIsPackedAtOnce() {
        try (Weights later = open();
                Weights atOnce = Weights.open(runtime, entries, Dtype.BFLOAT16, WeightFormat.PACKED);
                TensorList first = list(later, 2);
                TensorList second = list(atOnce, 2)) {
            later.finishLoading();
            atOnce.finishLoading();
            assertThat(atOnce.packing().progress()).isEqualTo(WeightPacking.Progress.NOTHING);
            while (later.packing().packNext()) {
                // the next one
            }
            assertThat(product(first)).isEqualTo(product(second));
        }
    }

    @Test
    void whatFollowsAWeightInItsFileIsNotSeen() throws IOException {
        float[] values = new float[2 * out * IN];
        for (int i = 0; i < out * IN; i++) {
            values[i] = (float) Math.sin(i * 0.37);
        }
        Arrays.fill(values, out * IN, values.length, Float.NaN);
        Map<String, TensorEntry> both = rewritten("both", values, 2L * out);
        Map<String, TensorEntry> alone = rewritten("alone", Arrays.copyOf(values, out * IN), out);
        TensorEntry weight = Objects.requireNonNull(both.get("w.weight")).rows(0, out);
        try (Weights followed = Weights.open(runtime, Map.of("w.weight", weight), Dtype.BFLOAT16, WeightFormat.PACKED);
                Weights later = Weights.open(
                        runtime, Map.of("w.weight", weight), Dtype.BFLOAT16, WeightFormat.AUTO, null, 0, true);
                Weights last = Weights.open(runtime, alone, Dtype.BFLOAT16, WeightFormat.PACKED);
                TensorList first = followed.list(followed.at("w").forSteps().product(out, IN));
                TensorList second = later.list(later.at("w").forSteps().product(out, IN));
                TensorList third = last.list(last.at("w").forSteps().product(out, IN))) {
            later.finishLoading();
            float[] expected = product(third);
            assertThat(product(first)).isEqualTo(expected);
            assertThat(product(second)).containsExactly(expected, org.assertj.core.data.Offset.offset(CLOSE));
            assertThat(later.packing().packNext()).isTrue();
            assertThat(later.packing().progress().all()).isEqualTo(2L * out * IN);
            assertThat(product(second)).isEqualTo(expected);
        }
    }

    private Map<String, TensorEntry> rewritten(String name, float[] values, long rows) throws IOException {
        Path sub = Files.createDirectory(folder.resolve(name));
        SafetensorsWriter.write(
                sub.resolve("model.safetensors"),
                Map.of("w.weight", new CheckpointTensor(StoredType.BF16, new long[] {rows, IN}, values)),
                Map.of());
        return SafetensorsIndex.of(sub);
    }

    @Test
    void layersOfOneInputArePackedAsOneWithTheBitsOfEachByItself() {
        try (Weights one = Weights.open(runtime, entries, Dtype.BFLOAT16, WeightFormat.PACKED);
                Weights each = Weights.open(runtime, entries, Dtype.BFLOAT16, WeightFormat.PACKED);
                TensorList joined = joined(one);
                TensorList apart = apart(each)) {
            one.finishLoading();
            each.finishLoading();
            assertThat(product("beside", joined)).isEqualTo(product("beside", apart));
            assertThat(held(joined)).isEqualTo(packedNumbers(3L * out));
            assertThat(held(apart)).isEqualTo(3 * packedNumbers(out));
            assertThat(weightsIn(joined)).isEqualTo(1);
            assertThat(weightsIn(apart)).isEqualTo(3);
        }
    }

    private long packedNumbers(long outputs) {
        PackedShape shape = PackedShape.of(outputs, IN, runtime.multipliesTiles(), true);
        return shape.outputs() * shape.inputs();
    }

    @Test
    void layersOfOneInputArePackedTogetherLater() throws IOException {
        try (Weights atOnce = Weights.open(runtime, entries, Dtype.BFLOAT16, WeightFormat.PACKED);
                Weights later = open();
                TensorList expected = joined(atOnce);
                TensorList list = joined(later)) {
            atOnce.finishLoading();
            later.finishLoading();
            long bytes = 6L * out * IN;
            assertThat(later.packing().progress()).isEqualTo(new WeightPacking.Progress(0, bytes));
            assertThat(isPacked(list)).isFalse();
            assertThat(product("beside", list))
                    .containsExactly(product("beside", expected), org.assertj.core.data.Offset.offset(CLOSE));

            assertThat(later.packing().packNext()).isTrue();

            assertThat(later.packing().progress()).isEqualTo(new WeightPacking.Progress(bytes, bytes));
            assertThat(isPacked(list)).isTrue();
            assertThat(list.settled()).isNotNull();
            assertThat(product("beside", list)).isEqualTo(product("beside", expected));
            assertThat(held(list)).isEqualTo(packedNumbers(3L * out));
            assertThat(isMapped()).isFalse();
        }
    }

    @Test
    void otherFormatsKeepLayersOfOneInputApart() {
        for (WeightFormat format : List.of(WeightFormat.MAPPED, WeightFormat.COPIED)) {
            try (Weights weights = Weights.open(runtime, entries, Dtype.BFLOAT16, format);
                    TensorList list = joined(weights)) {
                weights.finishLoading();
                assertThat(weightsIn(list)).isEqualTo(3);
            }
        }
    }

    @Test
    void callsGoOnWhileAThreadPacks() throws InterruptedException {
        try (Weights weights = open();
                TensorList list = weights.list(IntStream.range(0, WEIGHTS)
                        .mapToObj(i -> weights.at("w" + i).forSteps().product(out, IN))
                        .flatMap(List::stream)
                        .toList())) {
            weights.finishLoading();
            float[] before = product(list);
            weights.packing().start("six matrices", () -> false);
            while (!weights.packing().progress().isDone()) {
                assertThat(product(list)).containsExactly(before, org.assertj.core.data.Offset.offset(CLOSE));
            }
            assertThat(isPacked(list)).isTrue();
            assertThat(weights.packing().failure()).isNull();
        }
    }

    @Test
    void packingWaitsWhileARequestRuns() throws InterruptedException {
        try (Weights weights = open();
                TensorList list = list(weights, 0)) {
            weights.finishLoading();
            AtomicBoolean computes = new AtomicBoolean(true);
            CountDownLatch asked = new CountDownLatch(3);

            weights.packing().start("a model", () -> {
                asked.countDown();
                return computes.get();
            });
            asked.await();

            assertThat(weights.packing().progress().packed()).isZero();
            computes.set(false);
            awaitPacked(weights);
            assertThat(isPacked(list)).isTrue();
        }
    }

    @Test
    void packingDoesNotWaitForEverForRequests() throws InterruptedException {
        try (Weights weights = open();
                TensorList first = list(weights, 0);
                TensorList second = list(weights, 1)) {
            weights.finishLoading();

            weights.packing().start("a model", () -> true, 1);
            awaitPacked(weights);

            assertThat(isPacked(first)).isTrue();
            assertThat(isPacked(second)).isTrue();
        }
    }

    private static void awaitPacked(Weights weights) throws InterruptedException {
        while (!weights.packing().progress().isDone()) {
            Thread.sleep(1);
        }
    }

    @Test
    void aWeightThatNoListHasIsRefusedAtTheEndOfLoading() {
        try (Weights weights = open()) {
            List<NDArray> product = weights.at("w3").product(out, IN);
            assertThat(product).isNotEmpty();
            assertThatThrownBy(weights::finishLoading)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("w3.weight");
        }
    }

    @Test
    void aFileThatWasCutOffIsToldInsteadOfRead() throws IOException {
        try (Weights weights = open();
                TensorList list = list(weights, WEIGHTS - 1)) {
            weights.finishLoading();
            Path file = folder.resolve("model.safetensors");
            try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
                open.setLength(Files.size(file) - 10);
            }
            assertThatThrownBy(weights.packing()::packNext)
                    .isInstanceOf(ModelFilesException.class)
                    .hasMessageContaining("w5.weight")
                    .hasMessageContaining("changed while the model was in use");
            assertThat(weights.packing().failure()).isInstanceOf(ModelFilesException.class);
            assertThat(weights.packing().progress().isDone()).isFalse();
            assertThat(list.settled()).isNull();
        }
    }

    @Test
    void aFailedPackingLeavesTheWeightAsItWas() {
        try (Weights weights = open();
                TensorList list = list(weights, 0)) {
            weights.finishLoading();
            float[] before = product(list);
            try (NativeStandIn full = NativeStandIn.failing(
                    call -> call.equals("weights.pack"),
                    "DefaultCPUAllocator: can't allocate memory: you tried to allocate 1920 bytes")) {
                assertThatThrownBy(weights.packing()::packNext).isInstanceOf(GlimpseException.class);
                assertThat(full.calls()).isPositive();
            }
            assertThat(weights.packing().failure())
                    .isInstanceOf(GlimpseException.class)
                    .isNotInstanceOf(EngineBusyException.class);
            assertThat(product(list)).isEqualTo(before);
        }
    }

    @Test
    void closingWhileAThreadPacksFreesEverything() {
        int before = runtime.liveResources();
        for (int i = 0; i < 50; i++) {
            try (Weights weights = open()) {
                for (int weight = 0; weight < WEIGHTS; weight++) {
                    list(weights, weight).close();
                }
                weights.finishLoading();
                weights.packing().start("closed soon", () -> false);
            }
        }
        assertThat(runtime.liveResources()).isEqualTo(before);
    }
}
