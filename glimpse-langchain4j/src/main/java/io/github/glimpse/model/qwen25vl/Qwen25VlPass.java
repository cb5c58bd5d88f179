package io.github.glimpse.model.qwen25vl;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.Dtype;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.image.ImageGrid;
import io.github.glimpse.image.PixelPatches;
import io.github.glimpse.model.TowerEvidence;
import io.github.glimpse.model.TowerStop;
import io.github.glimpse.model.VisionFeatures;
import io.github.glimpse.nn.AttentionBlocks;
import io.github.glimpse.nn.CancellationPoint;
import io.github.glimpse.nn.RotaryEmbedding;
import io.github.glimpse.nn.RowPadding;
import io.github.glimpse.nn.TowerReadout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * One picture on its way through the tower's blocks. It stops where tokens may be dropped and goes on with those that are left:
 * each at its own place in the picture, window blocks on the windows that are left, full ones on all that is left.
 *
 * <p>Rows lie in the order of {@link AttentionBlocks}, the patches of a token side by side, so a cut also moves windows that have
 * become equally large beside each other. Not safe for concurrent use.
 */
final class Qwen25VlPass implements AutoCloseable {

    private final Qwen25VlParts parts;
    private final Qwen25VlConfig.Vision config;
    private final PixelPatches image;
    private final CancellationPoint cancellation;
    private final TensorScope scope;
    private Arrangement arrangement;
    private TensorScope holder;
    private NDArray hidden;
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

    /**
     * Runs all blocks, with cuts between them, and the merger.
     *
     * @param wanted what is to be read besides
     * @param stops places of cuts, rising
     * @param owner owns the result
     */
    VisionFeatures features(Set<TowerReadout> wanted, List<TowerStop> stops, TensorScope owner) {
        TowerEvidence evidence = new TowerEvidence(parts.graph(), TowerStop.allWanted(wanted, stops), scope);
        for (TowerStop stop : stops) {
            runTo(stop.blocks(), evidence);
            int[] places = stop.choice().keep(evidence.values(stop.wanted()));
            if (places.length < arrangement.kept().length) {
                keep(places);
                evidence.keep(places);
            }
        }
        runTo(config.depth(), evidence);
        return evidence.features(merge(owner), wanted, owner);
    }

    /** Runs all blocks; the rows after them in the order of the pixels, {@code [patches, width]}, owned by {@code owner}. */
    NDArray lastBlock(TensorScope owner) {
        runTo(config.depth(), new TowerEvidence(parts.graph(), Set.of(), scope));
        return parts.graph()
                .call("patches_in_order")
                .with(hidden)
                .with(patches())
                .with(config.patchesPerToken())
                .with(arrangement.raster())
                .run(owner);
    }

    private int patches() {
        return arrangement.kept().length * config.patchesPerToken();
    }

    private void runTo(int until, TowerEvidence evidence) {
        long[] windowRuns = arrangement.windows().runsOfRows(config.patchesPerToken());
        long[] imageRuns = {0, 1, patches()};
        TowerEvidence.Layout layout =
                new TowerEvidence.Layout(0, patches(), config.patchesPerToken(), arrangement.raster());
        for (; blocks < until; blocks++) {
            cancellation.check();
            long[] runs = config.isFullAttention(blocks) ? imageRuns : windowRuns;
            if (evidence.wants(blocks)) {
                read(runs, evidence, layout);
            }
            TensorScope next = scope.openChild();
            NDArray after = parts.graph()
                    .call("block")
                    .with(hidden)
                    .with(arrangement.tables().cosine())
                    .with(arrangement.tables().sine())
                    .with(runs)
                    .with(parts.blocks().get(blocks))
                    .with(config.heads())
                    .with(Qwen25VlParts.EPS)
                    .run(next);
            hold(after, next);
            if (evidence.wantsRows(blocks)) {
                evidence.takeRows(blocks, means());
            }
        }
    }

    private void hold(NDArray rows, TensorScope ofRows) {
        holder.close();
        holder = ofRows;
        hidden = rows;
    }

    private void read(long[] runs, TowerEvidence evidence, TowerEvidence.Layout layout) {
        try (TensorScope reading = scope.openChild()) {
            List<NDArray> queryAndKey = parts.graph()
                    .call("query_and_key")
                    .with(hidden)
                    .with(layout.patches())
                    .with(arrangement.tables().cosine())
                    .with(arrangement.tables().sine())
                    .with(parts.blocks().get(blocks))
                    .with(config.heads())
                    .with(Qwen25VlParts.EPS)
                    .runForList(reading);
            evidence.read(blocks, queryAndKey, runs, layout);
        }
    }

    /** Drops the tokens that are not at the given places among those that are left. */
    private void keep(int[] places) {
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
                .with(RowPadding.rows(patches()))
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
                .paddedTables(scope.longs(positions, 2, patches), RowPadding.rows(patches), Dtype.FLOAT32, scope);
    }

    private NDArray embed(int[] kept) {
        return parts.graph()
                .call("embed_patches")
                .with(holder.floats(image.valuesOf(kept), patches(), image.patchValues()))
                .with(parts.projection())
                .with(holder.indices(arrangement.windows().order()))
                .with(config.patchesPerToken())
                .with(RowPadding.rows(patches()))
                .with(parts.noBias())
                .with(parts.dtype().code())
                .run(holder);
    }

    private NDArray means() {
        return parts.graph()
                .call("token_means")
                .with(hidden)
                .with(patches())
                .with(config.patchesPerToken())
                .with(arrangement.raster())
                .run(scope);
    }

    private NDArray merge(TensorScope owner) {
        return parts.graph()
                .call("merge")
                .with(hidden)
                .with(patches())
                .with(config.patchesPerToken())
                .with(arrangement.raster())
                .with(RowPadding.rows(arrangement.kept().length))
                .with(parts.merger())
                .with(Qwen25VlParts.EPS)
                .run(owner);
    }

    @Override
    public void close() {
        scope.close();
    }
}
