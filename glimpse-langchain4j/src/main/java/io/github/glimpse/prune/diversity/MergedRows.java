package io.github.glimpse.prune.diversity;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.Graph;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.prune.TokenSelection.MergedToken;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Rounds of {@link BipartiteMerging} until few enough rows are left. Each starts from the rows in the order of their places,
 * merges at most half of them, and hands the mixed rows to the next, which compares those. A mixed row is the mean of all that
 * went into it.
 */
final class MergedRows {

    /** A row that is left: its place and all tokens that went into it, itself first. */
    private record Row(int place, int[] members) {}

    private final List<Row> rows;

    private MergedRows(List<Row> rows) {
        this.rows = rows;
    }

    /**
     * Merges.
     *
     * @param features {@code [tokens, width]}
     * @param count rows that are to be left, at least 1
     */
    static MergedRows downTo(Graph graph, NDArray features, int count, TensorScope scope, String strategy) {
        List<Row> rows = new ArrayList<>();
        for (int token = 0; token < features.getShape().get(0); token++) {
            rows.add(new Row(token, new int[] {token}));
        }
        NDArray metric = features;
        while (rows.size() > count) {
            int remove = Math.min(rows.size() - count, rows.size() / 2);
            BipartiteMerging round = BipartiteMerging.round(graph, metric, remove, scope, strategy);
            rows = after(round, rows);
            metric = mixed(graph, features, rows, scope);
        }
        return new MergedRows(rows);
    }

    private static List<Row> after(BipartiteMerging round, List<Row> rows) {
        Row[] left = rows.toArray(Row[]::new);
        boolean[] gone = new boolean[left.length];
        for (int i = 0; i < round.sources().length; i++) {
            Row target = left[round.targets()[i]];
            int[] source = left[round.sources()[i]].members();
            int[] members = Arrays.copyOf(target.members(), target.members().length + source.length);
            System.arraycopy(source, 0, members, target.members().length, source.length);
            left[round.targets()[i]] = new Row(target.place(), members);
            gone[round.sources()[i]] = true;
        }
        List<Row> after = new ArrayList<>();
        for (int i = 0; i < left.length; i++) {
            if (!gone[i]) {
                after.add(left[i]);
            }
        }
        return after;
    }

    private static NDArray mixed(Graph graph, NDArray features, List<Row> rows, TensorScope scope) {
        int tokens = Math.toIntExact(features.getShape().get(0));
        int[] targets = new int[tokens];
        float[] weights = new float[tokens];
        for (int row = 0; row < rows.size(); row++) {
            for (int member : rows.get(row).members()) {
                targets[member] = row;
                weights[member] = 1f / rows.get(row).members().length;
            }
        }
        return graph.call("mixed")
                .with(features)
                .with(scope.indices(targets))
                .with(scope.floats(weights, tokens))
                .with(rows.size())
                .run(scope);
    }

    /** Places of the rows that are left, rising. */
    int[] places() {
        return rows.stream().mapToInt(Row::place).toArray();
    }

    /** Those that mix several. */
    List<MergedToken> mixtures() {
        return rows.stream()
                .filter(row -> row.members().length > 1)
                .map(row -> MergedToken.mean(row.place(), Arrays.copyOfRange(row.members(), 1, row.members().length)))
                .toList();
    }
}
