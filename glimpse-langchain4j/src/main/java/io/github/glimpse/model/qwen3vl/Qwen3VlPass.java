package io.github.glimpse.model.qwen3vl;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.Dtype;
import io.github.glimpse.engine.TensorList;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.image.ImageGrid;
import io.github.glimpse.image.PixelPatches;
import io.github.glimpse.model.BlockPass;
import io.github.glimpse.model.TowerEvidence;
import io.github.glimpse.nn.CancellationPoint;
import io.github.glimpse.nn.RotaryEmbedding;
import io.github.glimpse.nn.RowPadding;
import io.github.glimpse.nn.TokenRows;
import io.github.glimpse.nn.TowerReadout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * One picture, or one slice of a video, on its way through the tower's blocks. It stops where tokens may be dropped and goes on with
 * those that are left, each at its own place in the picture. Rows for layers of the decoder are made where their block has run, and
 * lose the tokens that are dropped later. Not safe for concurrent use.
 */
final class Qwen3VlPass implements BlockPass {

    private final Qwen3VlParts parts;
    private final Qwen3VisionConfig config;
    private final PixelPatches image;
    private final CancellationPoint cancellation;
    private final TensorScope scope;
    private final List<NDArray> additions = new ArrayList<>();
    private int[] alive;
    private NDArray raster;
    private RotaryEmbedding.Tables tables;
    private TensorScope holder;
    private NDArray hidden;
    private @Nullable List<NDArray> queryAndKey;
    private int blocks;

    /**
     * Embeds the patches of some tokens.
     *
     * @param kept rising numbers of the tokens, at least one
     * @param cancellation asked between blocks
     * @param scope for all that is made on the way; closed with this
     */
    Qwen3VlPass(Qwen3VlParts parts, PixelPatches image, int[] kept, CancellationPoint cancellation, TensorScope scope) {
        this.parts = parts;
        this.config = parts.config();
        this.image = image;
        this.cancellation = cancellation;
        this.scope = scope;
        this.alive = kept.clone();
        this.raster = raster();
        this.tables = rotary();
        this.holder = scope.openChild();
        this.hidden = embed();
    }

    @Override
    public int pictures() {
        return 1;
    }

    @Override
    public int blocks() {
        return blocks;
    }

    @Override
    public int[] alive(int picture) {
        return alive.clone();
    }

    @Override
    public int patches() {
        return alive.length;
    }

    /** Rows of the hidden state: the patches of the tokens that are left. */
    private int rows() {
        return patches() * config.patchesPerToken();
    }

    @Override
    public TowerReadout rowsHere() {
        return TowerReadout.rows(blocks - 1);
    }

    @Override
    public NDArray patchesInOrder(TensorScope owner) {
        return parts.graph().call("patches_in_order").with(hidden).with(rows()).run(owner);
    }

    @Override
    public void runTo(int until) {
        while (blocks < until) {
            cancellation.check();
            TensorScope next = scope.openChild();
            NDArray after = parts.graph()
                    .call("block")
                    .with(hidden)
                    .with(tables.cosine())
                    .with(tables.sine())
                    .with(rows())
                    .with(parts.blocks().get(blocks))
                    .with(config.heads())
                    .with(Qwen3VlParts.EPS)
                    .run(next);
            hold(after, next);
            int deepstack = config.deepstackBlocks().indexOf(blocks);
            if (deepstack >= 0) {
                additions.add(merged("merge_joined", parts.deepstack().get(deepstack), scope));
            }
            blocks++;
        }
    }

    private void hold(NDArray rows, TensorScope ofRows) {
        holder.close();
        holder = ofRows;
        hidden = rows;
        queryAndKey = null;
    }

    @Override
    public List<NDArray> read(TowerReadout key, TensorScope owner) {
        if (!key.ofAttention()) {
            return List.of(means(owner));
        }
        if (queryAndKey == null) {
            queryAndKey = parts.graph()
                    .call("query_and_key")
                    .with(hidden)
                    .with(rows())
                    .with(tables.cosine())
                    .with(tables.sine())
                    .with(parts.blocks().get(blocks))
                    .with(config.heads())
                    .with(Qwen3VlParts.EPS)
                    .runForList(holder);
        }
        TowerEvidence.Layout layout = new TowerEvidence.Layout(0, rows(), config.patchesPerToken(), raster);
        long[] together = {0, 1, rows()};
        return List.of(new TowerEvidence(parts.graph()).read(key, queryAndKey, together, layout, owner));
    }

    @Override
    public void keep(int[][] ofPictures) {
        int[] places = ofPictures[0];
        int tokens = alive.length;
        alive = Arrays.stream(places).map(place -> alive[place]).toArray();
        raster = raster();
        tables = rotary();
        TokenRows tokenRows = new TokenRows(parts.graph());
        additions.replaceAll(rows -> tokenRows.pick(rows, places, 0, scope));
        TensorScope next = scope.openChild();
        NDArray left = parts.graph()
                .call("keep_tokens")
                .with(hidden)
                .with(tokens)
                .with(config.patchesPerToken())
                .with(next.indices(places))
                .with(RowPadding.rowsAtOnce(rows()))
                .run(next);
        hold(left, next);
    }

    private NDArray raster() {
        return scope.indices(IntStream.range(0, alive.length).toArray());
    }

    private RotaryEmbedding.Tables rotary() {
        ImageGrid grid = image.plan().grid();
        int merge = grid.mergeSize();
        int group = merge * merge;
        int patches = rows();
        long[] positions = new long[2 * patches];
        for (int i = 0; i < patches; i++) {
            int token = alive[i / group];
            positions[i] = (long) token / grid.columns() * merge + i % group / merge;
            positions[patches + i] = (long) token % grid.columns() * merge + i % merge;
        }
        return parts.rotary()
                .paddedTables(scope.longs(positions, 2, patches), RowPadding.rowsAtOnce(patches), Dtype.FLOAT32, scope);
    }

    private NDArray embed() {
        int patches = rows();
        PositionCorners corners = PositionCorners.of(image.plan().grid(), alive, config.tableSide());
        return parts.graph()
                .call("embed_patches")
                .with(holder.floats(image.valuesOf(alive), patches, image.patchValues()))
                .with(parts.embedding())
                .with(holder.longs(corners.places(), PositionCorners.CORNERS, patches))
                .with(holder.floats(corners.shares(), PositionCorners.CORNERS, patches))
                .with(RowPadding.rowsAtOnce(patches))
                .with(parts.dtype().code())
                .run(holder);
    }

    private NDArray means(TensorScope owner) {
        return parts.graph()
                .call("token_means")
                .with(hidden)
                .with(rows())
                .with(config.patchesPerToken())
                .run(owner);
    }

    private NDArray merged(String method, TensorList weights, TensorScope owner) {
        return parts.graph()
                .call(method)
                .with(hidden)
                .with(patches())
                .with(config.patchesPerToken())
                .with(RowPadding.rowsAtOnce(patches()))
                .with(weights)
                .with(Qwen3VlParts.EPS)
                .run(owner);
    }

    @Override
    public NDArray textRows(TensorScope owner) {
        return merged("merge", parts.merger(), owner);
    }

    @Override
    public List<NDArray> additions(TensorScope owner) {
        int[] all = IntStream.range(0, alive.length).toArray();
        TokenRows tokenRows = new TokenRows(parts.graph());
        return additions.stream()
                .map(rows -> tokenRows.pick(rows, all, 0, owner))
                .toList();
    }

    @Override
    public void close() {
        scope.close();
    }
}
