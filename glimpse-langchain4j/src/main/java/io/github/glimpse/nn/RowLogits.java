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
    private final int likeliest;
    private float @Nullable [] logits;

    /** Of which nobody has taken the sum. */
    public RowLogits(float[] logits) {
        this(logits, Double.NaN, -1);
    }

    /**
     * Of 32 bits each.
     *
     * @param logOfSum logarithm of the sum of their exponentials, NaN if that is no number
     * @param likeliest the first of the largest, -1 if nobody has looked
     */
    RowLogits(float[] logits, double logOfSum, int likeliest) {
        this(new short[0], Dtype.FLOAT32, logOfSum, likeliest, logits);
    }

    /**
     * Of 16 bits each.
     *
     * @param type float16 or bfloat16
     * @param logOfSum logarithm of the sum of their exponentials, NaN if that is no number
     * @param likeliest the first of the largest, -1 if nobody has looked
     */
    RowLogits(short[] bits, Dtype type, double logOfSum, int likeliest) {
        this(bits, type, logOfSum, likeliest, null);
    }

    private RowLogits(short[] bits, Dtype type, double logOfSum, int likeliest, float @Nullable [] logits) {
        this.bits = bits;
        this.type = type;
        this.logOfSum = logOfSum;
        this.likeliest = Double.isNaN(logOfSum) ? -1 : likeliest;
        this.logits = logits;
    }

    /** The logits, {@code [vocabulary]}; the same array each time, which the caller may change. */
    public float[] logits() {
        float[] wide = logits;
        if (wide == null) {
            wide = new float[bits.length];
            for (int i = 0; i < wide.length; i++) {
                wide[i] = wide(bits[i]);
            }
            logits = wide;
        }
        return wide;
    }

    private float wide(short number) {
        return type == Dtype.FLOAT16 ? FloatWidening.fromFloat16(number) : FloatWidening.fromBfloat16(number);
    }

    /** One of the logits, without those of the others. */
    public float logit(int id) {
        float[] wide = logits;
        return wide == null ? wide(bits[id]) : wide[id];
    }

    /** The logarithm of the sum of their exponentials, where the device has taken it; else, and where it is no number, NaN. */
    public double logOfSum() {
        return logOfSum;
    }

    /** The first of the largest, where it is known and they are numbers; else -1. */
    public int likeliest() {
        return likeliest;
    }
}
