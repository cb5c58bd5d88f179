package io.github.glimpse.model.qwen25vl;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.ModelFilesException;
import io.github.glimpse.engine.Graph;
import io.github.glimpse.engine.TensorList;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.engine.WeightNames;
import io.github.glimpse.engine.WeightPath;
import io.github.glimpse.engine.Weights;
import io.github.glimpse.image.ImageGrid;
import io.github.glimpse.image.PixelPatches;
import io.github.glimpse.model.TowerEvidence;
import io.github.glimpse.model.VisionTower;
import io.github.glimpse.nn.CancellationPoint;
import io.github.glimpse.nn.DecoderStack;
import io.github.glimpse.nn.RotaryEmbedding;
import io.github.glimpse.nn.TokenRows;
import io.github.glimpse.nn.TowerAbilities;
import io.github.glimpse.nn.TowerReadout;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The vision tower of Qwen2.5-VL and of Qwen2-VL: patches by a product, blocks with planar rotary attention, in Qwen2.5-VL most of them
 * inside windows, and a merger that joins the patches of a token. Norms and MLP are those of a {@link BlockForm}.
 *
 * <p>Tokens run in an order of our own, equally large windows side by side, so that windows are batches; results come back in
 * raster order. Taps are counted by block, after the block, as the mean over a token's patches.
 *
 * @see <a href="https://arxiv.org/abs/2502.13923">Qwen2.5-VL, section 2.1</a>
 */
final class Qwen25VlTower implements VisionTower {

    private final QwenVision config;
    private final BlockForm form;
    private final Qwen25VlParts parts;

    Qwen25VlTower(
            TorchRuntime runtime,
            Weights weights,
            String prefix,
            QwenVision config,
            BlockForm form,
            TensorScope owner) {
        this.config = config;
        this.form = form;
        Graph graph = Graph.named("qwen2.5-vl tower")
                .with(DecoderStack.class, "linear")
                .with(DecoderStack.class, "product")
                .with(DecoderStack.class, "norms")
                .with(DecoderStack.class, "rotary")
                .with(DecoderStack.class, "attention")
                .with(TokenRows.class, "rows")
                .with(TowerEvidence.class, "evidence")
                .with(form.getClass(), "blocks", form.block())
                .with(Qwen25VlTower.class, "tower", form.block(), form.merger())
                .compile(runtime);
        WeightPath root = weights.at(prefix);
        NDArray projection = root.at("patch_embed.proj").matrixFromConvolution(config.hidden(), config.patchValues());
        List<TensorList> blocks = new ArrayList<>();
        for (int i = 0; i < config.depth(); i++) {
            blocks.add(blockWeights(root.at("blocks").at(i)));
        }
        this.parts = new Qwen25VlParts(
                config,
                graph,
                weights.dtype(),
                RotaryEmbedding.planar(graph, config.headDim(), config.ropeTheta(), owner),
                projection,
                weights.biasOrEmpty("", 0),
                List.copyOf(blocks),
                mergerWeights(root.at("merger")));
    }

    private TensorList blockWeights(WeightPath block) {
        int hidden = config.hidden();
        WeightNames.Filling filling = form.block()
                .fill()
                .with("qkv", block.at("attn.qkv").product(3L * hidden, hidden))
                .with("proj", block.at("attn.proj").product(hidden, hidden));
        form.fillBlock(filling, block, config);
        return block.list(filling.tensors());
    }

    private TensorList mergerWeights(WeightPath path) {
        int joined = config.hidden() * config.patchesPerToken();
        WeightNames.Filling filling = form.merger()
                .fill()
                .with("mlp_0", path.at("mlp.0").linear(joined, joined))
                .with("mlp_2", path.at("mlp.2").linear(config.outHidden(), joined));
        form.fillMerger(filling, path, config);
        return path.list(filling.tensors());
    }

    @Override
    public Qwen25VlPass pass(PixelPatches image, int[] kept, CancellationPoint cancellation, TensorScope scope) {
        return new Qwen25VlPass(parts, image, kept, cancellation, scope.openChild());
    }

    @Override
    public TokenRows rows() {
        return new TokenRows(parts.graph());
    }

    @Override
    public TowerReadout rowsAfter(int blocks) {
        return TowerReadout.rows(blocks - 1);
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
        parts.close();
    }
}
