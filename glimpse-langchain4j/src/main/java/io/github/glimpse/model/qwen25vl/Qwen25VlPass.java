package io.github.glimpse.model.qwen25vl;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.Dtype;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.image.ImageGrid;
import io.github.glimpse.image.PixelPatches;
import io.github.glimpse.model.BlockPass;
import io.github.glimpse.model.TowerEvidence;
import io.github.glimpse.nn.AttentionBlocks;
import io.github.glimpse.nn.CancellationPoint;
import io.github.glimpse.nn.RotaryEmbedding;
import io.github.glimpse.nn.RowPadding;
import io.github.glimpse.nn.TowerReadout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One picture on its way through the tower's blocks. It stops where tokens may be dropped and goes on with those that are left:
 * each at its own place in the picture, window blocks on the windows that are left, full ones on all that is left.
 *
 * <p>Rows lie in the order of {@link AttentionBlocks}, the patches of a token side by side, so a cut also moves windows that have
 * become equally large beside each other. Not safe for concurrent use.
 */
final class Qwen25VlPass implements BlockPass {

    private final Qwen25VlParts parts;
    private final QwenVision config;
    private final PixelPatches image;
    private final CancellationPoint cancellation;
    private final TensorScope scope;
    private Arrangement arrangement;
    private TensorScope holder;
    private NDArray hidden;
    private @Nullable List<NDArray> queryAndKey;
    private int blocks;

    /**
     * How the rows lie.
     *
     * @param kept tokens that are left, rising, in raster order of the picture
     * @param windows their order by windows
     * @param raster for each of them its place among the rows' tokens
     * @param tables rotary tables of the rows
     */
    private record Arrangement(int[] kept, AttentionBlocks windows, NDArray raster, RotaryEmbedding.Tables tables) {}

    /**
     * Embeds the patches of some tokens.
     *
     * @param kept rising numbers of the tokens, at least one
     * @param cancellation asked between blocks
     * @param scope for all that is made on the way; closed with this
     */
    Qwen25VlPass(
            Qwen25VlParts parts, PixelPatches image, int[] kept, CancellationPoint cancellation, TensorScope scope) {
        this.parts = parts;
        this.config = parts.config();
        this.image = image;
        this.cancellation = cancellation;
        this.scope = scope;
        this.arrangement = arrange(kept);
        this.holder = scope.openChild();
        this.hidden = embed(kept);
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
        return arrangement.kept().clone();
    }

    @Override
    public int patches() {
        return arrangement.kept().length;
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
        return parts.graph()
                .call("patches_in_order")
                .with(hidden)
                .with(rows())
                .with(config.patchesPerToken())
                .with(arrangement.raster())
                .run(owner);
    }

    /** The runs of rows that see each other in the block that comes next. */
    private long[] runs() {
        return config.isFullAttention(blocks)
                ? new long[] {0, 1, rows()}
                : arrangement.windows().runsOfRows(config.patchesPerToken());
    }

    @Override
    public void runTo(int until) {
        for (; blocks < until; blocks++) {
            cancellation.check();
            TensorScope next = scope.openChild();
            NDArray after = parts.graph()
                    .call("block")
                    .with(hidden)
                    .with(arrangement.tables().cosine())
                    .with(arrangement.tables().sine())
                    .with(runs())
                    .with(parts.blocks().get(blocks))
                    .with(config.heads())
                    .with(Qwen25VlParts.EPS)
                    .run(next);
            hold(after, next);
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
                    .with(arrangement.tables().cosine())
                    .with(arrangement.tables().sine())
                    .with(parts.blocks().get(blocks))
                    .with(config.heads())
                    .with(Qwen25VlParts.EPS)
                    .runForList(holder);
        }
        TowerEvidence.Layout layout =
                new TowerEvidence.Layout(0, rows(), config.patchesPerToken(), arrangement.raster());
        return List.of(new TowerEvidence(parts.graph()).read(key, queryAndKey, runs(), layout, owner));
    }

    @Override
    public void keep(int[][] ofPictures) {
        int[] places = ofPictures[0];
        Arrangement before = arrangement;
        int[] kept = Arrays.stream(places).map(place -> before.kept()[place]).toArray();
        arrangement = arrange(kept);
        int[] from = Arrays.stream(arrangement.windows().order())
                .map(token -> before.windows().inverse()[places[token]])
                .toArray();
        TensorScope next = scope.openChild();
        NDArray left = parts.graph()
                .call("keep_tokens")
                .with(hidden)
                .with(before.kept().length)
                .with(config.patchesPerToken())
                .with(next.indices(from))
                .with(RowPadding.rowsAtOnce(rows()))
                .run(next);
        hold(left, next);
    }

    /** The windows of the whole grid with the tokens that are left, which are numbered among these. */
    private Arrangement arrange(int[] kept) {
        ImageGrid grid = image.plan().grid();
        List<int[]> left = new ArrayList<>();
        for (int[] window : WindowOrder.windows(grid, config.windowTokens())) {
            left.add(Arrays.stream(window)
                    .map(token -> Arrays.binarySearch(kept, token))
                    .filter(place -> place >= 0)
                    .toArray());
        }
        AttentionBlocks windows = AttentionBlocks.of(List.of(left));
        return new Arrangement(kept, windows, scope.indices(windows.inverse()), rotary(kept, windows.order()));
    }

    private RotaryEmbedding.Tables rotary(int[] kept, int[] order) {
        ImageGrid grid = image.plan().grid();
        int merge = grid.mergeSize();
        int group = merge * merge;
        int patches = kept.length * group;
        long[] positions = new long[2 * patches];
        for (int i = 0; i < patches; i++) {
            int token = kept[order[i / group]];
            int inside = i % group;
            positions[i] = (long) token / grid.columns() * merge + inside / merge;
            positions[patches + i] = (long) token % grid.columns() * merge + inside % merge;
        }
        return parts.rotary()
                .paddedTables(scope.longs(positions, 2, patches), RowPadding.rowsAtOnce(patches), Dtype.FLOAT32, scope);
    }

    private NDArray embed(int[] kept) {
        return parts.graph()
                .call("embed_patches")
                .with(holder.floats(image.valuesOf(kept), rows(), image.patchValues()))
                .with(parts.projection())
                .with(holder.indices(arrangement.windows().order()))
                .with(config.patchesPerToken())
                .with(RowPadding.rowsAtOnce(rows()))
                .with(parts.noBias())
                .with(parts.dtype().code())
                .run(holder);
    }

    private NDArray means(TensorScope owner) {
        return parts.graph()
                .call("token_means")
                .with(hidden)
                .with(rows())
                .with(config.patchesPerToken())
                .with(arrangement.raster())
                .run(owner);
    }

    @Override
    public NDArray textRows(TensorScope owner) {
        return parts.graph()
                .call("merge")
                .with(hidden)
                .with(rows())
                .with(config.patchesPerToken())
                .with(arrangement.raster())
                .with(RowPadding.rowsAtOnce(patches()))
                .with(parts.merger())
                .with(Qwen25VlParts.EPS)
                .run(owner);
    }

    @Override
    public void close() {
        scope.close();
    }
}
