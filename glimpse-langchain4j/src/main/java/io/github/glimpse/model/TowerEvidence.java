package io.github.glimpse.model;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.Graph;
import io.github.glimpse.engine.TensorScope;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads from the queries and keys of a tower's blocks what is wanted of them. No matrix of all patches by all patches is ever
 * made: attention that a token receives is added up some query rows at a time, which gives the same sum, so a page of ten
 * thousand patches takes some ten megabytes instead of gigabytes.
 *
 * <p>For one picture. The tower's graph has to hold {@code evidence.torch} from beside this class.
 */
public final class TowerEvidence {

    /** Query rows that are looked at together. */
    static final int STEP = 512;

    private final Graph graph;
    private final TowerTaps wanted;
    private final TensorScope owner;
    private final int step;
    private final Map<Integer, NDArray> cls = new HashMap<>();
    private final Map<Integer, NDArray> received = new HashMap<>();
    private final Map<Integer, NDArray> keys = new HashMap<>();
    private final Map<Integer, NDArray> joinedCls = new HashMap<>();
    private final Map<Integer, NDArray> receivedFromOthers = new HashMap<>();

    /**
     * How rows of a block stand for tokens.
     *
     * @param lead rows before those of the patches: 1 with a class row, else 0
     * @param patches rows of patches
     * @param group patches of a token, which lie side by side
     * @param raster for each token in raster order its place among the rows' tokens
     */
    public record Layout(int lead, int patches, int group, NDArray raster) {}

    /**
     * Reads nothing yet.
     *
     * @param graph the tower's text
     * @param owner owns what is read
     */
    public TowerEvidence(Graph graph, TowerTaps wanted, TensorScope owner) {
        this(graph, wanted, owner, STEP);
    }

    TowerEvidence(Graph graph, TowerTaps wanted, TensorScope owner, int step) {
        this.graph = graph;
        this.wanted = wanted;
        this.owner = owner;
        this.step = step;
    }

    /** Whether anything is wanted of a block's queries and keys. */
    public boolean wants(int block) {
        return wanted.attendsTo(block);
    }

    /**
     * Reads what is wanted of a block.
     *
     * @param queryAndKey {@code [heads, rows, headDim]} each, float32, rotated if the tower does so
     * @param runs start, number and length of the blocks inside which rows see each other, in rows
     */
    public void read(int block, List<NDArray> queryAndKey, long[] runs, Layout layout) {
        NDArray query = queryAndKey.get(0);
        NDArray key = queryAndKey.get(1);
        if (wanted.cls().contains(block)) {
            cls.put(block, graph.call("lead_attention").with(query).with(key).run(owner));
        }
        if (wanted.joinedCls().contains(block)) {
            joinedCls.put(
                    block,
                    graph.call("joined_lead_attention").with(query).with(key).run(owner));
        }
        if (wanted.received().contains(block)) {
            received.put(block, received(query, key, runs, layout, 0, true));
        }
        if (wanted.receivedFromOthers().contains(block)) {
            receivedFromOthers.put(block, received(query, key, runs, layout, layout.lead(), false));
        }
        if (wanted.keys().contains(block)) {
            try (TensorScope reading = owner.openChild()) {
                NDArray means = graph.call("mean_keys").with(key).run(reading);
                keys.put(block, tokens(means, layout, owner));
            }
        }
    }

    private NDArray received(NDArray query, NDArray key, long[] runs, Layout layout, int first, boolean own) {
        try (TensorScope reading = owner.openChild()) {
            NDArray sums = graph.call("received_attention")
                    .with(query)
                    .with(key)
                    .with(runs)
                    .with(step)
                    .with(first)
                    .with(own)
                    .run(reading);
            return graph.call("flat").with(tokens(sums, layout, reading)).run(owner);
        }
    }

    private NDArray tokens(NDArray values, Layout layout, TensorScope scope) {
        return graph.call("of_tokens")
                .with(values)
                .with(layout.lead())
                .with(layout.patches())
                .with(layout.group())
                .with(layout.raster())
                .run(scope);
    }

    /** All that was read, beside rows. */
    public VisionFeatures with(NDArray rows, Map<Integer, NDArray> taps) {
        return new VisionFeatures(rows, taps, cls, received, keys, joinedCls, receivedFromOthers);
    }
}
