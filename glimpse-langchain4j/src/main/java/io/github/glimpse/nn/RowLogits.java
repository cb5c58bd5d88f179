package io.github.glimpse.nn;

import io.github.glimpse.engine.Dtype;
import io.github.glimpse.engine.FloatWidening;
import org.jspecify.annotations.Nullable;

/**
 * What a row of a step says of the next token. Belongs to the sequence of the row, whose thread widens what the step has left in 16 bits,
 * so that a step for many does not do it for all of them one after the other. Not safe for concurrent use.
 */
public final class RowLogits {

    private final short[] bits;
    private final Dtype type;
    private final double logOfSum;
    private float @Nullable [] logits;

    /** Of which nobody has taken the sum. */
    public RowLogits(float[] logits) {
        this.bits = new short[0];
        this.type = Dtype.FLOAT32;
        this.logOfSum = Double.NaN;
        this.logits = logits;
    }

    /**
     * Of 16 bits each.
     *
     * @param type float16 or bfloat16
     * @param logOfSum logarithm of the sum of their exponentials, NaN if that is no number
     */
    RowLogits(short[] bits, Dtype type, double logOfSum) {
        this.bits = bits;
        this.type = type;
        this.logOfSum = logOfSum;
    }

    /** The logits, {@code [vocabulary]}; the same array each time, which the caller may change. */
    public float[] logits() {
        float[] wide = logits;
        if (wide == null) {
            wide = new float[bits.length];
            for (int i = 0; i < wide.length; i++) {
                wide[i] = type == Dtype.FLOAT16
                        ? FloatWidening.fromFloat16(bits[i])
                        : FloatWidening.fromBfloat16(bits[i]);
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
