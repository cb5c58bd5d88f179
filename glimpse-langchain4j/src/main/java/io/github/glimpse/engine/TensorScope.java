package io.github.glimpse.engine;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.JniUtils;
import java.nio.ByteBuffer;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * Owns the native memory of one piece of work. Who opens a scope closes it; closing frees every tensor that was made in
 * it and was not {@linkplain #keep kept}.
 *
 * <p>Not safe for concurrent use.
 */
public final class TensorScope implements AutoCloseable {

    private final PtNDManager manager;
    // The scopes that are open inside the same owner: the runtime's, or the parent's children.
    private final Set<TensorScope> siblings;
    private final Set<TensorScope> children = ConcurrentHashMap.newKeySet();

    TensorScope(PtNDManager manager, Set<TensorScope> siblings) {
        this.manager = manager;
        this.siblings = siblings;
        siblings.add(this);
    }

    /** Opens a scope inside this one, for the temporaries of a layer or a step. */
    public TensorScope openChild() {
        return new TensorScope((PtNDManager) manager.newSubManager(), children);
    }

    /** A float32 tensor with a copy of the values. */
    public NDArray floats(float[] values, long... shape) {
        return filled(new Shape(shape), DataType.FLOAT32, values.length, memory -> memory.asFloatBuffer()
                .put(values));
    }

    /** An int64 tensor with a copy of the values. */
    public NDArray longs(long[] values, long... shape) {
        return filled(new Shape(shape), DataType.INT64, values.length, memory -> memory.asLongBuffer()
                .put(values));
    }

    /** A scalar of int64, or of float64 for a {@link Double}. */
    NDArray number(Number number) {
        return number instanceof Double
                ? filled(new Shape(), DataType.FLOAT64, 1, memory -> memory.putDouble(number.doubleValue()))
                : filled(new Shape(), DataType.INT64, 1, memory -> memory.putLong(number.longValue()));
    }

    /**
     * In memory of torch's own, which is free as soon as the tensor is closed: what DJL's {@code create} copies values into
     * belongs to Java and waits for a garbage collection.
     */
    private NDArray filled(Shape shape, DataType type, int count, Consumer<ByteBuffer> values) {
        if (shape.size() != count) {
            throw new IllegalArgumentException(count + " values were given for a tensor of shape " + shape
                    + ", which has " + shape.size() + "; give as many as the shape has");
        }
        Device device = manager.getDevice();
        PtNDArray made = JniUtils.createEmptyNdArray(manager, shape, type, Device.cpu(), SparseFormat.DENSE);
        if (count > 0) {
            values.accept(HostValues.memory(made));
        }
        if (!device.isGpu()) {
            return made;
        }
        try (made) {
            return made.toDevice(device, true);
        }
    }

    /** A one-dimensional int64 tensor, for indices and token ids. */
    public NDArray indices(int[] values) {
        long[] wide = new long[values.length];
        for (int i = 0; i < values.length; i++) {
            wide[i] = values[i];
        }
        return longs(wide, wide.length);
    }

    /** Hands a tensor to {@code owner}, which frees it from now on. */
    public NDArray keep(NDArray tensor, TensorScope owner) {
        tensor.attach(owner.manager);
        return tensor;
    }

    /** The DJL manager behind this scope, for small array work outside compute text. */
    public NDManager manager() {
        return manager;
    }

    /** From now on a tensor that would land here by a slip is an error instead of a leak. */
    void cap() {
        manager.cap();
    }

    PtNDManager torchManager() {
        return manager;
    }

    /** Counts this scope, the scopes inside it, and all their tensors; for leak tests. */
    public int liveResources() {
        return 1
                + manager.getManagedArrays().size()
                + children.stream().mapToInt(TensorScope::liveResources).sum();
    }

    @Override
    public void close() {
        siblings.remove(this);
        manager.close();
    }
}
