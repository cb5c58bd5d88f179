package io.github.glimpse.model.clip;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.ModelFilesException;
import io.github.glimpse.engine.Dtype;
import io.github.glimpse.engine.Graph;
import io.github.glimpse.engine.TensorList;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.engine.WeightPath;
import io.github.glimpse.engine.Weights;
import io.github.glimpse.image.PixelPatches;
import io.github.glimpse.model.TowerEvidence;
import io.github.glimpse.nn.CancellationPoint;
import io.github.glimpse.nn.DecoderStack;
import io.github.glimpse.nn.RowPadding;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * The vision tower of CLIP: class row and patches with learned positions, blocks with layer norm, full attention and a
 * two-layer MLP. Hidden states are counted as the reference does: 0 is the embedding after {@code pre_layrnorm}, n the output
 * of block n-1. {@code post_layernorm} is not used by LLaVA. Safe for concurrent use.
 *
 * @see <a href="https://arxiv.org/abs/2103.00020">CLIP, section 2.4</a>
 */
public final class ClipTower implements AutoCloseable {

    private final ClipConfig config;
    private final TorchRuntime runtime;
    private final Dtype dtype;
    private final Graph graph;
    private final NDArray projection;
    private final NDArray classRow;
    private final NDArray positions;
    private final TensorList preNorm;
    private final NDArray noBias;
    private final List<TensorList> blocks = new ArrayList<>();

    /**
     * Loads a tower.
     *
     * @param prefix path of the tower in the checkpoint, above {@code embeddings} and {@code encoder}
     */
    public ClipTower(TorchRuntime runtime, Weights weights, String prefix, ClipConfig config) {
        this.config = config;
        this.runtime = runtime;
        this.dtype = weights.dtype();
        this.graph = Graph.named("clip tower")
                .with(DecoderStack.class, "linear")
                .with(DecoderStack.class, "norms")
                .with(DecoderStack.class, "attention")
                .with(DecoderStack.class, "activation")
                .with(TowerEvidence.class, "evidence")
                .with(ClipTower.class, "tower")
                .compile(runtime);
        WeightPath root = weights.at(prefix);
        int hidden = config.hidden();
        int patch = config.patchSize() * config.patchSize() * config.channels();
        this.projection = root.at("embeddings.patch_embedding").matrixFromConvolution(hidden, patch);
        this.classRow = root.plain("embeddings.class_embedding", hidden);
        this.positions = root.plain("embeddings.position_embedding.weight", config.patches() + 1L, hidden);
        this.preNorm = TensorList.of(
                List.of(root.plain("pre_layrnorm.weight", hidden), root.plain("pre_layrnorm.bias", hidden)));
        this.noBias = weights.biasOrEmpty("", 0);
        for (int i = 0; i < config.depth(); i++) {
            blocks.add(blockWeights(root.at("encoder.layers").at(i)));
        }
    }

    private TensorList blockWeights(WeightPath block) {
        int hidden = config.hidden();
        List<NDArray> tensors = new ArrayList<>();
        tensors.add(block.plain("layer_norm1.weight", hidden));
        tensors.add(block.plain("layer_norm1.bias", hidden));
        for (String name : List.of("q_proj", "k_proj", "v_proj", "out_proj")) {
            block.at("self_attn").at(name).addLinearTo(tensors, hidden, hidden);
        }
        tensors.add(block.plain("layer_norm2.weight", hidden));
        tensors.add(block.plain("layer_norm2.bias", hidden));
        block.at("mlp.fc1").addLinearTo(tensors, config.intermediate(), hidden);
        block.at("mlp.fc2").addLinearTo(tensors, hidden, config.intermediate());
        return TensorList.of(tensors);
    }

    /**
     * Runs the blocks up to the last hidden state, or the last block's queries and keys, that is wanted.
     *
     * @param kept rising numbers of the patches that are seen, at their own positions
     * @param wanted hidden states that are wanted, at least one
     * @param evidence takes what is wanted of queries and keys
     * @return by hidden state the patch rows without the class row, {@code [patches, width]}, compute type, owned by
     *     {@code scope}
     */
    public Map<Integer, NDArray> hiddenStates(
            PixelPatches image,
            int[] kept,
            Set<Integer> wanted,
            TowerEvidence evidence,
            CancellationPoint cancellation,
            TensorScope scope) {
        int patches = kept.length;
        int rows = RowPadding.rows(patches + 1);
        long[] whole = {0, 1, patches + 1};
        // Queries and keys of block n are made of hidden state n.
        int last =
                IntStream.range(0, config.depth()).filter(evidence::wants).reduce(Collections.max(wanted), Math::max);
        TowerEvidence.Layout layout = new TowerEvidence.Layout(1, patches, 1, scope.indices(every(patches)));
        Map<Integer, NDArray> states = new HashMap<>();
        TensorScope previous = scope.openChild();
        NDArray hidden = embed(image, kept, rows, previous);
        for (int state = 0; ; state++) {
            if (wanted.contains(state)) {
                states.put(
                        state,
                        graph.call("patch_rows").with(hidden).with(patches).run(scope));
            }
            if (evidence.wants(state)) {
                readBlock(state, hidden, evidence, layout, previous);
            }
            if (state == last) {
                previous.close();
                return states;
            }
            cancellation.check();
            TensorScope next = scope.openChild();
            hidden = graph.call("block")
                    .with(hidden)
                    .with(whole)
                    .with(blocks.get(state))
                    .with(config.heads())
                    .with(config.activation().label())
                    .with(config.eps())
                    .with(runtime.widenFromRows())
                    .run(next);
            previous.close();
            previous = next;
        }
    }

    private void readBlock(
            int block, NDArray input, TowerEvidence evidence, TowerEvidence.Layout layout, TensorScope scope) {
        try (TensorScope reading = scope.openChild()) {
            List<NDArray> queryAndKey = graph.call("query_and_key")
                    .with(input)
                    .with(layout.patches() + 1)
                    .with(blocks.get(block))
                    .with(config.heads())
                    .with(config.eps())
                    .with(runtime.widenFromRows())
                    .runForList(reading);
            evidence.read(block, queryAndKey, new long[] {0, 1, layout.patches() + 1}, layout);
        }
    }

    private static int[] every(int count) {
        return IntStream.range(0, count).toArray();
    }

    /** The text of this tower, which holds that of {@link TowerEvidence}. */
    public Graph graph() {
        return graph;
    }

    private NDArray embed(PixelPatches image, int[] kept, int rows, TensorScope scope) {
        return graph.call("embed_patches")
                .with(scope.floats(image.valuesOf(kept), kept.length, image.patchValues()))
                .with(projection)
                .with(classRow)
                .with(kept.length == config.patches() ? positions : positionsOf(kept, scope))
                .with(preNorm)
                .with(noBias)
                .with(rows)
                .with(dtype.code())
                .with(config.eps())
                .with(runtime.widenFromRows())
                .run(scope);
    }

    /** Positions of the class row and of some patches. */
    private NDArray positionsOf(int[] kept, TensorScope scope) {
        int[] rows = IntStream.concat(IntStream.of(0), IntStream.of(kept).map(patch -> patch + 1))
                .toArray();
        return graph.call("rows_of_table")
                .with(positions)
                .with(scope.indices(rows))
                .run(scope);
    }

    /** The same rows in float32. */
    public NDArray widen(NDArray rows, TensorScope scope) {
        return graph.call("widen").with(rows).run(scope);
    }

    /** Blocks. */
    public int depth() {
        return config.depth();
    }

    /**
     * Checks that a hidden state exists.
     *
     * @throws ModelFilesException if it does not
     */
    public void checkState(int state) {
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
        graph.close();
    }
}
