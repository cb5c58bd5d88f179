package io.github.glimpse.nn;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.HostValues;
import io.github.glimpse.engine.TensorScope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The next token of several sequences at once: linear layers see the rows of all of them, so each weight is read once a step, and
 * attention is each sequence's own, with the caches, lengths and positions that its schedule has left. A row has the same bits
 * alone and among others.
 */
public final class DecoderSteps {

    private final DecoderStack decoder;

    /** Of a decoder that stays the caller's. */
    public DecoderSteps(DecoderStack decoder) {
        this.decoder = decoder;
    }

    /**
     * The row of one sequence.
     *
     * @param id of the token
     * @param positions its position by layer
     * @param states by layer, each with {@linkplain LayerState#reserve room} for one more row; nobody else uses them meanwhile
     */
    public record Row(int id, long[] positions, List<LayerState> states) {}

    /**
     * Runs one row of each sequence through all layers. If it fails, no sequence of them can go on.
     *
     * @param rows at least one
     * @return logits {@code [vocab]} by row
     */
    public List<float[]> run(List<Row> rows) {
        int padded = RowPadding.rows(rows.size());
        try (TensorScope scope = decoder.openScope()) {
            NDArray hidden =
                    decoder.embed(scope.indices(rows.stream().mapToInt(Row::id).toArray()), padded, scope);
            // One table serves all layers unless a schedule renumbered between them.
            Map<List<Long>, RotaryEmbedding.Tables> tables = new HashMap<>();
            int layers = rows.get(0).states().size();
            for (int layer = 0; layer < layers; layer++) {
                int of = layer;
                List<Long> positions =
                        rows.stream().map(row -> row.positions()[of]).toList();
                NDArray next = decoder.step(
                        layer,
                        hidden,
                        tables.computeIfAbsent(positions, places -> tables(places, padded, scope)),
                        rows.stream().map(row -> row.states().get(of)).toList(),
                        scope);
                hidden.close();
                hidden = next;
            }
            return split(HostValues.floats(decoder.stepLogits(hidden, scope)), rows.size(), padded);
        }
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

    private static List<float[]> split(float[] logits, int rows, int padded) {
        int width = logits.length / padded;
        if (rows == 1) {
            return List.of(logits);
        }
        return IntStream.range(0, rows)
                .mapToObj(row -> Arrays.copyOfRange(logits, row * width, (row + 1) * width))
                .collect(ArrayList::new, ArrayList::add, ArrayList::addAll);
    }
}
