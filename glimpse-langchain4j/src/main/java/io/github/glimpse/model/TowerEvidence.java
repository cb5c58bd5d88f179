package io.github.glimpse.model;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.Graph;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.nn.TokenRows;
import io.github.glimpse.nn.TowerReadout;
import java.util.List;

/**
 * Reads from the queries and keys of a tower's block what is wanted of them. No matrix of all patches by all patches is ever
 * made: attention that a token receives is added up some query rows at a time, which gives the same sum, so a page of ten
 * thousand patches takes some ten megabytes instead of gigabytes.
 *
 * <p>For one picture. The tower's graph has to hold {@code evidence.torch} from beside this class, and {@code rows.torch} from
 * beside {@link TokenRows}.
 */
public final class TowerEvidence {

    /** Query rows that are looked at together. */
    static final int STEP = 512;

    private final Graph graph;
    private final int step;

    /**
     * How rows of a block stand for tokens.
     *
     * @param lead rows before those of the patches: 1 with a class row, else 0
     * @param patches rows of patches
     * @param group patches of a token, which lie side by side
     * @param raster for each token in raster order its place among the rows' tokens
     */
    public record Layout(int lead, int patches, int group, NDArray raster) {}

    /** With the tower's text. */
    public TowerEvidence(Graph graph) {
        this(graph, STEP);
    }

    TowerEvidence(Graph graph, int step) {
        this.graph = graph;
        this.step = step;
    }

    /**
     * Reads.
     *
     * @param queryAndKey {@code [heads, rows, headDim]} each, float32, rotated if the tower does so; of the queries the first row
     *     alone if no other asks
     * @param runs start, number and length of the blocks inside which rows see each other, in rows
     * @return as the key says, owned by {@code owner}
     */
    public NDArray read(
            TowerReadout readout, List<NDArray> queryAndKey, long[] runs, Layout layout, TensorScope owner) {
        return graph.call(readout.sum())
                .with(queryAndKey.get(0))
                .with(queryAndKey.get(1))
                .with(runs)
                .with(layout.lead())
                .with(layout.patches())
                .with(layout.group())
                .with(layout.raster())
                .with(step)
                .run(owner);
    }
}
