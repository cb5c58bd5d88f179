package io.github.glimpse.nn;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.HostValues;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.engine.WeightPath;
import java.util.List;

/** A linear layer on the first of some rows, such as the class row. Safe for concurrent use; the weights belong to the checkpoint. */
public final class FirstRowHead {

    private final CrossTextStack stack;
    private final List<NDArray> tensors;

    private FirstRowHead(CrossTextStack stack, List<NDArray> tensors) {
        this.stack = stack;
        this.tensors = tensors;
    }

    /**
     * Loads a head {@code [out, in]} with a bias.
     *
     * @param stack whose compute text it uses
     */
    public static FirstRowHead load(CrossTextStack stack, WeightPath path, int out, int in) {
        return new FirstRowHead(stack, path.linear(out, in));
    }

    /** What it makes of the first row, {@code [out]}. */
    public float[] of(NDArray rows, TensorScope scope) {
        return run(rows, false, scope);
    }

    /** The same, of length 1. */
    public float[] unitOf(NDArray rows, TensorScope scope) {
        return run(rows, true, scope);
    }

    private float[] run(NDArray rows, boolean unit, TensorScope scope) {
        try (TensorScope step = scope.openChild()) {
            return HostValues.floats(stack.graph()
                    .call("first_row_through")
                    .with(rows)
                    .with(tensors.get(0))
                    .with(tensors.get(1))
                    .with(unit)
                    .run(step));
        }
    }
}
