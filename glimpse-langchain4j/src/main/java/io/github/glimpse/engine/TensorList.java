package io.github.glimpse.engine;

import ai.djl.ndarray.NDArray;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.IValue;
import java.util.List;

/**
 * Tensors bundled once as a {@code List[Tensor]} argument, so that a layer's weights cost nothing per call. The tensors
 * stay with their own owner; closing frees the bundle's references only.
 *
 * <p>Safe for concurrent use until closed.
 */
public final class TensorList implements AutoCloseable {

    private final IValue value;

    private TensorList(IValue value) {
        this.value = value;
    }

    /** Bundles tensors in the given order. */
    public static TensorList of(List<NDArray> tensors) {
        return new TensorList(
                IValue.listFrom(tensors.stream().map(PtNDArray.class::cast).toArray(PtNDArray[]::new)));
    }

    IValue value() {
        return value;
    }

    @Override
    public void close() {
        value.close();
    }
}
