package io.github.glimpse.engine;

import ai.djl.ndarray.NDArray;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.IValue;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Tensors bundled once as a {@code List[Tensor]} argument, so that a layer's weights cost nothing per call. The tensors
 * stay with their own owner; closing frees the bundle's references only.
 *
 * <p>Some of them may still be {@linkplain #replace replaced}: until then each call has a bundle of its own, so that what it began with
 * lasts until it ends. Safe for concurrent use until closed.
 */
public final class TensorList implements AutoCloseable {

    private final PtNDArray[] tensors;
    private final Object lock = new Object();
    private volatile @Nullable IValue settled;
    // Belong to the lock.
    private int toCome;
    private boolean closed;

    private TensorList(List<NDArray> tensors, int toCome) {
        this.tensors = tensors.stream().map(PtNDArray.class::cast).toArray(PtNDArray[]::new);
        this.toCome = toCome;
        this.settled = toCome == 0 ? IValue.listFrom(this.tensors) : null;
    }

    /** Bundles tensors in the given order, which the caller closes; those of a model by {@link Weights#list}. */
    public static TensorList of(List<NDArray> tensors) {
        return new TensorList(tensors, 0);
    }

    /** Bundles tensors, so many of which will be replaced. */
    static TensorList unsettled(List<NDArray> tensors, int toCome) {
        return new TensorList(tensors, toCome);
    }

    /** The bundle of all calls; null while some tensor is to be replaced. */
    @Nullable
    IValue settled() {
        return settled;
    }

    /** A bundle of the tensors as they are now, for one call, which closes it. */
    IValue now() {
        synchronized (lock) {
            return IValue.listFrom(tensors);
        }
    }

    /** Bytes of the tensors as they are now. */
    public long bytes() {
        synchronized (lock) {
            return Arrays.stream(tensors).mapToLong(HostValues::bytes).sum();
        }
    }

    /** From now on calls get other tensors in place of some, all of them at once; those under way keep what they have. */
    void replace(IdentityHashMap<NDArray, NDArray> others) {
        synchronized (lock) {
            for (int i = 0; i < tensors.length; i++) {
                NDArray other = others.get(tensors[i]);
                if (other != null) {
                    tensors[i] = (PtNDArray) other;
                    toCome--;
                }
            }
            if (toCome == 0 && !closed) {
                settled = IValue.listFrom(tensors);
            }
        }
    }

    @Override
    public void close() {
        synchronized (lock) {
            closed = true;
            IValue bundle = settled;
            if (bundle != null) {
                bundle.close();
            }
        }
    }
}
