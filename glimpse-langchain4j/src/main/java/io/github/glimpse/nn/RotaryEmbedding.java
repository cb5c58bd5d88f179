package io.github.glimpse.nn;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.Dtype;
import io.github.glimpse.engine.Graph;
import io.github.glimpse.engine.TensorScope;
import java.util.List;

/**
 * Rotary positions (RoPE), with one row of positions or several (M-RoPE): each frequency follows one row.
 *
 * <p>Frequencies are computed once; the tables of a request once per prompt or token and shared by all layers.
 */
public final class RotaryEmbedding {

    /** Cosine {@code [tokens, headDim]}, its halves equal, and sine {@code [tokens, headDim / 2]}; narrower if only the first values of a head are turned. */
    public record Tables(NDArray cosine, NDArray sine) {}

    private final Graph graph;
    private final NDArray axis;
    private final NDArray frequencies;

    private RotaryEmbedding(Graph graph, NDArray axis, NDArray frequencies) {
        this.graph = graph;
        this.axis = axis;
        this.frequencies = frequencies;
    }

    /**
     * Positions with one row.
     *
     * @param graph has the text {@code rotary}
     * @param owner owns the two small tables of this object
     */
    public static RotaryEmbedding plain(Graph graph, int headDim, double theta, TensorScope owner) {
        return sectioned(graph, headDim, theta, new int[] {headDim / 2}, owner);
    }

    /**
     * Positions with one row per section: the first {@code sections[0]} frequencies follow row 0, the next row 1, and so on
     * (Qwen2-VL, arXiv 2409.12191, section 2.1).
     */
    public static RotaryEmbedding sectioned(Graph graph, int headDim, double theta, int[] sections, TensorScope owner) {
        int half = headDim / 2;
        long[] axis = new long[half];
        int next = 0;
        for (int row = 0; row < sections.length; row++) {
            for (int i = 0; i < sections[row]; i++) {
                axis[next++] = row;
            }
        }
        if (next != half) {
            throw new IllegalArgumentException("The sections cover " + next + " frequencies, a head has " + half);
        }
        return new RotaryEmbedding(graph, owner.longs(axis, half), owner.floats(frequencies(headDim, theta), half));
    }

    /**
     * Positions with three rows, time, height and width, in turns: of each three frequencies the second follows the height and the
     * third the width, as long as their sections last; all others follow the time (Qwen3-VL).
     */
    public static RotaryEmbedding interleaved(
            Graph graph, int headDim, double theta, int[] sections, TensorScope owner) {
        int half = headDim / 2;
        if (sections.length != 3 || sections[0] + sections[1] + sections[2] != half) {
            throw new IllegalArgumentException("Three sections have to cover " + half + " frequencies, not "
                    + java.util.Arrays.toString(sections));
        }
        long[] axis = new long[half];
        for (int i = 0; i < half; i++) {
            int row = i % 3;
            axis[i] = row > 0 && i < 3 * sections[row] ? row : 0;
        }
        return new RotaryEmbedding(graph, owner.longs(axis, half), owner.floats(frequencies(headDim, theta), half));
    }

    /**
     * Row and column of a picture's cell: the first half of the frequencies follows the row, the second half, which has the
     * same values, the column.
     */
    public static RotaryEmbedding planar(Graph graph, int headDim, double theta, TensorScope owner) {
        int quarter = headDim / 4;
        float[] single = frequencies(headDim / 2, theta);
        float[] twice = new float[2 * quarter];
        long[] axis = new long[2 * quarter];
        for (int i = 0; i < quarter; i++) {
            twice[i] = single[i];
            twice[quarter + i] = single[i];
            axis[quarter + i] = 1;
        }
        return new RotaryEmbedding(graph, owner.longs(axis, axis.length), owner.floats(twice, twice.length));
    }

    private static float[] frequencies(int dim, double theta) {
        float[] values = new float[dim / 2];
        for (int i = 0; i < values.length; i++) {
            // In float32 throughout, as the reference computes them.
            values[i] = 1.0f / (float) Math.pow(theta, (float) (2 * i) / dim);
        }
        return values;
    }

    /** Angle by position of each pair of values: {@code [headDim / 2]} float32. */
    NDArray frequencies() {
        return frequencies;
    }

    /** Which row of positions each pair follows: {@code [headDim / 2]} int64. */
    NDArray axis() {
        return axis;
    }

    /**
     * The tables of some positions.
     *
     * @param positions {@code [rows of positions, tokens]} int64
     * @return tables owned by {@code scope}
     */
    public Tables tables(NDArray positions, Dtype dtype, TensorScope scope) {
        List<NDArray> tables = graph.call("rotary_tables")
                .with(positions)
                .with(axis)
                .with(frequencies)
                .with(dtype.code())
                .runForList(scope);
        return new Tables(tables.get(0), tables.get(1));
    }

    /** The same, each position by itself: it has the same bits alone and among others. */
    Tables tablesByRow(NDArray positions, Dtype dtype, TensorScope scope) {
        List<NDArray> tables = graph.call("step_tables")
                .with(positions)
                .with(axis)
                .with(frequencies)
                .with(dtype.code())
                .runForList(scope);
        return new Tables(tables.get(0), tables.get(1));
    }

    /**
     * Like {@link #tables}, with zero positions appended up to {@code rows}.
     */
    public Tables paddedTables(NDArray positions, int rows, Dtype dtype, TensorScope scope) {
        NDArray padded = graph.call("pad_positions").with(positions).with(rows).run(scope);
        return tables(padded, dtype, scope);
    }
}
