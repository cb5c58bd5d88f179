package io.github.glimpse.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class FloatWideningTest {

    private static final int ALL_SHORTS = 1 << 16;

    @Test
    void widensAllFloat16ValuesExactly() {
        for (int bits = 0; bits < ALL_SHORTS; bits++) {
            int exponent = bits >> 10 & 31;
            double significand = (bits & 1023) / 1024.0;
            double magnitude =
                    exponent == 0 ? Math.scalb(significand, -14) : Math.scalb(1 + significand, exponent - 15);
            if (exponent == 31) {
                magnitude = significand == 0 ? Double.POSITIVE_INFINITY : Double.NaN;
            }
            float expected = (float) (bits >= 0x8000 ? -magnitude : magnitude);

            assertThat(Float.floatToIntBits(FloatWidening.fromFloat16((short) bits)))
                    .isEqualTo(Float.floatToIntBits(expected));
        }
    }

    @Test
    void widensAllBfloat16ValuesToFloatsWithTheSameUpperHalf() {
        for (int bits = 0; bits < ALL_SHORTS; bits++) {
            float value = FloatWidening.fromBfloat16((short) bits);

            if (!Float.isNaN(value)) {
                assertThat(Float.floatToRawIntBits(value)).isEqualTo(bits << 16);
            } else {
                assertThat(bits & 0x7fff).isGreaterThan(0x7f80);
            }
        }
    }

    @Test
    void takesElementsFromTheBuffersPositionOn() {
        ByteBuffer bytes = ByteBuffer.wrap(new byte[] {9, 9, 9, (byte) 0x80, 0x3f, 0, (byte) 0xc0})
                .position(3);
        float[] target = new float[4];

        FloatWidening.widen(bytes, StoredType.BF16, target, 1, 2);

        assertThat(target).containsExactly(0, 1, -2, 0);
        assertThat(bytes.position()).isEqualTo(3);
    }

    @Test
    void widensNoIntegers() {
        assertThatThrownBy(() -> FloatWidening.at(ByteBuffer.allocate(8), StoredType.I32, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("I32");
    }
}
