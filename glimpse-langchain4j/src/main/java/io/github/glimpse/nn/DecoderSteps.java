package io.github.glimpse.nn;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.Dtype;
import io.github.glimpse.engine.Graph;
import io.github.glimpse.engine.HostValues;
import io.github.glimpse.engine.TensorScope;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The next token of several sequences at once: linear layers see the rows of all of them, so each weight is read once a step, and
 * attention is each sequence's own, with the caches, lengths and positions that its schedule has left. A sequence may bring guesses of
 * the tokens behind its next one, which run as rows of the same step. A row has the same bits alone and among others.
 */
public final class DecoderSteps {

    // Above, a row costs more than its share of reading the weights.
    private static final int MOST_ROWS = 16;

    private final DecoderStack decoder;

    /** Of a decoder that stays the caller's. */
    public DecoderSteps(DecoderStack decoder) {
        this.decoder = decoder;
    }

    /**
     * The rows of one sequence.
     *
     * @param ids of the token, then of those that are guessed to follow; none may follow where a state is remembered, which cannot
     *     go back behind a wrong one
     * @param positions of the first by layer
     * @param states by layer, each with {@linkplain LayerState#reserve room} for these rows; nobody else uses them meanwhile. Rows
     *     of wrong guesses are {@linkplain LayerState#truncate forgotten} by the caller
     * @param likeliestOnly whether of the logits only the {@linkplain RowLogits#likeliest likeliest} is asked for, which spares the others the
     *     way into Java where the device has found it
     */
    @SuppressWarnings("ArrayRecordComponent") // read only, never compared
    public record Rows(int[] ids, long[] positions, List<LayerState> states, boolean likeliestOnly) {

        /** Of which all logits are asked for. */
        public Rows(int[] ids, long[] positions, List<LayerState> states) {
            this(ids, positions, states, false);
        }

        /** Of one token. */
        public Rows(int id, long[] positions, List<LayerState> states) {
            this(new int[] {id}, positions, states);
        }
    }

    /** One row of the step, so far behind the first of its sequence. */
    record Row(Rows sequence, int behind) {

        int id() {
            return sequence.ids()[behind];
        }

        long position(int layer) {
            return sequence.positions()[layer] + behind;
        }

        LayerState state(int layer) {
            return sequence.states().get(layer);
        }
    }

    /**
     * Runs the rows of each sequence through all layers. If it fails, no sequence of them can go on.
     *
     * @param sequences at least one
     * @return by sequence the logits after each of its rows; of guesses that are too many for a step only the first run
     */
    public List<RowLogits[]> run(List<Rows> sequences) {
        int[] counts = counts(sequences);
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < counts.length; i++) {
            for (int behind = 0; behind < counts[i]; behind++) {
                rows.add(new Row(sequences.get(i), behind));
            }
        }
        StepKernels kernels = decoder.stepKernels();
        return split(kernels != null && StepKernels.takes(rows) ? kernels.run(rows) : byText(rows), counts);
    }

    /** The logits after each row, by the compute text. */
    List<RowLogits> byText(List<Row> rows) {
        int padded = decoder.runtime().onGpu() ? RowPadding.gpuRows(rows.size()) : RowPadding.rows(rows.size());
        try (TensorScope scope = decoder.openScope()) {
            int layers = rows.get(0).sequence().states().size();
            List<NDArray> found = endOfRun(0, layers, rows) == layers && !decoder.isRecurrent(0)
                    ? whole(layers, padded, rows, scope)
                    : inParts(layers, padded, rows, scope);
            return logits(found, rows);
        }
    }

    private List<NDArray> whole(int layers, int padded, List<Row> rows, TensorScope scope) {
        Graph.Call call = decoder.graph()
                .call("whole_step")
                .with(decoder.table())
                .with(rows.stream().mapToLong(Row::id).toArray())
                .with(padded)
                .with(decoder.dtype().code())
                .with(places(0, padded, rows))
                .with(decoder.rotary().axis())
                .with(decoder.rotary().frequencies());
        return headed(through(call, 0, layers, rows, scope).with(rows.size())).runForList(scope);
    }

    /** By the runs of layers that take one call. */
    private List<NDArray> inParts(int layers, int padded, List<Row> rows, TensorScope scope) {
        NDArray ids = scope.indices(rows.stream().mapToInt(Row::id).toArray());
        NDArray hidden = decoder.embed(ids, padded, scope);
        // One table serves all layers unless a schedule renumbered between them.
        Map<LongBuffer, RotaryEmbedding.Tables> tables = new HashMap<>();
        int end;
        for (int layer = 0; layer < layers; layer = end) {
            long[] places = places(layer, padded, rows);
            end = endOfRun(layer, layers, rows);
            RecurrentLayer recurrent = decoder.recurrentLayer(layer);
            NDArray next = recurrent == null
                    ? attending(
                            layer,
                            end,
                            hidden,
                            tables.computeIfAbsent(LongBuffer.wrap(places), key -> tables(places, scope)),
                            rows,
                            scope)
                    : recurrent(layer, recurrent, hidden, rows, scope);
            hidden.close();
            hidden = next;
        }
        return headed(decoder.graph()
                        .call("step_logits")
                        .with(hidden)
                        .with(decoder.dimensions().normEps())
                        .with(rows.size()))
                .runForList(scope);
    }

    /** Behind the last of the layers that take one call: all have keys and values, and the rows the same positions. */
    private int endOfRun(int layer, int layers, List<Row> rows) {
        int end = layer + 1;
        while (!decoder.isRecurrent(layer)
                && end < layers
                && !decoder.isRecurrent(end)
                && areAtOnePlace(layer, end, rows)) {
            end++;
        }
        return end;
    }

    private static boolean areAtOnePlace(int layer, int other, List<Row> rows) {
        for (Row row : rows) {
            if (row.position(layer) != row.position(other)) {
                return false;
            }
        }
        return true;
    }

    /**
     * Layers with keys and values in one native call: behind weights that have pushed all else out of the caches of the processor, what Java
     * does between two calls costs as much as three small products.
     */
    NDArray attending(
            int first, int end, NDArray hidden, RotaryEmbedding.Tables tables, List<Row> rows, TensorScope scope) {
        Graph.Call call =
                decoder.graph().call("steps").with(hidden).with(tables.cosine()).with(tables.sine());
        return through(call, first, end, rows, scope).run(scope);
    }

    /** With what some layers read and write of rows, and their weights. */
    private Graph.Call through(Graph.Call call, int first, int end, List<Row> rows, TensorScope scope) {
        List<NDArray> keys = new ArrayList<>();
        List<NDArray> values = new ArrayList<>();
        List<NDArray> unseen = new ArrayList<>();
        List<Long> lengths = new ArrayList<>();
        boolean together = decoder.attendsTogether();
        boolean masks = decoder.masksSteps();
        Map<Integer, NDArray> unseenByLength = new HashMap<>();
        for (int layer = first; layer < end; layer++) {
            for (Row row : rows) {
                KvCache cache = (KvCache) row.state(layer);
                // A row lies behind those of its sequence that come before it in this step.
                lengths.add((long) cache.append());
                keys.add(cache.keys());
                values.add(cache.values());
                if (masks) {
                    unseen.add(unseenByLength.computeIfAbsent(cache.length(), length -> unseen(length, scope)));
                }
            }
        }
        return call.with(keys)
                .with(values)
                .with(lengths.stream().mapToLong(Long::longValue).toArray())
                .with(unseen)
                .with(
                        together
                                ? scope.longs(ends(lengths, rows.size()), end - first + 1L, rows.size() + 1L)
                                : decoder.noEnds())
                .with(decoder.attending())
                .with(decoder.attendingBefore(first))
                .with(end - first)
                .with(decoder.dimensions().heads())
                .with(decoder.dimensions().normEps());
    }

    /**
     * Where rows attend together: 0, 1, … and for each layer where in what all rows read that of each begins, and its end.
     *
     * @param lengths by layer and row, how many rows of its cache lie before it
     */
    static long[] ends(List<Long> lengths, int rows) {
        int width = rows + 1;
        long[] ends = new long[(lengths.size() / rows + 1) * width];
        for (int row = 0; row <= rows; row++) {
            ends[row] = row;
        }
        for (int i = 0; i < lengths.size(); i++) {
            int place = (i / rows + 1) * width + i % rows;
            ends[place + 1] = ends[place] + lengths.get(i) + 1;
        }
        return ends;
    }

    /** What the last of some rows of a cache does not see: see the text {@code unseen}. */
    private NDArray unseen(int length, TensorScope scope) {
        return decoder.graph()
                .call("unseen")
                .with(length)
                .with(decoder.runtime().deviceName())
                .run(scope);
    }

    /** Row by row: the state of each sequence is its own. */
    private NDArray recurrent(int index, RecurrentLayer layer, NDArray hidden, List<Row> rows, TensorScope scope) {
        try (TensorScope step = scope.openChild()) {
            int padded = Math.toIntExact(hidden.getShape().get(0));
            NDArray output = decoder.take(hidden, step.indices(new int[] {0}), padded, scope);
            for (int i = 0; i < rows.size(); i++) {
                RecurrentState state = (RecurrentState) rows.get(i).state(index);
                NDArray row = decoder.rows().pick(hidden, new int[] {i}, 0, step);
                decoder.place(output, i, layer.run(row, 1, state.tensors(), step));
                state.advance(1);
            }
            return output;
        }
    }

    /** With the weights behind the last layer. */
    private Graph.Call headed(Graph.Call call) {
        return call.with(decoder.finalNorm()).with(decoder.headList());
    }

    /** What {@code step_logits} has found, row by row. */
    private List<RowLogits> logits(List<NDArray> found, List<Row> rows) {
        if (found.size() == 1) {
            return HostValues.floatRows(found.get(0)).stream()
                    .map(RowLogits::new)
                    .toList();
        }
        double[] sums = HostValues.doubles(found.get(1));
        List<RowLogits> logits = new ArrayList<>();
        List<float[]> wide = List.of();
        List<short[]> narrow = List.of();
        for (int row = 0; row < rows.size(); row++) {
            double sum = sums[3 * row];
            if (rows.get(row).sequence().likeliestOnly() && !Double.isNaN(sum)) {
                logits.add(new RowLogits((int) sums[3 * row + 1], (float) sums[3 * row + 2], sum));
            } else if (decoder.dtype() == Dtype.FLOAT32) {
                wide = wide.isEmpty() ? HostValues.floatRows(found.get(0)) : wide;
                logits.add(new RowLogits(wide.get(row), sum));
            } else {
                narrow = narrow.isEmpty() ? HostValues.shortRows(found.get(0)) : narrow;
                logits.add(new RowLogits(narrow.get(row), decoder.dtype(), sum));
            }
        }
        return logits;
    }

    /** By sequence how many of its rows run: its first, and an equal share of what is left for guesses. */
    private static int[] counts(List<Rows> sequences) {
        long guessing = sequences.stream().filter(one -> one.ids().length > 1).count();
        long share = Math.max(0, MOST_ROWS - sequences.size()) / Math.max(1, guessing);
        return sequences.stream()
                .mapToInt(one -> Math.toIntExact(Math.min(one.ids().length, 1 + share)))
                .toArray();
    }

    /** Of the rows in a layer, and 0 behind them. */
    private static long[] places(int layer, int padded, List<Row> rows) {
        long[] places = new long[padded];
        for (int i = 0; i < rows.size(); i++) {
            places[i] = rows.get(i).position(layer);
        }
        return places;
    }

    private RotaryEmbedding.Tables tables(long[] places, TensorScope scope) {
        // All rows of positions are equal behind the prompt; one row of tables fits families with one and with three.
        int rows = decoder.positionRows();
        long[] every = new long[rows * places.length];
        for (int i = 0; i < every.length; i++) {
            every[i] = places[i % places.length];
        }
        return decoder.rotary().tablesByRow(scope.longs(every, rows, places.length), decoder.dtype(), scope);
    }

    private static List<RowLogits[]> split(List<RowLogits> logits, int[] counts) {
        List<RowLogits[]> split = new ArrayList<>();
        int row = 0;
        for (int count : counts) {
            split.add(logits.subList(row, row + count).toArray(RowLogits[]::new));
            row += count;
        }
        return split;
    }
}
