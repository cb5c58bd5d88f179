package io.github.glimpse.engine;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Widens stored floats to float32. Every value of the narrower types has an exact float32, so nothing is rounded; not-a-number
 * stays not-a-number.
 */
public final class FloatWidening {

    /** Bits of the significand that float32 has more than float16. */
    private static final int HALF_SHIFT = 13;

    private static final int HALF_EXPONENT_BIAS = 15;
    private static final int HALF_EXPONENT_SPECIAL = 31;
    private static final float HALF_SMALLEST = 0x1p-24f;

    private FloatWidening() {}

    /**
     * Widens neighbouring elements.
     *
     * @param source elements of {@code type}, little endian, from its position on; the position is not moved
     * @param target receives {@code count} values from index {@code start} on
     */
    static void widen(ByteBuffer source, StoredType type, float[] target, int start, int count) {
        ByteBuffer bytes = source.slice().order(ByteOrder.LITTLE_ENDIAN);
        for (int index = 0; index < count; index++) {
            target[start + index] = at(bytes, type, index);
        }
    }

    /** The element with this index of a little-endian buffer. */
    static float at(ByteBuffer bytes, StoredType type, int index) {
        return switch (type) {
            case F32 -> bytes.getFloat(index * Float.BYTES);
            case BF16 -> fromBfloat16(bytes.getShort(index * Short.BYTES));
            case F16 -> fromFloat16(bytes.getShort(index * Short.BYTES));
            default -> throw new IllegalArgumentException(type.label() + " does not widen to float32");
        };
    }

    /** A number of bfloat16. */
    public static float fromBfloat16(short bits) {
        return Float.intBitsToFloat(bits << Short.SIZE);
    }

    /** A number of float16; the JDK has this from version 20 on only. */
    public static float fromFloat16(short bits) {
        int sign = (bits & 0x8000) << Short.SIZE;
        int exponent = (bits >> 10) & 0x1f;
        int significand = bits & 0x3ff;
        if (exponent == 0) {
            float magnitude = significand * HALF_SMALLEST;
            return sign == 0 ? magnitude : -magnitude;
        }
        int wideExponent = exponent == HALF_EXPONENT_SPECIAL ? 0xff : exponent - HALF_EXPONENT_BIAS + 127;
        return Float.intBitsToFloat(sign | wideExponent << 23 | significand << HALF_SHIFT);
    }
}
