package io.github.glimpse.engine;

import static org.assertj.core.api.Assertions.assertThat;

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
}
