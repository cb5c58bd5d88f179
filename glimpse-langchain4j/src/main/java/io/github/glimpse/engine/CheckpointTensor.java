package io.github.glimpse.engine;

import java.util.Arrays;

/**
 * One tensor of a small checkpoint, read into the heap.
 *
 * @param type the type in which the file stores it: F32, BF16 or F16
 * @param shape sizes, outermost first; empty for a single number
 * @param values the elements, last axis fastest, widened to float32 without rounding. Not copied, neither here nor by
 *     the accessor, because they may be large: do not change them
 */
@SuppressWarnings("ArrayRecordComponent") // The point of the record; ownership is documented, compared by content
public record CheckpointTensor(StoredType type, long[] shape, float[] values) {

    /** Copies the shape and checks that it fits the values. */
    public CheckpointTensor {
        shape = shape.clone();
        long count = 1;
        for (long size : shape) {
            count = Math.multiplyExact(count, size);
        }
        if (count != values.length) {
            throw new IllegalArgumentException(values.length + " values do not fill shape " + Arrays.toString(shape));
        }
    }

    @Override
    public long[] shape() {
        return shape.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof CheckpointTensor that
                && type == that.type
                && Arrays.equals(shape, that.shape)
                && Arrays.equals(values, that.values);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * type.hashCode() + Arrays.hashCode(shape)) + Arrays.hashCode(values);
    }

    @Override
    public String toString() {
        return type.label() + Arrays.toString(shape);
    }
}
