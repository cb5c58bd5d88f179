package io.github.glimpse.prune.video;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.Graph;
import io.github.glimpse.engine.HostValues;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.image.ImageGrid;
import io.github.glimpse.prune.EvidenceRequest.ImageRows;
import io.github.glimpse.prune.PruningEvidence;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntFunction;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/**
 * The rows of a video for the language model, read slice by slice, so that a long video is never in Java's memory as a whole.
 *
 * @param slices slices in time, at least 1
 * @param perSlice rows of each, those at one place with the same number
 * @param width numbers of a row
 * @param reader reads a slice: its rows one after the other
 */
record SliceRows(int slices, int perSlice, int width, IntFunction<float[]> reader) {

    /** Compiles what the reading needs. */
    static Graph graph(TorchRuntime runtime) {
        return Graph.named("slices").with(SliceRows.class, "slices").compile(runtime);
    }

    /**
     * The rows that a strategy sees.
     *
     * @throws IllegalStateException if slices differ in their grids, or rows of them are gone
     */
    static SliceRows of(Graph graph, PruningEvidence evidence, String strategy) {
        List<ImageGrid> grids = evidence.images();
        int perSlice = grids.get(0).tokenCount();
        if (grids.stream().distinct().count() > 1 || evidence.alive().length != grids.size() * perSlice) {
            throw new IllegalStateException("The pruning strategy '" + strategy
                    + "' compares rows at the same place of every slice, and was given " + evidence.alive().length
                    + " rows of the grids " + grids);
        }
        NDArray rows = evidence.of(new ImageRows());
        int width = Math.toIntExact(rows.getShape().get(1));
        return new SliceRows(grids.size(), perSlice, width, slice -> {
            try (TensorScope reading = evidence.scope().openChild()) {
                return HostValues.floats(graph.call("slice_rows")
                        .with(rows)
                        .with((long) slice * perSlice)
                        .with(perSlice)
                        .run(reading));
            }
        });
    }

    /** Rows of all slices. */
    int total() {
        return slices * perSlice;
    }

    /** The rows of a slice, one after the other. */
    float[] slice(int slice) {
        return reader.apply(slice);
    }

    /** Rows from one to before another, those with the least number first, equal ones by their index. */
    static IntStream ascending(int from, int to, IntToDoubleFunction number) {
        return IntStream.range(from, to)
                .boxed()
                .sorted(Comparator.comparingDouble(number::applyAsDouble))
                .mapToInt(Integer::intValue);
    }
}
