package io.github.glimpse.engine;

import java.nio.file.Path;
import java.util.Arrays;

/**
 * Where one tensor lies in a weight file. Made by {@link SafetensorsFile}, which has checked it against the real file.
 *
 * @param name the tensor's path in the checkpoint, such as {@code model.layers.0.self_attn.q_proj.weight}
 * @param type the stored type
 * @param shape sizes, outermost first; empty for a single number
 * @param file the file that holds it
 * @param offset first byte, counted from the start of the file
 * @param byteCount number of bytes: elements times {@link StoredType#byteCount()}
 */
@SuppressWarnings("ArrayRecordComponent") // Shapes are arrays throughout the engine; copied here, compared by content
public record TensorEntry(String name, StoredType type, long[] shape, Path file, long offset, long byteCount) {

    /** Copies the shape. */
    public TensorEntry {
        shape = shape.clone();
    }

    @Override
    public long[] shape() {
        return shape.clone();
    }

    /** Number of elements. */
    public long elementCount() {
        return byteCount / type.byteCount();
    }

    /** The entry of some rows: a slice along the first dimension. */
    TensorEntry rows(long from, long count) {
        long rowBytes = byteCount / shape[0];
        long[] sizes = shape.clone();
        sizes[0] = count;
        return new TensorEntry(name, type, sizes, file, offset + from * rowBytes, count * rowBytes);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TensorEntry that
                && name.equals(that.name)
                && type == that.type
                && Arrays.equals(shape, that.shape)
                && file.equals(that.file)
                && offset == that.offset
                && byteCount == that.byteCount;
    }

    @Override
    public int hashCode() {
        return 31 * (31 * name.hashCode() + Long.hashCode(offset)) + file.hashCode();
    }

    @Override
    public String toString() {
        return name + " " + type.label() + Arrays.toString(shape) + " at " + offset + " of " + file.getFileName();
    }
}
