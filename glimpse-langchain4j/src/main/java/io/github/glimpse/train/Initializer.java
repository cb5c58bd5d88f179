package io.github.glimpse.train;

import java.util.Arrays;
import java.util.Random;

/** First values of a trainable tensor. The same random source gives the same values on every machine. */
@FunctionalInterface
public interface Initializer {

    /**
     * The values of a tensor, last axis fastest.
     *
     * @param shape sizes, outermost first
     * @param random seeded by the run's seed and the tensor's name
     */
    float[] values(long[] shape, Random random);

    /** Normal with mean 0. */
    static Initializer normal(double standardDeviation) {
        return (shape, random) -> {
            float[] values = new float[count(shape)];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) (random.nextGaussian() * standardDeviation);
            }
            return values;
        };
    }

    /** Normal with {@code gain / sqrt(fan-in)} as standard deviation, for matrices {@code [out, in]}. */
    static Initializer fanIn(double gain) {
        return (shape, random) ->
                normal(gain / Math.sqrt(count(shape) / (double) shape[0])).values(shape, random);
    }

    /** Uniform in {@code ±sqrt(6 / (in + out))}, for matrices {@code [out, in]} (Glorot and Bengio, 2010). */
    static Initializer xavierUniform() {
        return (shape, random) -> {
            if (shape.length != 2) {
                throw new IllegalArgumentException(
                        "Xavier's rule is for matrices, the shape is " + Arrays.toString(shape));
            }
            return uniform(Math.sqrt(6.0 / (shape[0] + shape[1]))).values(shape, random);
        };
    }

    /** Uniform between {@code -bound} and {@code bound}. */
    static Initializer uniform(double bound) {
        return (shape, random) -> {
            float[] values = new float[count(shape)];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) ((2 * random.nextDouble() - 1) * bound);
            }
            return values;
        };
    }

    /** The same number everywhere. */
    static Initializer constant(float value) {
        return (shape, random) -> {
            float[] values = new float[count(shape)];
            Arrays.fill(values, value);
            return values;
        };
    }

    /** Zeros, for biases. */
    static Initializer zeros() {
        return constant(0);
    }

    /** Ones, for norms. */
    static Initializer ones() {
        return constant(1);
    }

    /** Values from elsewhere: a checkpoint, a closed-form solution. Copied. */
    static Initializer given(float[] given) {
        float[] copy = given.clone();
        return (shape, random) -> {
            if (copy.length != count(shape)) {
                throw new IllegalArgumentException(
                        copy.length + " values do not fill the shape " + Arrays.toString(shape));
            }
            return copy.clone();
        };
    }

    private static int count(long[] shape) {
        long count = 1;
        for (long size : shape) {
            count = Math.multiplyExact(count, size);
        }
        return Math.toIntExact(count);
    }
}
