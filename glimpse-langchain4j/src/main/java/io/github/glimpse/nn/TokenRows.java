package io.github.glimpse.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import io.github.glimpse.engine.Graph;
import io.github.glimpse.engine.TensorScope;

/** Picks, joins and mixes rows. Its graph has to hold {@code rows.torch} from beside this class. Safe for concurrent use. */
public final class TokenRows {

    private final Graph graph;

    /** With a graph that stays the caller's. */
    public TokenRows(Graph graph) {
        this.graph = graph;
    }

    /** Chosen places of one axis, in the type of {@code values}, owned by {@code scope}. */
    public NDArray pick(NDArray values, int[] chosen, int axis, TensorScope scope) {
        try (TensorScope step = scope.openChild()) {
            return graph.call("pick")
                    .with(values)
                    .with(step.indices(chosen))
                    .with(axis)
                    .run(scope);
        }
    }

    /** The same values in float32, owned by {@code scope}. */
    public NDArray widen(NDArray values, TensorScope scope) {
        return graph.call("widen").with(values).run(scope);
    }

    /** Parts one behind the other along an axis, owned by {@code scope}. */
    public NDArray join(NDList parts, int axis, TensorScope scope) {
        // A joined tensor would belong to the first part's scope.
        return scope.keep(NDArrays.concat(parts, axis), scope);
    }

    /**
     * Weighted sums of rows.
     *
     * @param hidden {@code [rows, hidden]}, compute type
     * @param mixture which rows go where
     * @param rows rows of the result; those past the mixture's are zero
     * @return {@code [rows, hidden]}, compute type, owned by {@code scope}
     */
    public NDArray mix(NDArray hidden, RowMixture mixture, int rows, TensorScope scope) {
        try (TensorScope step = scope.openChild()) {
            return graph.call("mix_rows")
                    .with(hidden)
                    .with(rows)
                    .with(step.indices(mixture.targets()))
                    .with(step.indices(mixture.sources()))
                    .with(step.floats(mixture.weights(), mixture.weights().length))
                    .run(scope);
        }
    }
}
