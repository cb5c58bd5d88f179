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
    private final float largest;
    private float @Nullable [] logits;

    /** Of which nobody has taken the sum. */
    public RowLogits(float[] logits) {
        this(logits, Double.NaN);
    }

    /**
     * Of which only the largest is asked for.
     *
     * @param likeliest the first of the largest
     * @param logOfSum logarithm of the sum of all exponentials, a number
     */
    RowLogits(int likeliest, float largest, double logOfSum) {
        this(new short[0], Dtype.FLOAT32, logOfSum, likeliest, largest, null);
    }

    /**
     * Of 32 bits each.
     *
     * @param logOfSum logarithm of the sum of their exponentials, NaN if that is no number
     */
    RowLogits(float[] logits, double logOfSum) {
        this(new short[0], Dtype.FLOAT32, logOfSum, -1, Float.NaN, logits);
    }

    /**
     * Of 16 bits each.
     *
     * @param type float16 or bfloat16
     * @param logOfSum logarithm of the sum of their exponentials, NaN if that is no number
     */
    RowLogits(short[] bits, Dtype type, double logOfSum) {
        this(bits, type, logOfSum, -1, Float.NaN, null);
    }

    private RowLogits(
            short[] bits, Dtype type, double logOfSum, int likeliest, float largest, float @Nullable [] logits) {
        this.bits = bits;
        this.type = type;
        this.logOfSum = logOfSum;
        this.likeliest = likeliest;
        this.largest = largest;
        this.logits = logits;
    }

    /**
     * The logits, {@code [vocabulary]}; the same array each time, which the caller may change.
     *
     * @throws IllegalStateException if {@linkplain DecoderSteps.Rows#likeliestOnly only the likeliest} was asked for
     */
    public float[] logits() {
        float[] wide = logits;
        if (wide == null) {
            if (bits.length == 0) {
                throw new IllegalStateException("Of this row only the likeliest token was asked for");
            }
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

    /** The largest of the logits, where the {@link #likeliest} is known. */
    public float largest() {
        return largest;
    }

    /** The logarithm of the sum of their exponentials, where the device has taken it; else, and where it is no number, NaN. */
    public double logOfSum() {
        return logOfSum;
    }

    /** The first of the largest, where {@linkplain DecoderSteps.Rows#likeliestOnly only that} was asked for; else -1. */
    public int likeliest() {
        return likeliest;
    }
}
