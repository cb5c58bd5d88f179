package io.github.glimpse.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsWriterTest {

    @TempDir
    private Path folder;

    @Test
    void whatIsWrittenIsReadBack() {
        float[] many = new float[300_000];
        Random random = new Random(3);
        for (int i = 0; i < many.length; i++) {
            many[i] = random.nextFloat();
        }
        Map<String, CheckpointTensor> tensors = new LinkedHashMap<>();
        tensors.put("a.weight", tensor(StoredType.F32, new float[] {1, -2.5f, Float.NaN, 0, -0f, 1e-42f}, 2, 3));
        tensors.put("größe \"x\"", tensor(StoredType.BF16, new float[] {0.5f}));
        tensors.put("many", tensor(StoredType.F32, many, 300, 1_000));
        tensors.put("none", tensor(StoredType.F32, new float[0], 0, 4));
        Path file = folder.resolve("new/model.safetensors");
        SafetensorsWriter.write(file, tensors, Map.of("step", "12"));
        SafetensorsFile read = SafetensorsFile.open(file);
        assertThat(read.metadata()).containsExactly(Map.entry("step", "12"));
        assertThat(read.entries().keySet()).containsExactlyElementsOf(tensors.keySet());
        tensors.forEach((name, tensor) -> {
            TensorEntry entry = Objects.requireNonNull(read.entries().get(name));
            assertThat(entry.shape()).containsExactly(tensor.shape());
            assertThat(entry.type()).isEqualTo(tensor.type());
            assertThat(SafetensorsFile.floats(entry)).isEqualTo(tensor.values());
        });
    }

    @Test
    void bfloat16IsRoundedToTheNearestAndTiesGoToEven() {
        assertThat(round(1f)).isEqualTo(1f);
        assertThat(round(0x1.01p0f)).isEqualTo(1f);
        assertThat(round(0x1.010002p0f)).isEqualTo(0x1.02p0f);
        assertThat(round(0x1.03p0f)).isEqualTo(0x1.04p0f);
        assertThat(round(-0x1.03p0f)).isEqualTo(-0x1.04p0f);
        assertThat(round(Float.MAX_VALUE)).isInfinite();
        assertThat(round(Float.NEGATIVE_INFINITY)).isEqualTo(Float.NEGATIVE_INFINITY);
        assertThat(round(Float.intBitsToFloat(0x7f800001))).isNaN();
    }

    @Test
    void aFileIsReplacedAsAWholeAndNothingElseIsLeft() throws IOException {
        Path file = folder.resolve("model.safetensors");
        SafetensorsWriter.write(file, Map.of("a", tensor(StoredType.F32, new float[100], 100)), Map.of());
        SafetensorsWriter.write(file, Map.of("b", tensor(StoredType.F32, new float[1], 1)), Map.of());
        assertThat(SafetensorsFile.open(file).entries()).containsOnlyKeys("b");
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void aTypeThatCannotBeWrittenIsNamed() {
        Map<String, CheckpointTensor> tensors = Map.of("a", tensor(StoredType.F16, new float[1], 1));
        Path file = folder.resolve("x.safetensors");
        assertThatThrownBy(() -> SafetensorsWriter.write(file, tensors, Map.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'a'")
                .hasMessageContaining("F16");
    }

    private static float round(float value) {
        return FloatWidening.fromBfloat16(SafetensorsWriter.toBfloat16(value));
    }

    private static CheckpointTensor tensor(StoredType type, float[] values, long... shape) {
        return new CheckpointTensor(type, shape, values);
    }
}
