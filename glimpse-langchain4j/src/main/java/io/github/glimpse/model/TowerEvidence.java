package io.github.glimpse.model;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.Graph;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.nn.TokenRows;
import io.github.glimpse.nn.TowerReadout;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Reads from the queries and keys of a tower's blocks what is wanted of them. No matrix of all patches by all patches is ever
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
    private final Set<TowerReadout> wanted;
    private final TensorScope owner;
    private final int step;
    private final Map<TowerReadout, NDArray> values = new HashMap<>();

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
     * @param owner owns what is read, until it goes along with the picture
     */
    public TowerEvidence(Graph graph, Set<TowerReadout> wanted, TensorScope owner) {
        this(graph, wanted, owner, STEP);
    }

    TowerEvidence(Graph graph, Set<TowerReadout> wanted, TensorScope owner, int step) {
        this.graph = graph;
        this.wanted = Set.copyOf(wanted);
        this.owner = owner;
        this.step = step;
    }

    /** Whether anything is wanted of a block's queries and keys. */
    public boolean wants(int block) {
        return wanted.stream().anyMatch(key -> key.ofAttention() && key.block() == block);
    }

    /** Whether the hidden rows of a layer are wanted. */
    public boolean wantsRows(int layer) {
        return wanted.contains(TowerReadout.rows(layer));
    }

    /** Takes the hidden rows of a layer, float32: {@code [tokens, width]}. */
    public void takeRows(int layer, NDArray rows) {
        values.put(TowerReadout.rows(layer), rows);
    }

    /**
     * Reads what is wanted of a block.
     *
     * @param queryAndKey {@code [heads, rows, headDim]} each, float32, rotated if the tower does so
     * @param runs start, number and length of the blocks inside which rows see each other, in rows
     */
    public void read(int block, List<NDArray> queryAndKey, long[] runs, Layout layout) {
        for (TowerReadout key : wanted) {
            if (key.ofAttention() && key.block() == block) {
                NDArray value = graph.call(key.sum())
                        .with(queryAndKey.get(0))
                        .with(queryAndKey.get(1))
                        .with(runs)
                        .with(layout.lead())
                        .with(layout.patches())
                        .with(layout.group())
                        .with(layout.raster())
                        .with(step)
                        .run(owner);
                values.put(key, value);
            }
        }
    }

    /** A value that was read, of the tokens that are left. */
    public NDArray of(TowerReadout key) {
        return Objects.requireNonNull(values.get(key));
    }

    /** Some of what was read, of the tokens that are left; valid until some of them are dropped. */
    public Map<TowerReadout, NDArray> values(Set<TowerReadout> some) {
        Map<TowerReadout, NDArray> found = new HashMap<>();
        some.forEach(key -> found.put(key, of(key)));
        return found;
    }

    /**
     * Keeps of all that was read what is about some of the tokens.
     *
     * @param places places among the tokens that were left, rising
     */
    public void keep(int[] places) {
        TokenRows rows = new TokenRows(graph);
        values.replaceAll((key, value) -> {
            NDArray left = rows.pick(value, places, key.shape().tokenAxis(), owner);
            value.close();
            return left;
        });
    }

    /**
     * What the tower made of the picture.
     *
     * @param rows rows for the language model, owned by {@code result}
     * @param some what was read and goes along
     * @param result owns that from now on
     */
    public VisionFeatures features(NDArray rows, Set<TowerReadout> some, TensorScope result) {
        Map<TowerReadout, NDArray> found = values(some);
        found.values().forEach(value -> owner.keep(value, result));
        return new VisionFeatures(rows, found);
    }
}
