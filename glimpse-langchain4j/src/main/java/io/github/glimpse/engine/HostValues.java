package io.github.glimpse.engine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.ShortBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The one way of a tensor's values into Java. On a GPU it waits for all work that was asked for before, so failures of that
 * work come out here, as errors of ours.
 */
public final class HostValues {

    private static final String READING = "the reading of values";

    private static final String OPAQUE = "opaque bytes ";

    private HostValues() {}

    /**
     * The values of a float32 tensor, row after row.
     *
     * @throws io.github.glimpse.EngineBusyException if the GPU's memory is full
     * @throws io.github.glimpse.DeviceLostException if the GPU has failed for good
     * @throws io.github.glimpse.NativeLibraryException if the native library fails otherwise
     */
    public static float[] floats(NDArray tensor) {
        return NativeCall.repeatable(READING, tensor::toFloatArray);
    }

    /** The rows of a float32 tensor {@code [rows, width]}, each an array of its own; fails like {@link #floats}. */
    public static List<float[]> floatRows(NDArray tensor) {
        int rows = Math.toIntExact(tensor.getShape().get(0));
        int width = Math.toIntExact(tensor.getShape().get(1));
        return NativeCall.repeatable(READING, () -> {
            // no copy on a CPU
            FloatBuffer values = tensor.toByteBuffer(true).asFloatBuffer();
            List<float[]> read = new ArrayList<>();
            for (int row = 0; row < rows; row++) {
                float[] own = new float[width];
                values.get(own);
                read.add(own);
            }
            return read;
        });
    }

    /** The bits of the rows of a tensor of 16 bits {@code [rows, width]} on a CPU, each an array of its own. */
    public static List<short[]> shortRows(NDArray tensor) {
        int rows = Math.toIntExact(tensor.getShape().get(0));
        int width = Math.toIntExact(tensor.getShape().get(1));
        return NativeCall.repeatable(READING, () -> {
            ShortBuffer values = tensor.toByteBuffer(true).asShortBuffer();
            List<short[]> read = new ArrayList<>();
            for (int row = 0; row < rows; row++) {
                short[] own = new short[width];
                values.get(own);
                read.add(own);
            }
            return read;
        });
    }

    /** The values of a float64 tensor; fails like {@link #floats}. */
    public static double[] doubles(NDArray tensor) {
        return NativeCall.repeatable(READING, tensor::toDoubleArray);
    }

    /** The values of an int64 tensor; fails like {@link #floats}. */
    public static long[] longs(NDArray tensor) {
        return NativeCall.repeatable(READING, tensor::toLongArray);
    }

    /** The memory of a tensor on a CPU, to be written to while the tensor lives. */
    static ByteBuffer memory(NDArray tensor) {
        return tensor.toByteBuffer(true);
    }

    /** Records the bytes of an opaque tensor, whose own shape is that of a handle. */
    static void setBytes(NDArray opaque, long bytes) {
        opaque.setName(OPAQUE + bytes);
    }

    /** Bytes of a tensor's values, of an opaque one as {@link #setBytes} recorded them. */
    public static long bytes(NDArray tensor) {
        String name = tensor.getName();
        if (name != null && name.startsWith(OPAQUE)) {
            return Long.parseLong(name.substring(OPAQUE.length()));
        }
        DataType type = tensor.getDataType();
        // DJL has no name for bfloat16.
        return tensor.getShape().size()
                * (type == DataType.UNKNOWN ? Dtype.BFLOAT16.byteCount() : type.getNumOfBytes());
    }
}
