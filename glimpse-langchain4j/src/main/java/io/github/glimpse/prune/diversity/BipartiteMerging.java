package io.github.glimpse.prune.diversity;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.Graph;
import io.github.glimpse.engine.HostValues;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.prune.Ranking;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * One round of ToMe: the rows at even places look for the most similar one at an odd place, and the surest of them merge into
 * it.
 *
 * @param sources rows that merge, by falling similarity
 * @param targets for each of them the row that takes it in
 * @param unmerged rows at even places that stay, by falling similarity
 * @see <a href="https://arxiv.org/abs/2210.09461">Token Merging, section 3</a>
 */
@SuppressWarnings("ArrayRecordComponent") // made and read in one place, never compared
record BipartiteMerging(int[] sources, int[] targets, int[] unmerged) {

    private static final int BLOCK = 1_024;

    /**
     * Finds the pairs.
     *
     * @param metric what similarity is taken of, {@code [rows, width]}
     * @param remove rows that are to merge; at most half of them do
     */
    static BipartiteMerging round(Graph graph, NDArray metric, int remove, TensorScope scope, String strategy) {
        int rows = Math.toIntExact(metric.getShape().get(0));
        int odd = rows / 2;
        int even = rows - odd;
        if (odd == 0) {
            return new BipartiteMerging(new int[0], new int[0], new int[] {0});
        }
        float[] similarity;
        long[] best;
        try (TensorScope reading = scope.openChild()) {
            List<NDArray> found = graph.call("most_alike")
                    .with(metric)
                    .with(reading.indices(every(even, 0)))
                    .with(reading.indices(every(odd, 1)))
                    .with(BLOCK)
                    .runForList(reading);
            similarity = HostValues.floats(found.get(0));
            best = HostValues.longs(found.get(1));
        }
        int[] order = Ranking.order(similarity, strategy);
        int count = Math.min(remove, odd);
        int[] sources = Arrays.stream(order).limit(count).map(i -> 2 * i).toArray();
        int[] targets = Arrays.stream(order)
                .limit(count)
                .map(i -> 2 * Math.toIntExact(best[i]) + 1)
                .toArray();
        int[] unmerged = Arrays.stream(order).skip(count).map(i -> 2 * i).toArray();
        return new BipartiteMerging(sources, targets, unmerged);
    }

    /** The rows that a row takes in, in the order of {@link #sources}. */
    int[] takenIn(int target) {
        return IntStream.range(0, sources.length)
                .filter(i -> targets[i] == target)
                .map(i -> sources[i])
                .toArray();
    }

    private static int[] every(int count, int first) {
        int[] indices = new int[count];
        for (int i = 0; i < count; i++) {
            indices[i] = 2 * i + first;
        }
        return indices;
    }
}
