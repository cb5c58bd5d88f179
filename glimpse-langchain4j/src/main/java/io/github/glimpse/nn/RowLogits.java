package io.github.glimpse.nn;

import org.jspecify.annotations.Nullable;

/**
 * What a row of a step says of the next token. Belongs to the sequence of the row, whose thread widens what the step has left in 16 bits,
 * so that a step for many does not do it for all of them one after the other. Not safe for concurrent use.
 */
public final class RowLogits {

    /** The form of a number of 16 bits. */
    enum Half {
        BFLOAT16 {
            @Override
            float wide(short bits) {
                return Float.intBitsToFloat(bits << Short.SIZE);
            }
        },
        FLOAT16 {
            @Override
            float wide(short bits) {
                int exponent = (bits >> 10) & 0x1f;
                int fraction = bits & 0x3ff;
                float size =
                        switch (exponent) {
                            case 0 -> fraction * 0x1p-24f;
                            case 0x1f -> fraction == 0 ? Float.POSITIVE_INFINITY : Float.NaN;
                            default -> Float.intBitsToFloat(((exponent + 112) << 23) | (fraction << 13));
                        };
                return bits < 0 ? -size : size;
            }
        };

        /** The same number. */
        abstract float wide(short bits);
    }

    private final short[] bits;
    private final Half form;
    private final double logOfSum;
    private float @Nullable [] logits;

    /** Of which nobody has taken the sum. */
    public RowLogits(float[] logits) {
        this.bits = new short[0];
        this.form = Half.BFLOAT16;
        this.logOfSum = Double.NaN;
        this.logits = logits;
    }

    /**
     * Of 16 bits each.
     *
     * @param logOfSum logarithm of the sum of their exponentials, NaN if that is no number
     */
    RowLogits(short[] bits, Half form, double logOfSum) {
        this.bits = bits;
        this.form = form;
        this.logOfSum = logOfSum;
    }

    /** The logits, {@code [vocabulary]}; the same array each time, which the caller may change. */
    public float[] logits() {
        float[] wide = logits;
        if (wide == null) {
            wide = new float[bits.length];
            for (int i = 0; i < wide.length; i++) {
                wide[i] = form.wide(bits[i]);
            }
            logits = wide;
        }
        return wide;
    }

    /** The logarithm of the sum of their exponentials, where the device has taken it; else, and where it is no number, NaN. */
    public double logOfSum() {
        return logOfSum;
    }
}
