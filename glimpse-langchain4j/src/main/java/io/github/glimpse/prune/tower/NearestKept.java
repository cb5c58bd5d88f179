package io.github.glimpse.prune.tower;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.Graph;
import io.github.glimpse.engine.HostValues;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.prune.Ranking;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Gives every dropped token to the kept one whose row is most like its own; equal cosines: the lower index. */
final class NearestKept {

    private static final int BLOCK = 1_024;

    private NearestKept() {}

    /** Compiles what {@link #members} needs. */
    static Graph graph(TorchRuntime runtime) {
        return Graph.named("nearest kept token")
                .with(Ranking.class, "similarity")
                .compile(runtime);
    }

    /**
     * Finds them.
     *
     * @param rows {@code [tokens, width]}
     * @param kept rising, at least one
     * @return for each kept token the dropped ones that go to it, rising
     */
    static List<int[]> members(Graph graph, NDArray rows, int[] kept, TensorScope scope, String strategy) {
        int tokens = Math.toIntExact(rows.getShape().get(0));
        int[] dropped = IntStream.range(0, tokens)
                .filter(token -> Arrays.binarySearch(kept, token) < 0)
                .toArray();
        List<List<Integer>> members = new ArrayList<>();
        for (int i = 0; i < kept.length; i++) {
            members.add(new ArrayList<>());
        }
        if (dropped.length > 0) {
            try (TensorScope reading = scope.openChild()) {
                List<NDArray> found = graph.call("most_alike")
                        .with(rows)
                        .with(reading.indices(dropped))
                        .with(reading.indices(kept))
                        .with(BLOCK)
                        .runForList(reading);
                Ranking.requireNumbers(HostValues.floats(found.get(0)), strategy);
                long[] places = HostValues.longs(found.get(1));
                for (int i = 0; i < dropped.length; i++) {
                    members.get(Math.toIntExact(places[i])).add(dropped[i]);
                }
            }
        }
        return members.stream()
                .map(of -> of.stream().mapToInt(Integer::intValue).toArray())
                .toList();
    }
}
