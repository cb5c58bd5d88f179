package io.github.glimpse.model.qwen3vl;

import io.github.glimpse.ModelFilesException;
import io.github.glimpse.engine.Graph;
import io.github.glimpse.engine.TensorList;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.engine.WeightNames;
import io.github.glimpse.engine.WeightPath;
import io.github.glimpse.engine.Weights;
import io.github.glimpse.image.PixelPatches;
import io.github.glimpse.model.BlockPass;
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
 * The vision tower of Qwen3-VL: patches by a product with a bias, a learned position table stretched over them, blocks with layer
 * norms, planar rotary attention of all patches of a slice and a plain MLP, and a merger that joins the patches of a token. Behind some
 * of the blocks further mergers make rows that the decoder's first layers add to the image tokens (deepstack).
 *
 * <p>Patches lie token by token, as they come. Taps are counted by block, after the block, as the mean over a token's patches.
 *
 * @see <a href="https://arxiv.org/abs/2511.21631">Qwen3-VL Technical Report, section 2</a>
 */
public final class Qwen3VlTower implements VisionTower {

    private static final WeightNames EMBEDDING =
            WeightNames.of("Qwen3Embedding").withBias("projection").one("table");
    private static final WeightNames BLOCK =
            WeightNames.of("Qwen3Block").withBias("norm1", "norm2").products("qkv", "proj", "fc1", "fc2");
    private static final WeightNames MERGER = WeightNames.of("Qwen3Merger").withBias("norm", "fc1", "fc2");

    private final Qwen3VisionConfig config;
    private final Qwen3VlParts parts;

    /**
     * Loads a tower.
     *
     * @param prefix path of the tower in the checkpoint
     * @param owner owns the position tables
     */
    public Qwen3VlTower(
            TorchRuntime runtime, Weights weights, String prefix, Qwen3VisionConfig config, TensorScope owner) {
        this.config = config;
        Graph graph = Graph.named("qwen3-vl tower")
                .with(DecoderStack.class, "linear")
                .with(DecoderStack.class, "product")
                .with(DecoderStack.class, "norms")
                .with(DecoderStack.class, "rotary")
                .with(DecoderStack.class, "attention")
                .with(TokenRows.class, "rows")
                .with(TowerEvidence.class, "evidence")
                .with(Qwen3VlTower.class, "tower", EMBEDDING, BLOCK, MERGER)
                .compile(runtime);
        WeightPath root = weights.at(prefix);
        WeightPath projection = root.at("patch_embed.proj");
        int hidden = config.hidden();
        int side = config.tableSide();
        TensorList embedding = weights.list(EMBEDDING
                .fill()
                .with(
                        "projection",
                        List.of(
                                projection.matrixFromConvolution(hidden, config.patchValues()),
                                projection.plain("bias", hidden)))
                .with("table", root.at("pos_embed").plain("weight", (long) side * side, hidden))
                .tensors());
        List<TensorList> blocks = new ArrayList<>();
        for (int i = 0; i < config.depth(); i++) {
            blocks.add(blockWeights(root.at("blocks").at(i)));
        }
        List<TensorList> deepstack = new ArrayList<>();
        for (int i = 0; i < config.deepstackBlocks().size(); i++) {
            deepstack.add(mergerWeights(root.at("deepstack_merger_list").at(i), hidden * config.patchesPerToken()));
        }
        this.parts = new Qwen3VlParts(
                config,
                graph,
                weights.dtype(),
                RotaryEmbedding.planar(graph, config.headDim(), config.ropeTheta(), owner),
                embedding,
                List.copyOf(blocks),
                mergerWeights(root.at("merger"), hidden),
                List.copyOf(deepstack));
    }

    private TensorList blockWeights(WeightPath block) {
        int hidden = config.hidden();
        int inner = config.intermediate();
        return block.list(BLOCK.fill()
                .with("norm1", block.at("norm1").norm(hidden))
                .with("qkv", block.at("attn.qkv").product(3L * hidden, hidden))
                .with("proj", block.at("attn.proj").product(hidden, hidden))
                .with("norm2", block.at("norm2").norm(hidden))
                .with("fc1", block.at("mlp.linear_fc1").product(inner, hidden))
                .with("fc2", block.at("mlp.linear_fc2").product(hidden, inner))
                .tensors());
    }

    private TensorList mergerWeights(WeightPath path, int normed) {
        int joined = config.hidden() * config.patchesPerToken();
        return path.list(MERGER.fill()
                .with("norm", path.at("norm").norm(normed))
                .with("fc1", path.at("linear_fc1").linear(joined, joined))
                .with("fc2", path.at("linear_fc2").linear(config.outHidden(), joined))
                .tensors());
    }

    @Override
    public BlockPass pass(PixelPatches image, int[] kept, CancellationPoint cancellation, TensorScope scope) {
        return new Qwen3VlPass(parts, image, kept, cancellation, scope.openChild());
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
    public int additions() {
        return parts.deepstack().size();
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
                IntStream.range(0, config.depth()).boxed().collect(Collectors.toSet()),
                config.depth() - 1);
    }

    @Override
    public void close() {
        parts.close();
    }
}
