package io.github.glimpse.nn;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.HostValues;
import io.github.glimpse.engine.TensorScope;
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
     */
    @SuppressWarnings("ArrayRecordComponent") // read only, never compared
    public record Rows(int[] ids, long[] positions, List<LayerState> states) {

        /** Of one token. */
        public Rows(int id, long[] positions, List<LayerState> states) {
            this(new int[] {id}, positions, states);
        }
    }

    /** One row of the step, so far behind the first of its sequence. */
    private record Row(Rows sequence, int behind) {

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
     * @return by sequence the logits {@code [vocab]} after each of its rows; of guesses that are too many for a step only the first run
     */
    public List<float[][]> run(List<Rows> sequences) {
        int[] counts = counts(sequences);
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < counts.length; i++) {
            for (int behind = 0; behind < counts[i]; behind++) {
                rows.add(new Row(sequences.get(i), behind));
            }
        }
        int padded = RowPadding.rows(rows.size());
        try (TensorScope scope = decoder.openScope()) {
            NDArray hidden =
                    decoder.embed(scope.indices(rows.stream().mapToInt(Row::id).toArray()), padded, scope);
            // One table serves all layers unless a schedule renumbered between them.
            Map<List<Long>, RotaryEmbedding.Tables> tables = new HashMap<>();
            Map<Integer, NDArray> unseen = new HashMap<>();
            int layers = sequences.get(0).states().size();
            for (int layer = 0; layer < layers; layer++) {
                int of = layer;
                List<Long> positions =
                        rows.stream().map(row -> row.position(of)).toList();
                NDArray next = decoder.step(
                        layer,
                        hidden,
                        tables.computeIfAbsent(positions, places -> tables(places, padded, scope)),
                        rows.stream().map(row -> row.state(of)).toList(),
                        length -> unseen.computeIfAbsent(length, any -> decoder.unseen(any, scope)),
                        scope);
                hidden.close();
                hidden = next;
            }
            return split(HostValues.floatRows(decoder.stepLogits(hidden, scope), rows.size()), counts);
        }
    }

    /** By sequence how many of its rows run: its first, and an equal share of what is left for guesses. */
    private static int[] counts(List<Rows> sequences) {
        long guessing = sequences.stream().filter(one -> one.ids().length > 1).count();
        long share = Math.max(0, MOST_ROWS - sequences.size()) / Math.max(1, guessing);
        return sequences.stream()
                .mapToInt(one -> Math.toIntExact(Math.min(one.ids().length, 1 + share)))
                .toArray();
    }

    private RotaryEmbedding.Tables tables(List<Long> places, int padded, TensorScope scope) {
        // All rows of positions are equal behind the prompt; one row of tables fits families with one and with three.
        int rows = decoder.positionRows();
        long[] ids = new long[rows * padded];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = i % padded < places.size() ? places.get(i % padded) : 0;
        }
        return decoder.stepTables(scope.longs(ids, rows, padded), scope);
    }

    private static List<float[][]> split(List<float[]> logits, int[] counts) {
        List<float[][]> split = new ArrayList<>();
        int row = 0;
        for (int count : counts) {
            split.add(logits.subList(row, row + count).toArray(float[][]::new));
            row += count;
        }
        return split;
    }
}
