package io.github.glimpse.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NumericsTest {

    @ParameterizedTest
    @CsvSource({
        "9, FLOAT32, BFLOAT16",
        "8, FLOAT32, BFLOAT16",
        "8, BFLOAT16, BFLOAT16",
        "8, FLOAT16, FLOAT16",
        "7, FLOAT32, FLOAT16",
        "7, BFLOAT16, FLOAT16",
        "7, FLOAT16, FLOAT16"
    })
    void aGpuComputesInTheHalfPrecisionThatItHas(int capability, Dtype stored, Dtype computed) {
        assertThat(Numerics.onGpu(new GpuDescription(0, "a GPU", capability, 5, 1L << 34), stored))
                .isEqualTo(computed);
    }
}
