package io.github.glimpse.nn;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.Graph;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.nn.DecoderStack.ScoreForm;

/**
 * Reads attention of a {@link DecoderStack} beside its layers: a row or a few, never the whole matrix. All results are float32.
 * Safe for concurrent use.
 */
public final class DecoderReading {

    private final DecoderStack stack;
    private final Graph graph;

    DecoderReading(DecoderStack stack, Graph graph) {
        this.stack = stack;
        this.graph = graph;
    }

    /**
     * The attention of one row to chosen keys in one layer, head by head, after that layer has filled its cache.
     *
     * @param index the layer
     * @param input the layer's input {@code [rows, hidden]}
     * @param before rows in the cache before the input's first
     * @param row the row of the input that asks; it sees keys {@code 0..before + row}
     * @param chosen rows in the cache whose keys are wanted, {@code [chosen]}
     * @return {@code [chosen, heads]}, owned by {@code scope}
     */
    public NDArray attentionOfRow(
            int index,
            NDArray input,
            int before,
            int row,
            RotaryEmbedding.Tables tables,
            KvCache cache,
            NDArray chosen,
            ScoreForm form,
            TensorScope scope) {
        try (TensorScope step = scope.openChild()) {
            return graph.call("tapped")
                    .with(scores(index, input, before, row, tables, cache, step))
                    .with(chosen)
                    .with(form == ScoreForm.LOG_SOFTMAX)
                    .run(scope);
        }
    }

    /**
     * Like {@link #attentionOfRow}, as shares: softmax over all keys that the row sees.
     *
     * @return {@code [heads, chosen]}, owned by {@code scope}
     */
    public NDArray sharesOfRow(
            int index,
            NDArray input,
            int before,
            int row,
            RotaryEmbedding.Tables tables,
            KvCache cache,
            NDArray chosen,
            TensorScope scope) {
        try (TensorScope step = scope.openChild()) {
            return graph.call("shares")
                    .with(scores(index, input, before, row, tables, cache, step))
                    .with(chosen)
                    .run(scope);
        }
    }

    private NDArray scores(
            int index,
            NDArray input,
            int before,
            int row,
            RotaryEmbedding.Tables tables,
            KvCache cache,
            TensorScope step) {
        NDArray query = graph.call("query_of_row")
                .with(input)
                .with(row)
                .with(tables.cosine())
                .with(tables.sine())
                .with(stack.layerList(index))
                .with(stack.dimensions().heads())
                .with(stack.dimensions().kvHeads())
                .with(stack.dimensions().normEps())
                .run(step);
        return graph.call("scores_of_query")
                .with(query)
                .with(cache.keys())
                .with(before + row + 1)
                .run(step);
    }

    /** Whether queries and keys are turned by their positions. */
    public enum Rotation {
        ROTATED,
        UNROTATED
    }

    /**
     * The shares that a row would give in a layer that has not run.
     *
     * @param index the layer
     * @param input its input {@code [rows, hidden]}
     * @param row the row that asks; it sees rows {@code 0..row}
     * @param chosen rows whose shares are wanted, {@code [chosen]}
     * @return {@code [heads, chosen]}, owned by {@code scope}
     */
    public NDArray peek(
            int index,
            NDArray input,
            int row,
            RotaryEmbedding.Tables tables,
            NDArray chosen,
            Rotation rotation,
            TensorScope scope) {
        ModelDimensions dimensions = stack.dimensions();
        try (TensorScope step = scope.openChild()) {
            NDArray scores = graph.call("peeked_scores")
                    .with(input)
                    .with(row)
                    .with(tables.cosine())
                    .with(tables.sine())
                    .with(stack.layerList(index))
                    .with(dimensions.heads())
                    .with(dimensions.kvHeads())
                    .with(dimensions.normEps())
                    .with(rotation == Rotation.ROTATED)
                    .run(step);
            return graph.call("shares").with(scores).with(chosen).run(scope);
        }
    }

    /**
     * The shares that some rows give in one layer, mean over the rows, after that layer has filled its cache.
     *
     * @param before rows in the cache before the input's first
     * @param rows the rows of the input that ask, rising, at least one; each sees keys up to itself
     * @param chosen rows in the cache whose keys are wanted, {@code [chosen]}
     * @return {@code [heads, chosen]}, owned by {@code scope}
     */
    public NDArray sharesOfRows(
            int index,
            NDArray input,
            int before,
            int[] rows,
            RotaryEmbedding.Tables tables,
            KvCache cache,
            NDArray chosen,
            TensorScope scope) {
        try (TensorScope step = scope.openChild()) {
            return graph.call("shares_of_rows")
                    .with(input)
                    .with(step.indices(rows))
                    .with(before)
                    .with(tables.cosine())
                    .with(tables.sine())
                    .with(stack.layerList(index))
                    .with(stack.dimensions().heads())
                    .with(stack.dimensions().normEps())
                    .with(cache.keys())
                    .with(before + rows[rows.length - 1] + 1)
                    .with(chosen)
                    .run(scope);
        }
    }
}
