package io.github.glimpse.model.clip;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.ModelFilesException;
import io.github.glimpse.ShapeMismatchException;
import io.github.glimpse.engine.Dtype;
import io.github.glimpse.engine.Graph;
import io.github.glimpse.engine.TensorList;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.engine.WeightNames;
import io.github.glimpse.engine.WeightPath;
import io.github.glimpse.engine.Weights;
import io.github.glimpse.image.PixelPatches;
import io.github.glimpse.model.TowerEvidence;
import io.github.glimpse.model.VisionTower;
import io.github.glimpse.nn.CancellationPoint;
import io.github.glimpse.nn.DecoderStack;
import io.github.glimpse.nn.TokenRows;
import io.github.glimpse.nn.TowerAbilities;
import io.github.glimpse.nn.TowerReadout;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The vision tower of CLIP, BLIP and SigLIP: class row (not SigLIP) and patches with learned positions, blocks with layer norm,
 * full attention and a two-layer MLP. Hidden states are counted as the reference does: 0 is the embedding after {@code
 * pre_layrnorm}, n the output of block n-1. {@code post_layernorm} is not used by LLaVA. Safe for concurrent use.
 *
 * @see <a href="https://arxiv.org/abs/2103.00020">CLIP, section 2.4</a>
 */
public final class ClipTower implements VisionTower {

    static final WeightNames BLOCK =
            WeightNames.of("TowerBlock").withBias("norm1", "norm2").products("q", "k", "v", "out", "fc1", "fc2");

    /** The class row and all patches behind the last norm. */
    private static final TextRows NORMED = TowerPass::normedSeen;

    /** What a text sees of a picture whose last block has run. */
    @FunctionalInterface
    public interface TextRows {

        /** Reads; the result is owned by {@code owner}. */
        NDArray of(TowerPass pass, TensorScope owner);
    }

    private final ClipConfig config;
    private final int merge;
    private final Dtype dtype;
    private final Graph graph;
    private final TokenRows tokenRows;
    private final NDArray projection;
    private final NDArray patchBias;
    private final NDArray classRow;
    private final NDArray positions;
    private final TensorList preNorm;
    private final @Nullable TensorList postNorm;
    private final List<TensorList> blocks = new ArrayList<>();

    /**
     * Loads a tower whose patches are tokens.
     *
     * @param prefix path of the tower in the checkpoint, above {@code embeddings} and {@code encoder}
     */
    public ClipTower(TorchRuntime runtime, Weights weights, String prefix, ClipConfig config) {
        this(runtime, weights, prefix, config, 1);
    }

    /**
     * Loads a tower.
     *
     * @param prefix path of the tower in the checkpoint, above {@code embeddings} and {@code encoder}
     * @param merge side of a token in patches, which divides the side of a picture: what is dropped on the way are whole tokens
     */
    public ClipTower(TorchRuntime runtime, Weights weights, String prefix, ClipConfig config, int merge) {
        this.config = config;
        this.merge = merge;
        if (merge < 1 || config.side() % merge != 0) {
            throw new ModelFilesException("The tower's pictures have " + config.side() + " x " + config.side()
                    + " patches, which cannot be grouped by " + merge
                    + "; check that the model's files belong together");
        }
        this.dtype = weights.dtype();
        this.graph = Graph.named("clip tower")
                .with(DecoderStack.class, "linear")
                .with(DecoderStack.class, "product")
                .with(DecoderStack.class, "norms")
                .with(DecoderStack.class, "attention")
                .with(DecoderStack.class, "activation")
                .with(TowerEvidence.class, "evidence")
                .with(ClipTower.class, "tower", BLOCK)
                .with(ClipTower.class, "pass")
                .with(TokenRows.class, "rows")
                .compile(runtime);
        this.tokenRows = new TokenRows(graph);
        WeightPath root = weights.at(prefix);
        int hidden = config.hidden();
        TowerLayout layout = config.layout();
        NDArray none = weights.biasOrEmpty("", 0);
        this.projection = root.at("embeddings.patch_embedding")
                .matrixFromConvolution(hidden, (long) config.patchSize() * config.patchSize() * config.channels());
        this.patchBias = layout == TowerLayout.CLIP ? none : root.plain("embeddings.patch_embedding.bias", hidden);
        this.classRow = switch (layout) {
            case CLIP -> root.plain("embeddings.class_embedding", hidden);
            case BLIP -> root.plain("embeddings.class_embedding", 1, 1, hidden);
            case SIGLIP -> none;
        };
        this.positions = layout == TowerLayout.BLIP
                ? root.plain("embeddings.position_embedding", 1, config.rows(), hidden)
                : root.plain("embeddings.position_embedding.weight", config.rows(), hidden);
        this.preNorm =
                root.list(layout == TowerLayout.CLIP ? root.at("pre_layrnorm").norm(hidden) : List.of());
        boolean postNormed = layout != TowerLayout.CLIP || root.has("post_layernorm.weight");
        this.postNorm = postNormed ? root.list(root.at("post_layernorm").norm(hidden)) : null;
        for (int i = 0; i < config.depth(); i++) {
            blocks.add(blockWeights(root.at("encoder.layers").at(i), layout, hidden, config.intermediate()));
        }
    }

    static TensorList blockWeights(WeightPath block, TowerLayout layout, int hidden, int intermediate) {
        WeightNames.Filling weights = BLOCK.fill()
                .with("norm1", block.at("layer_norm1").norm(hidden))
                .with("norm2", block.at("layer_norm2").norm(hidden))
                .with("fc1", block.at("mlp.fc1").product(intermediate, hidden))
                .with("fc2", block.at("mlp.fc2").product(hidden, intermediate));
        WeightPath attention = block.at("self_attn");
        if (layout == TowerLayout.BLIP) {
            List<List<NDArray>> stacked = attention.stackedProducts("qkv.weight", "qkv.bias", 3, hidden, hidden);
            weights.with("q", stacked.get(0)).with("k", stacked.get(1)).with("v", stacked.get(2));
            weights.with("out", attention.at("projection").product(hidden, hidden));
        } else {
            WeightPath q = attention.at("q_proj");
            weights.with("q", q.product(hidden, hidden));
            weights.with("k", attention.at("k_proj").productSharing(q, hidden, hidden));
            weights.with("v", attention.at("v_proj").productSharing(q, hidden, hidden));
            weights.with("out", attention.at("out_proj").product(hidden, hidden));
        }
        return block.list(weights.tensors());
    }

    /** Patches of a token. */
    int group() {
        return merge * merge;
    }

    /** The patches of tokens, token by token, by their places in the raster of patches. */
    private IntStream patchesOf(int[] tokens) {
        int columns = config.side() / merge;
        return IntStream.of(tokens).flatMap(token -> IntStream.range(0, group())
                .map(inside -> (token / columns * merge + inside / merge) * config.side()
                        + token % columns * merge
                        + inside % merge));
    }

    private int[] withClassRow(IntStream patches) {
        int classRows = config.layout().classRows();
        return IntStream.concat(IntStream.range(0, classRows), patches.map(patch -> patch + classRows))
                .toArray();
    }

    @Override
    public TokenRows rows() {
        return tokenRows;
    }

    /** All patches see each other in every block. */
    @Override
    public TowerAbilities abilities() {
        return new TowerAbilities(
                config.layout().classRows() > 0,
                config.depth(),
                IntStream.range(0, config.depth()).boxed().collect(Collectors.toSet()),
                config.depth() - 1,
                true);
    }

    /** The text of this tower, which holds that of {@link TowerEvidence}. */
    public Graph graph() {
        return graph;
    }

    /**
     * Starts the way of some pictures through the tower, which the caller may follow, cut and end where it likes.
     *
     * @param images of one preprocessor, at least one
     * @return owns native memory in a scope of its own inside {@code scope}; the caller closes it
     */
    public TowerPass pass(List<PixelPatches> images, CancellationPoint cancellation, TensorScope scope) {
        return new TowerPass(this, images, every(tokens()), NORMED, cancellation, scope);
    }

    @Override
    public TowerPass pass(PixelPatches image, int[] kept, CancellationPoint cancellation, TensorScope scope) {
        return pass(image, kept, NORMED, cancellation, scope);
    }

    /** The same for a model whose text sees rows of another form. */
    public TowerPass pass(
            PixelPatches image, int[] kept, TextRows textRows, CancellationPoint cancellation, TensorScope scope) {
        return new TowerPass(this, List.of(image), kept, textRows, cancellation, scope);
    }

    @Override
    public TowerReadout rowsAfter(int blocks) {
        return TowerReadout.rows(blocks);
    }

    /** Tokens of a picture. */
    private int tokens() {
        return config.patches() / group();
    }

    private static int[] every(int count) {
        return IntStream.range(0, count).toArray();
    }

    /** The numbers of this tower. */
    public ClipConfig config() {
        return config;
    }

    /**
     * Checks that there is a norm after the last block, which towers inside other models may lack.
     *
     * @throws ModelFilesException if there is none
     */
    public void requirePostNorm() {
        postNorm();
    }

    TensorList postNorm() {
        if (postNorm == null) {
            throw new ModelFilesException("The checkpoint has no tensor 'post_layernorm.weight' for the vision tower;"
                    + " use a whole CLIP folder, not a tower that was saved for another model");
        }
        return postNorm;
    }

    TensorList weights(int block) {
        return blocks.get(block);
    }

    /** One block. {@code runs} as in {@code block_attention}: start, count and length of runs of pictures. */
    NDArray block(int block, NDArray hidden, long[] runs, TensorScope scope) {
        return graph.call("block")
                .with(hidden)
                .with(runs)
                .with(blocks.get(block))
                .with(config.heads())
                .with(config.activation().label())
                .with(config.eps())
                .run(scope);
    }

    /**
     * Hidden state 0 of pictures that lie one below the other.
     *
     * @param kept tokens that are seen; all of them, where there are several pictures
     */
    NDArray embed(List<PixelPatches> images, int[] kept, int rows, TensorScope scope) {
        try (TensorScope step = scope.openChild()) {
            return graph.call("embed_patches")
                    .with(kept.length == tokens() ? pixels(images, step) : pixels(images.get(0), kept, step))
                    .with(images.size())
                    .with(projection)
                    .with(patchBias)
                    .with(classRow)
                    .with(merge == 1 && kept.length == tokens() ? positions : positionsOf(kept, step))
                    .with(preNorm)
                    .with(rows)
                    .with(dtype.code())
                    .with(config.eps())
                    .run(scope);
        }
    }

    private NDArray pixels(PixelPatches image, int[] kept, TensorScope scope) {
        return scope.floats(image.valuesOf(kept), (long) kept.length * group(), image.patchValues());
    }

    private NDArray pixels(List<PixelPatches> images, TensorScope scope) {
        int patchValues = config.patchSize() * config.patchSize() * config.channels();
        int values = config.patches() * patchValues;
        for (PixelPatches image : images) {
            if (image.values().length != values || image.patchValues() != patchValues) {
                throw new ShapeMismatchException("The tower takes " + config.patches() + " patches of " + patchValues
                        + " values, the picture has " + image.plan().grid().patchCount() + " of " + image.patchValues()
                        + "; check that preprocessor_config.json and config.json belong together");
            }
        }
        if (images.size() == 1) {
            return scope.floats(images.get(0).values(), config.patches(), patchValues);
        }
        float[] all = new float[Math.multiplyExact(images.size(), values)];
        for (int i = 0; i < images.size(); i++) {
            System.arraycopy(images.get(i).values(), 0, all, i * values, values);
        }
        return scope.floats(all, (long) images.size() * config.patches(), patchValues);
    }

    /** Positions of the class row and of the patches of some tokens. */
    private NDArray positionsOf(int[] kept, TensorScope scope) {
        return graph.call("rows_of_table")
                .with(positions)
                .with(scope.indices(withClassRow(patchesOf(kept))))
                .run(scope);
    }

    /** Blocks. */
    public int depth() {
        return config.depth();
    }

    @Override
    public void checkTap(int state) {
        if (state < 0 || state > config.depth()) {
            throw new ModelFilesException(
                    "The tower of this model has hidden states 0 to " + config.depth() + ", the glimpse module wants "
                            + state + " (selected_visual_layers); use the module of this model");
        }
    }

    @Override
    public void close() {
        blocks.forEach(TensorList::close);
        preNorm.close();
        if (postNorm != null) {
            postNorm.close();
        }
        graph.close();
    }
}
