package io.github.glimpse.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PackedShapeTest {

    @ParameterizedTest(name = "{0} x {1}, tiles {2}, steps {3}: {4} x {5}")
    @CsvSource({
        "128, 64, true, true, 161, 64",
        "128, 64, true, false, 128, 64",
        "128, 64, false, true, 128, 64",
        "100, 64, true, true, 100, 64",
        "100, 40, false, true, 100, 64",
        "161, 64, true, true, 161, 96",
        "161, 40, true, false, 161, 96",
        "161, 64, false, true, 161, 64"
    })
    void wholeBlocksGetMoreOutputsWhereStepsMultiplyTiles(
            long outputs, long inputs, boolean tiles, boolean steps, long packedOutputs, long packedInputs) {
        assertThat(PackedShape.of(outputs, inputs, tiles, steps))
                .isEqualTo(new PackedShape(packedOutputs, packedInputs));
    }

    @Test
    void whatFollowsAWeightInItsFileStandsForZerosIfItIsAsMuch(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("model.safetensors");
        long rowBytes = 2 * 8;
        Files.write(file, new byte[10 + 97 * 16]);
        TensorEntry weight = new TensorEntry("w", StoredType.BF16, new long[] {64, 8}, file, 10, 64 * rowBytes);
        assertThat(PackedShape.inFile(weight, true, true))
                .isEqualTo(new TensorEntry("w", StoredType.BF16, new long[] {97, 8}, file, 10, 97 * rowBytes));
        assertThat(PackedShape.inFile(weight, false, true)).isEqualTo(weight);
        assertThat(PackedShape.inFile(weight, true, false)).isEqualTo(weight);
        TensorEntry later = new TensorEntry("w", StoredType.BF16, new long[] {64, 8}, file, 12, 64 * rowBytes);
        assertThat(PackedShape.inFile(later, true, true)).isEqualTo(later);
        TensorEntry other = new TensorEntry("w", StoredType.BF16, new long[] {63, 8}, file, 10, 63 * rowBytes);
        assertThat(PackedShape.inFile(other, true, true)).isEqualTo(other);
    }
}
