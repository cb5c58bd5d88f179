package io.github.glimpse.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.ModelFilesException;
import io.github.glimpse.NativeLibraryException;
import io.github.glimpse.ShapeMismatchException;
import io.github.glimpse.UnsupportedModelException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class WeightsIT {

    private static final float[] VALUES = {0.5f, -1.25f, 3, 4, -5.5f, 6};

    private static TorchRuntime runtime;
    private static Graph reader;

    @TempDir
    private Path folder;

    @BeforeAll
    static void start() {
        runtime = TorchRuntime.start(RuntimeOptions.defaults());
        reader = Graph.named("reader").with(Weights.class, "weights").compile(runtime);
    }

    @AfterAll
    static void stop() {
        reader.close();
        runtime.close();
    }

    @Test
    void elsewhereEachTensorIsOneCopyATiedHeadIsTheTableAndNoFileStaysMapped() throws IOException {
        Map<String, TensorEntry> entries = file("F32", 8);
        try (Weights weights = Weights.open(
                runtime,
                entries,
                Dtype.FLOAT32,
                WeightFormat.MAPPED,
                Weights.Placement.DEVICE,
                new Weights.Room(24, 24, 0))) {
            NDArray table = weights.table("w", 2, 3);
            NDArray head = weights.matrix("w", 2, 3);
            NDArray small = weights.plain("w", 2, 3);
            assertThat(isMapped(entries)).isFalse();

            weights.finishLoading();

            assertThat(isMapped(entries)).isFalse();
            assertThat(head).isSameAs(table);
            assertThat(read(table)).containsExactly(VALUES);
            assertThat(read(small)).containsExactly(VALUES);
        }
    }

    @Test
    void whatDoesNotFitTheGpuIsRefusedBeforeItIsLoadedWithBothFigures() throws IOException {
        Map<String, TensorEntry> entries = file("F32", 8);
        long gib = 1L << 30;

        assertThatThrownBy(() -> Weights.open(
                        runtime,
                        entries,
                        Dtype.FLOAT32,
                        WeightFormat.MAPPED,
                        Weights.Placement.DEVICE,
                        new Weights.Room(14 * gib, 12 * gib, 0)))
                .isInstanceOf(NativeLibraryException.class)
                .hasMessageContaining("14.00 GiB for weights")
                .hasMessageContaining("12.00 GiB free");
        try (Weights weights = Weights.open(
                runtime,
                entries,
                Dtype.FLOAT32,
                WeightFormat.MAPPED,
                Weights.Placement.DEVICE,
                new Weights.Room(14 * gib, 15 * gib, 1 << 20))) {
            assertThatThrownBy(() -> weights.requireCacheRoom(512))
                    .isInstanceOf(NativeLibraryException.class)
                    .hasMessageContaining("14.00 GiB for weights")
                    .hasMessageContaining("2.00 GiB for the keys and values")
                    .hasMessageContaining("16.00 GiB")
                    .hasMessageContaining("15.00 GiB free")
                    .hasMessageContaining("max-input-tokens");
            weights.requireCacheRoom(256);
        }
    }

    private static boolean isMapped(Map<String, TensorEntry> entries) throws IOException {
        Path maps = Path.of("/proc/self/maps");
        Assumptions.assumeTrue(Files.exists(maps), "only Linux tells what is mapped");
        String file = entries.values().iterator().next().file().toRealPath().toString();
        return Files.readString(maps).contains(file);
    }

    @ParameterizedTest
    @EnumSource(
            value = WeightFormat.class,
            names = {"MAPPED", "COPIED"})
    void aMatrixHasTheStoredValuesAfterLoadingIsFinished(WeightFormat format) throws IOException {
        try (Weights weights = Weights.open(runtime, file("F32", 8), Dtype.FLOAT32, format)) {
            NDArray matrix = weights.matrix("w", 2, 3);
            NDArray small = weights.plain("w", 2, 3);
            weights.finishLoading();
            assertThat(read(matrix)).containsExactly(VALUES);
            assertThat(read(small)).containsExactly(VALUES);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = StoredType.class,
            names = {"F32", "BF16", "F16"})
    void everyStoredTypeIsConvertedToTheComputeType(StoredType stored) throws IOException {
        for (Dtype dtype : Dtype.values()) {
            try (Weights weights = Weights.open(runtime, file(stored.label(), 8), dtype, WeightFormat.MAPPED)) {
                assertThat(read(weights.matrix("w", 2, 3)))
                        .as("%s to %s", stored, dtype)
                        .containsExactly(VALUES);
                assertThat(read(weights.float32("w", 2, 3))).containsExactly(VALUES);
            }
        }
    }

    @Test
    void aTensorThatDoesNotLieOnItsItemSizeIsReadInstead() throws IOException {
        try (Weights weights = Weights.open(runtime, file("F32", 7), Dtype.FLOAT32, WeightFormat.MAPPED)) {
            assertThat(read(weights.matrix("w", 2, 3))).containsExactly(VALUES);
        }
    }

    @Test
    void aMissingTensorNamesItsNeighbours() throws IOException {
        try (Weights weights = Weights.open(runtime, file("F32", 8), Dtype.FLOAT32, WeightFormat.MAPPED)) {
            assertThatThrownBy(() -> weights.plain("v", 6))
                    .isInstanceOf(ModelFilesException.class)
                    .hasMessageContaining("'v'")
                    .hasMessageContaining("w");
        }
    }

    @Test
    void aWrongShapeNamesBoth() throws IOException {
        try (Weights weights = Weights.open(runtime, file("F32", 8), Dtype.FLOAT32, WeightFormat.MAPPED)) {
            assertThatThrownBy(() -> weights.matrix("w", 3, 2))
                    .isInstanceOf(ShapeMismatchException.class)
                    .hasMessageContaining("[2, 3]")
                    .hasMessageContaining("[3, 2]");
        }
    }

    @Test
    void packedFloat32IsRefused() throws IOException {
        Map<String, TensorEntry> entries = file("F32", 8);
        assertThatThrownBy(() -> Weights.open(runtime, entries, Dtype.FLOAT32, WeightFormat.PACKED))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("glimpse.weights=auto");
    }

    @Test
    void theListsOfAModelThatIsNeverFinishedAreClosedWithItsWeights() throws IOException {
        TensorList list;
        try (Weights weights = Weights.open(runtime, file("F32", 8), Dtype.FLOAT32, WeightFormat.COPIED)) {
            list = weights.list(List.of(weights.matrix("w", 2, 3)));
            assertThat(Objects.requireNonNull(list.settled()).isReleased()).isFalse();
        }
        assertThat(Objects.requireNonNull(list.settled()).isReleased()).isTrue();
        // Models close their own before.
        list.close();
    }

    @Test
    @RequiresHardware(HardwareFeature.INT8)
    void layersThatAFolderOfNumbersOfEightBitsHoldsOtherwiseStayAsTheyAre() throws IOException {
        String header = "{\"wide\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,24]},"
                + "\"narrow\":{\"dtype\":\"I8\",\"shape\":[2,4],\"data_offsets\":[24,32]},"
                + "\"narrow_scale\":{\"dtype\":\"F32\",\"shape\":[2,1],\"data_offsets\":[32,40]}}";
        Path path = WeightFileBytes.write(
                folder.resolve("mixed.safetensors"),
                WeightFileBytes.safetensors(header + " ".repeat(8 - header.length() % 8), 40));
        // Numbers that no scale says the worth of are no weights.
        for (boolean mixed : new boolean[] {true, false}) {
            Map<String, TensorEntry> entries = new HashMap<>(SafetensorsIndex.of(List.of(path)));
            if (!mixed) {
                entries.remove("narrow_scale");
            }
            try (Weights weights = Weights.open(runtime, entries, Dtype.FLOAT32, WeightFormat.INT8);
                    TensorScope scope = runtime.openScope()) {
                NDArray none = scope.floats(new float[0], 0);
                // Units of its rows, which a layer of 16 bits has not.
                long units = mixed ? 0 : 2;
                assertThat(weights.layers()
                                .product("wide", none, "wide", 2, 3, false)
                                .get(2)
                                .size())
                        .isEqualTo(units);
                assertThat(weights.layers()
                                .productRows("wide", none, 2, 3, 0, 2)
                                .get(2)
                                .size())
                        .isEqualTo(units);
            }
        }
    }

    private static float[] read(NDArray tensor) {
        try (TensorScope scope = runtime.openScope()) {
            return reader.call("widen").with(tensor).run(scope).toFloatArray();
        }
    }

    /** A file with one tensor [2, 3] behind a header of a length that leaves {@code remainder} when divided by 8. */
    private Map<String, TensorEntry> file(String type, int remainder) throws IOException {
        int size = type.equals("F32") ? 4 : 2;
        String header = "{\"w\":{\"dtype\":\"" + type + "\",\"shape\":[2,3],\"data_offsets\":[0," + 6 * size + "]}}";
        StringBuilder padded = new StringBuilder(header);
        while (padded.length() % 8 != remainder % 8) {
            padded.append(' ');
        }
        ByteBuffer bytes = ByteBuffer.allocate(8 + padded.length() + 6 * size).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(padded.length()).put(padded.toString().getBytes(StandardCharsets.UTF_8));
        for (float value : VALUES) {
            switch (type) {
                case "F32" -> bytes.putFloat(value);
                case "BF16" -> bytes.putShort((short) (Float.floatToIntBits(value) >>> 16));
                default -> bytes.putShort(half(value));
            }
        }
        Path path = Files.write(folder.resolve(type + remainder + ".safetensors"), bytes.array());
        return SafetensorsIndex.of(List.of(path));
    }

    /** Exact for the values used here, which have few digits. */
    private static short half(float value) {
        int bits = Float.floatToIntBits(value);
        int exponent = ((bits >>> 23) & 0xff) - 127 + 15;
        return (short) (((bits >>> 16) & 0x8000) | (exponent << 10) | ((bits >>> 13) & 0x3ff));
    }
}
