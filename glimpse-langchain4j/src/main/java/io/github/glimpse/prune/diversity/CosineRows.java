package io.github.glimpse.prune.diversity;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.Graph;
import io.github.glimpse.engine.HostValues;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.prune.Ranking;

/**
 * The cosines of all pairs of rows, read row by row. Up to {@link #WHOLE} rows the matrix is made once, beyond that each row
 * when it is read, so that memory grows with the rows and not with their square.
 */
final class CosineRows {

    /** Rows up to which the whole matrix is held: 268 MB. */
    static final int WHOLE = 8_192;

    private static final int BLOCK = 1_024;

    private final Graph graph;
    private final TensorScope scope;
    private final NDArray unit;
    private final NDArray matrix;
    private final int size;
    private final boolean whole;

    private CosineRows(Graph graph, TensorScope scope, NDArray unit, NDArray matrix, boolean whole) {
        this.graph = graph;
        this.scope = scope;
        this.unit = unit;
        this.matrix = matrix;
        this.size = Math.toIntExact(unit.getShape().get(0));
        this.whole = whole;
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
        boolean fits = rows.getShape().get(0) <= whole;
        NDArray matrix = fits ? graph.call("cosines").with(unit).with(BLOCK).run(scope) : unit;
        return new CosineRows(graph, scope, unit, matrix, fits);
    }

    /** Rows. */
    int size() {
        return size;
    }

    /** The cosines of a row to all rows; 1 to itself. */
    float[] row(int index) {
        try (TensorScope reading = scope.openChild()) {
            return HostValues.floats(graph.call(whole ? "row" : "row_of")
                    .with(matrix)
                    .with(index)
                    .run(reading));
        }
    }

    /** For each row the largest cosine to another row. */
    float[] nearest() {
        try (TensorScope reading = scope.openChild()) {
            NDArray nearest = whole
                    ? graph.call("nearest").with(matrix).run(reading)
                    : graph.call("nearest_by_blocks").with(unit).with(BLOCK).run(reading);
            return HostValues.floats(nearest);
        }
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
