package io.github.glimpse.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.glimpse.engine.Dtype;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RowLogitsTest {

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "0x3c00, 1",
        "0xbc00, -1",
        "0x3555, 0.33325195",
        "0x0001, 5.9604645e-8",
        "0x8001, -5.9604645e-8",
        "0x7bff, 65504",
        "0x7c00, Infinity",
        "0xfc00, -Infinity",
        "0x7e00, NaN"
    })
    void numbersOfFloat16AreRead(String bits, Float value) {
        assertThat(wide(bits, Dtype.FLOAT16)).isEqualTo(value);
    }

    @ParameterizedTest
    @CsvSource({"0x3f80, 1", "0xc0a0, -5", "0x7f80, Infinity", "0x7fc0, NaN"})
    void numbersOfBfloat16AreRead(String bits, Float value) {
        assertThat(wide(bits, Dtype.BFLOAT16)).isEqualTo(value);
    }

    private static float wide(String bits, Dtype type) {
        return new RowLogits(new short[] {(short) (int) Integer.decode(bits)}, type, 0).logits()[0];
    }

    @Test
    void theyAreWidenedOnce() {
        RowLogits row = new RowLogits(new short[] {0x3f80, 0x4000}, Dtype.BFLOAT16, 2.3);

        float[] logits = row.logits();

        assertThat(logits).containsExactly(1, 2);
        assertThat(row.logits()).isSameAs(logits);
        assertThat(row.logOfSum()).isEqualTo(2.3);
        assertThat(new RowLogits(logits).logOfSum()).isNaN();
    }

    @Test
    void ofTheLikeliestAloneThereAreNoOthers() {
        RowLogits row = new RowLogits(7, 2.5f, 3.5);

        assertThat(row.likeliest()).isEqualTo(7);
        assertThat(row.largest()).isEqualTo(2.5f);
        assertThat(row.logOfSum()).isEqualTo(3.5);
        assertThatThrownBy(row::logits)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("likeliest");
        assertThat(new RowLogits(new float[] {3, 4}).likeliest()).isEqualTo(-1);
    }
}
