package io.github.glimpse.examples.tiny.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.glimpse.engine.Graph;
import io.github.glimpse.engine.TensorScope;
import java.util.Arrays;
import java.util.List;

/** A product and a bias that turn rows into wanted rows, solved in closed form from sums in double precision. */
final class RidgeRegression {

    private static final double RIDGE = 1e-4;
    private static final DataType DOUBLE = DataType.FLOAT64;

    private final Graph graph;
    private final TensorScope scope;
    private final int inputs;
    private final int outputs;
    private final NDArray square;
    private final NDArray mixed;

    /** Sums of nothing yet; they are freed with the scope. */
    RidgeRegression(Graph graph, TensorScope scope, int inputs, int outputs) {
        this.graph = graph;
        this.scope = scope;
        this.inputs = inputs;
        this.outputs = outputs;
        square = scope.manager().zeros(new Shape(inputs + 1L, inputs + 1L), DOUBLE);
        mixed = scope.manager().zeros(new Shape(inputs + 1L, outputs), DOUBLE);
    }

    /** Adds rows {@code [n, inputs]} and what they should give {@code [n, outputs]}. */
    void add(List<NDArray> rows, TensorScope part) {
        graph.constant("add_normal_sums")
                .with(rows.get(0))
                .with(rows.get(1))
                .with(square)
                .with(mixed)
                .run(part);
    }

    Solution solve() {
        return new Solution(graph.constant("ridge_solution")
                .with(square)
                .with(mixed)
                .with(RIDGE)
                .run(scope));
    }

    /** Weight and bias, {@code [inputs + 1, outputs]}. */
    final class Solution {

        private final NDArray tensor;
        private final float[] values;

        private Solution(NDArray tensor) {
            this.tensor = tensor;
            values = tensor.toFloatArray();
        }

        /** As a weight of a linear layer, {@code [outputs, count]}, of inputs in a row. */
        float[] weight(int from, int count) {
            float[] weight = new float[outputs * count];
            for (int row = 0; row < count; row++) {
                for (int column = 0; column < outputs; column++) {
                    weight[column * count + row] = values[(from + row) * outputs + column];
                }
            }
            return weight;
        }

        float[] bias() {
            return row(inputs);
        }

        /** What one input adds. */
        float[] row(int input) {
            return Arrays.copyOfRange(values, input * outputs, (input + 1) * outputs);
        }

        /** Squares of what is missed, and of what is wanted. */
        float[] misses(List<NDArray> rows, TensorScope part) {
            return graph.constant("ridge_misses")
                    .with(rows.get(0))
                    .with(rows.get(1))
                    .with(tensor)
                    .run(part)
                    .toFloatArray();
        }
    }
}
