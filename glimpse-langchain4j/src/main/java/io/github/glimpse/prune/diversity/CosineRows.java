package io.github.glimpse.prune.diversity;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.Graph;
import io.github.glimpse.engine.HostValues;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.prune.Ranking;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The cosines of all pairs of rows, read row by row. Up to {@link #WHOLE} rows the matrix is made once, beyond that each row
 * when it is read, so that memory grows with the rows and not with their square. Up to {@link #HELD} rows it is read at once:
 * greedy choices read a row for each token that they keep, and a GPU would have to be waited for each time.
 */
final class CosineRows {

    /** Rows up to which the whole matrix is held: 268 MB. */
    static final int WHOLE = 8_192;

    /** Rows up to which the whole matrix is read into the heap: 16 MB. */
    static final int HELD = 2_048;

    private static final int BLOCK = 1_024;

    private final Graph graph;
    private final TensorScope scope;
    private final NDArray unit;
    private final NDArray matrix;
    private final int size;
    private final boolean whole;
    private final float @Nullable [] held;

    private CosineRows(
            Graph graph, TensorScope scope, NDArray unit, NDArray matrix, boolean whole, float @Nullable [] held) {
        this.graph = graph;
        this.scope = scope;
        this.unit = unit;
        this.matrix = matrix;
        this.size = Math.toIntExact(unit.getShape().get(0));
        this.whole = whole;
        this.held = held;
    }

    /** Compiles what the rows need. */
    static Graph graph(TorchRuntime runtime) {
        return Graph.named("diversity")
                .with(Ranking.class, "similarity")
                .with(CosineRows.class, "diversity")
                .compile(runtime);
    }

    /**
     * Prepares.
     *
     * @param rows {@code [tokens, width]}
     * @param scope owns what is made
     */
    static CosineRows of(Graph graph, NDArray rows, TensorScope scope) {
        return of(graph, rows, scope, WHOLE);
    }

    static CosineRows of(Graph graph, NDArray rows, TensorScope scope, int whole) {
        NDArray unit = graph.call("unit_rows").with(rows).run(scope);
        long count = rows.getShape().get(0);
        if (count > whole) {
            return new CosineRows(graph, scope, unit, unit, false, null);
        }
        if (count > HELD) {
            return new CosineRows(graph, scope, unit, cosines(graph, unit, scope), true, null);
        }
        try (TensorScope reading = scope.openChild()) {
            return new CosineRows(graph, scope, unit, unit, true, HostValues.floats(cosines(graph, unit, reading)));
        }
    }

    private static NDArray cosines(Graph graph, NDArray unit, TensorScope scope) {
        return graph.call("cosines").with(unit).with(BLOCK).run(scope);
    }

    /** Rows. */
    int size() {
        return size;
    }

    /** The cosines of a row to all rows; 1 to itself. */
    float[] row(int index) {
        if (held != null) {
            return Arrays.copyOfRange(held, index * size, (index + 1) * size);
        }
        try (TensorScope reading = scope.openChild()) {
            return HostValues.floats(graph.call(whole ? "row" : "row_of")
                    .with(matrix)
                    .with(index)
                    .run(reading));
        }
    }

    /** For each row the largest cosine to another row. */
    float[] nearest() {
        if (held != null) {
            return nearest(held);
        }
        try (TensorScope reading = scope.openChild()) {
            NDArray nearest = whole
                    ? graph.call("nearest").with(matrix).run(reading)
                    : graph.call("nearest_by_blocks").with(unit).with(BLOCK).run(reading);
            return HostValues.floats(nearest);
        }
    }

    private float[] nearest(float[] cosines) {
        float[] nearest = new float[size];
        for (int row = 0; row < size; row++) {
            float most = Float.NEGATIVE_INFINITY;
            for (int other = 0; other < size; other++) {
                if (other != row) {
                    // As the largest of a tensor is: a number that is none stays one.
                    most = Math.max(most, cosines[row * size + other]);
                }
            }
            nearest[row] = most;
        }
        return nearest;
    }

    /** The mean cosine of each row to the texts, {@code [texts, width]} with at least one. */
    float[] relevance(NDArray texts) {
        try (TensorScope reading = scope.openChild()) {
            NDArray unitTexts = graph.call("unit_rows").with(texts).run(reading);
            return HostValues.floats(
                    graph.call("relevance").with(unit).with(unitTexts).run(reading));
        }
    }
}
