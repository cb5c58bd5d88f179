package io.github.glimpse.model.qwen25vl;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.ModelFilesException;
import io.github.glimpse.engine.Dtype;
import io.github.glimpse.engine.Graph;
import io.github.glimpse.engine.TensorList;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.engine.WeightPath;
import io.github.glimpse.engine.Weights;
import io.github.glimpse.image.ImageGrid;
import io.github.glimpse.image.PixelPatches;
import io.github.glimpse.model.TowerEvidence;
import io.github.glimpse.model.VisionFeatures;
import io.github.glimpse.model.VisionTower;
import io.github.glimpse.nn.AttentionBlocks;
import io.github.glimpse.nn.CancellationPoint;
import io.github.glimpse.nn.DecoderStack;
import io.github.glimpse.nn.RotaryEmbedding;
import io.github.glimpse.nn.RowPadding;
import io.github.glimpse.nn.TowerAbilities;
import io.github.glimpse.nn.TowerReadout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.ObjIntConsumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The vision tower of Qwen2.5-VL: patches by a product, blocks with RMS norm, planar rotary attention and a gated MLP, most
 * of them inside windows, and a merger that joins the patches of a token.
 *
 * <p>Tokens run in an order of our own, equally large windows side by side, so that windows are batches; results come back in
 * raster order. Taps are counted by block, after the block, as the mean over a token's patches.
 *
 * @see <a href="https://arxiv.org/abs/2502.13923">Qwen2.5-VL, section 2.1</a>
 */
final class Qwen25VlTower implements VisionTower {

    // Fixed in the reference, not in any configuration.
    private static final double EPS = 1e-6;

    private final Qwen25VlConfig.Vision config;
    private final TorchRuntime runtime;
    private final Graph graph;
    private final Dtype dtype;
    private final RotaryEmbedding rotary;
    private final NDArray projection;
    private final NDArray noBias;
    private final List<TensorList> blocks = new ArrayList<>();
    private final TensorList merger;

    Qwen25VlTower(
            TorchRuntime runtime, Weights weights, String prefix, Qwen25VlConfig.Vision config, TensorScope owner) {
        this.config = config;
        this.runtime = runtime;
        this.dtype = weights.dtype();
        this.graph = Graph.named("qwen2.5-vl tower")
                .with(DecoderStack.class, "linear")
                .with(DecoderStack.class, "norms")
                .with(DecoderStack.class, "rotary")
                .with(DecoderStack.class, "attention")
                .with(TowerEvidence.class, "evidence")
                .with(Qwen25VlTower.class, "tower")
                .compile(runtime);
        this.rotary = RotaryEmbedding.planar(graph, config.headDim(), config.ropeTheta(), owner);
        WeightPath root = weights.at(prefix);
        this.projection = root.at("patch_embed.proj").matrixFromConvolution(config.hidden(), config.patchValues());
        this.noBias = weights.biasOrEmpty("", 0);
        for (int i = 0; i < config.depth(); i++) {
            blocks.add(blockWeights(root.at("blocks").at(i)));
        }
        this.merger = mergerWeights(root.at("merger"));
    }

    private TensorList blockWeights(WeightPath block) {
        int hidden = config.hidden();
        int inner = config.intermediate();
        List<NDArray> tensors = new ArrayList<>();
        tensors.add(block.at("norm1").plain("weight", hidden));
        block.at("attn.qkv").addLinearTo(tensors, 3L * hidden, hidden);
        block.at("attn.proj").addLinearTo(tensors, hidden, hidden);
        tensors.add(block.at("norm2").plain("weight", hidden));
        block.at("mlp.gate_proj").addLinearTo(tensors, inner, hidden);
        block.at("mlp.up_proj").addLinearTo(tensors, inner, hidden);
        block.at("mlp.down_proj").addLinearTo(tensors, hidden, inner);
        return TensorList.of(tensors);
    }

    private TensorList mergerWeights(WeightPath path) {
        int joined = config.hidden() * config.patchesPerToken();
        List<NDArray> tensors = new ArrayList<>();
        tensors.add(path.at("ln_q").plain("weight", config.hidden()));
        path.at("mlp.0").addLinearTo(tensors, joined, joined);
        path.at("mlp.2").addLinearTo(tensors, config.outHidden(), joined);
        return TensorList.of(tensors);
    }

    @Override
    public VisionFeatures encode(
            PixelPatches image,
            int[] kept,
            Set<TowerReadout> wanted,
            CancellationPoint cancellation,
            TensorScope scope) {
        int patches = kept.length * config.patchesPerToken();
        try (TensorScope tower = scope.openChild()) {
            AttentionBlocks windows = blocksOf(image.plan().grid(), kept);
            NDArray raster = tower.indices(windows.inverse());
            TowerEvidence evidence = new TowerEvidence(graph, wanted, scope);
            TowerEvidence.Layout layout = new TowerEvidence.Layout(0, patches, config.patchesPerToken(), raster);
            NDArray hidden = runBlocks(image, kept, windows, evidence, layout, cancellation, tower, (rows, block) -> {
                if (evidence.wantsRows(block)) {
                    evidence.takeRows(block, means(rows, patches, raster, scope));
                }
            });
            return evidence.with(merge(hidden, patches, raster, scope));
        }
    }

    /** The rows after the last block in the order of the pixels: {@code [patches, width]}, owned by {@code scope}. */
    NDArray lastBlock(PixelPatches image, TensorScope scope) {
        int[] every = IntStream.range(0, image.plan().grid().tokenCount()).toArray();
        AttentionBlocks windows = blocksOf(image.plan().grid(), every);
        NDArray raster = scope.indices(windows.inverse());
        int patches = image.plan().grid().patchCount();
        NDArray hidden = runBlocks(
                image,
                every,
                windows,
                new TowerEvidence(graph, Set.of(), scope),
                new TowerEvidence.Layout(0, patches, config.patchesPerToken(), raster),
                CancellationPoint.NONE,
                scope,
                (rows, block) -> {});
        return graph.call("patches_in_order")
                .with(hidden)
                .with(patches)
                .with(config.patchesPerToken())
                .with(raster)
                .run(scope);
    }

    /** Windows of the whole grid with their kept tokens, which are numbered among the kept ones. */
    private AttentionBlocks blocksOf(ImageGrid grid, int[] kept) {
        List<int[]> blocks = new ArrayList<>();
        for (int[] window : windows(grid)) {
            blocks.add(Arrays.stream(window)
                    .map(token -> Arrays.binarySearch(kept, token))
                    .filter(place -> place >= 0)
                    .toArray());
        }
        return AttentionBlocks.of(List.of(blocks));
    }

    private NDArray runBlocks(
            PixelPatches image,
            int[] kept,
            AttentionBlocks windows,
            TowerEvidence evidence,
            TowerEvidence.Layout layout,
            CancellationPoint cancellation,
            TensorScope tower,
            ObjIntConsumer<NDArray> afterBlock) {
        int patches = layout.patches();
        long[] windowRuns = windows.runsOfRows(config.patchesPerToken());
        long[] imageRuns = {0, 1, patches};
        int rows = RowPadding.rows(patches);
        RotaryEmbedding.Tables tables = rotary(image.plan().grid(), kept, windows.order(), rows, tower);
        TensorScope previous = tower.openChild();
        NDArray hidden = embed(image, kept, tower.indices(windows.order()), rows, previous);
        for (int i = 0; i < blocks.size(); i++) {
            cancellation.check();
            long[] runs = config.isFullAttention(i) ? imageRuns : windowRuns;
            if (evidence.wants(i)) {
                readBlock(i, hidden, tables, runs, evidence, layout, previous);
            }
            TensorScope next = tower.openChild();
            hidden = graph.call("block")
                    .with(hidden)
                    .with(tables.cosine())
                    .with(tables.sine())
                    .with(runs)
                    .with(blocks.get(i))
                    .with(config.heads())
                    .with(EPS)
                    .with(runtime.widenFromRows())
                    .run(next);
            previous.close();
            previous = next;
            afterBlock.accept(hidden, i);
        }
        return hidden;
    }

    private void readBlock(
            int block,
            NDArray input,
            RotaryEmbedding.Tables tables,
            long[] runs,
            TowerEvidence evidence,
            TowerEvidence.Layout layout,
            TensorScope scope) {
        try (TensorScope reading = scope.openChild()) {
            List<NDArray> queryAndKey = graph.call("query_and_key")
                    .with(input)
                    .with(layout.patches())
                    .with(tables.cosine())
                    .with(tables.sine())
                    .with(blocks.get(block))
                    .with(config.heads())
                    .with(EPS)
                    .with(runtime.widenFromRows())
                    .runForList(reading);
            evidence.read(block, queryAndKey, runs, layout);
        }
    }

    private NDArray embed(PixelPatches image, int[] kept, NDArray order, int rows, TensorScope scope) {
        int patches = kept.length * config.patchesPerToken();
        return graph.call("embed_patches")
                .with(scope.floats(image.valuesOf(kept), patches, image.patchValues()))
                .with(projection)
                .with(order)
                .with(config.patchesPerToken())
                .with(rows)
                .with(noBias)
                .with(dtype.code())
                .with(runtime.widenFromRows())
                .run(scope);
    }

    private RotaryEmbedding.Tables rotary(ImageGrid grid, int[] kept, int[] order, int rows, TensorScope scope) {
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
        return rotary.paddedTables(scope.longs(positions, 2, patches), rows, Dtype.FLOAT32, scope);
    }

    private NDArray means(NDArray hidden, int patches, NDArray raster, TensorScope scope) {
        return graph.call("token_means")
                .with(hidden)
                .with(patches)
                .with(config.patchesPerToken())
                .with(raster)
                .run(scope);
    }

    private NDArray merge(NDArray hidden, int patches, NDArray raster, TensorScope scope) {
        return graph.call("merge")
                .with(hidden)
                .with(patches)
                .with(config.patchesPerToken())
                .with(raster)
                .with(RowPadding.rows(patches / config.patchesPerToken()))
                .with(merger)
                .with(EPS)
                .with(runtime.widenFromRows())
                .run(scope);
    }

    @Override
    public void checkTap(int layer) {
        if (layer < 0 || layer >= config.depth()) {
            throw new ModelFilesException("The tower of this model has blocks 0 to " + (config.depth() - 1)
                    + ", the glimpse module wants block " + layer
                    + " (selected_visual_layers); use the module of this model");
        }
    }

    @Override
    public TowerAbilities abilities() {
        return new TowerAbilities(
                false,
                config.depth(),
                IntStream.range(0, config.depth())
                        .filter(config::isFullAttention)
                        .boxed()
                        .collect(Collectors.toSet()),
                config.depth() - 1);
    }

    @Override
    public List<int[]> windows(ImageGrid grid) {
        return WindowOrder.windows(grid, config.windowTokens());
    }

    @Override
    public void close() {
        blocks.forEach(TensorList::close);
        merger.close();
        graph.close();
    }
}
