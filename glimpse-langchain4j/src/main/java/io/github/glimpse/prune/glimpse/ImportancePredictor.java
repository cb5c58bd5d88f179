package io.github.glimpse.prune.glimpse;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.Dtype;
import io.github.glimpse.engine.Graph;
import io.github.glimpse.engine.HostValues;
import io.github.glimpse.engine.TensorList;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.engine.WeightNames;
import io.github.glimpse.image.ImageGrid;
import io.github.glimpse.nn.AttentionBlocks;
import io.github.glimpse.nn.DecoderStack;
import io.github.glimpse.nn.DecoderStack.ScoreForm;
import io.github.glimpse.nn.RotaryEmbedding;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The visual token importance predictor (VIP): a small transformer over the image tokens that reads the glimpse token's
 * attention and, in its first form, vision features, and gives one logit per token. Always float32, whatever the model
 * computes in: the decision sits on rounding otherwise.
 *
 * <p>Queries and keys are made of the normed rows and the projected vision features side by side, values of the rows alone.
 * Tokens see each other inside an image, or inside a window of the vision tower.
 *
 * @see <a href="https://arxiv.org/abs/2508.01548">GlimpsePrune, section 3.2</a>
 */
final class ImportancePredictor implements AutoCloseable {

    static final double ROTARY_THETA = 10_000;

    static final WeightNames LAYER = WeightNames.of("PredictorLayer")
            .one("norm1", "q", "k", "v", "o", "norm2")
            .withBias("gate", "up", "down");

    static final WeightNames CONDITION = WeightNames.of("Condition").one("rows").withBias("projection");

    private record Layer(
            TensorList weights,
            @Nullable NDArray conditionWeight,
            @Nullable NDArray conditionBias) {}

    private final Graph graph;
    private final GlimpseConfig config;
    private final @Nullable RotaryEmbedding rotary;
    private final List<Layer> layers = new ArrayList<>();
    private final List<@Nullable NDArray> headWeights = new ArrayList<>();
    private final List<@Nullable NDArray> headBiases = new ArrayList<>();
    private @Nullable NDArray inputWeight;
    private @Nullable NDArray inputBias;
    private final NDArray none;

    private ImportancePredictor(TorchRuntime runtime, GlimpseConfig config, ModuleTensors tensors, TensorScope owner) {
        this.config = config;
        this.none = tensors.none();
        this.graph = Graph.named("predictor")
                .with(DecoderStack.class, "linear")
                .with(DecoderStack.class, "norms")
                .with(DecoderStack.class, "rotary")
                .with(DecoderStack.class, "attention")
                .with(DecoderStack.class, "activation")
                .with(ImportancePredictor.class, "predictor", LAYER, CONDITION)
                .compile(runtime);
        this.rotary = config.fuserType() == FuserType.DUMMY
                ? null
                : RotaryEmbedding.planar(graph, config.queryDim(), ROTARY_THETA, owner);
    }

    /**
     * Makes the predictor of a module.
     *
     * @param visionHidden width of the vision tower
     * @param heads query heads of the decoder
     * @param owner owns its tensors
     */
    static ImportancePredictor load(
            TorchRuntime runtime,
            GlimpseConfig config,
            ModuleTensors tensors,
            int visionHidden,
            int heads,
            TensorScope owner) {
        ImportancePredictor predictor = new ImportancePredictor(runtime, config, tensors, owner);
        if (config.fuserType() != FuserType.DUMMY) {
            try {
                predictor.loadWeights(tensors, visionHidden, heads);
            } catch (RuntimeException e) {
                predictor.close();
                throw e;
            }
        }
        return predictor;
    }

    private void loadWeights(ModuleTensors tensors, int visionHidden, int heads) {
        int width = config.fuseSize();
        int columns = config.selectedLayers().size() * heads;
        inputWeight = tensors.get("attn_fuser.attn_in_proj.weight", width, columns);
        inputBias = tensors.get("attn_fuser.attn_in_proj.bias", width);
        int depth = config.selectedVisualLayers().size();
        for (int i = 0; i < depth; i++) {
            layers.add(loadLayer(tensors, i, visionHidden));
            boolean hasHead = config.deepSupervision() || i == depth - 1;
            String head = "attn_fuser.attn_out_projs." + i;
            headWeights.add(hasHead ? tensors.get(head + ".weight", 1, width) : null);
            headBiases.add(hasHead ? tensors.get(head + ".bias", 1) : null);
        }
    }

    private Layer loadLayer(ModuleTensors tensors, int index, int visionHidden) {
        String layer = "attn_fuser.layers." + index + ".";
        int width = config.fuseSize();
        int query = config.queryWidth();
        TensorList weights = TensorList.of(LAYER.fill()
                .with("norm1", tensors.get(layer + "norm1.weight", width))
                .with("q", tensors.get(layer + "attn.q_proj.weight", query, query))
                .with("k", tensors.get(layer + "attn.k_proj.weight", query, query))
                .with("v", tensors.get(layer + "attn.v_proj.weight", width, width))
                .with("o", tensors.get(layer + "attn.o_proj.weight", width, width))
                .with("norm2", tensors.get(layer + "norm2.weight", width))
                .with("gate", tensors.linear(layer + "mlp.gate_proj", 2L * width, width))
                .with("up", tensors.linear(layer + "mlp.up_proj", 2L * width, width))
                .with("down", tensors.linear(layer + "mlp.down_proj", width, 2L * width))
                .tensors());
        if (config.fuserType() != FuserType.V1) {
            return new Layer(weights, null, null);
        }
        String condition = "attn_fuser.cond_in_projs." + index;
        return new Layer(
                weights,
                tensors.get(condition + ".weight", config.conditionSize(), visionHidden),
                tensors.get(condition + ".bias", config.conditionSize()));
    }

    /**
     * Scores the tokens.
     *
     * @param attention the glimpse token's attention {@code [imageTokens, layers * heads]}
     * @param conditions vision features of the tapped layers in the module's order, each {@code [imageTokens, visionHidden]}
     * @param images grids of the images
     * @param windows per image the tower's windows as token indices of that image
     * @param alive original indices of the tokens, rising, all images joined
     * @return one row of logits {@code [imageTokens]} per head of the module, the deciding one last
     */
    List<float[]> logits(
            NDArray attention,
            List<NDArray> conditions,
            List<ImageGrid> images,
            List<List<int[]>> windows,
            int[] alive,
            TensorScope scope) {
        AliveTokens tokens = AliveTokens.of(images, alive);
        if (config.fuserType() == FuserType.DUMMY) {
            NDArray row = graph.call("raw_attention")
                    .with(attention)
                    .with(tokens.countsPerImage())
                    .with(config.scoreForm() == ScoreForm.LOG_SOFTMAX)
                    .run(scope);
            return List.of(HostValues.floats(row));
        }
        AttentionBlocks blocks = AttentionBlocks.of(config.fuseGlobal() ? tokens.images() : tokens.windows(windows));
        NDArray order = scope.indices(blocks.order());
        RotaryEmbedding.Tables tables = java.util.Objects.requireNonNull(rotary)
                .tables(tokens.positions(blocks.order(), scope), Dtype.FLOAT32, scope);
        NDArray rows = gather(project(attention, inputWeight, inputBias, scope), order, scope);
        List<float[]> logits = new ArrayList<>();
        for (int i = 0; i < layers.size(); i++) {
            rows = layer(i, rows, conditions, order, tables, blocks, scope);
            NDArray weight = headWeights.get(i);
            NDArray bias = headBiases.get(i);
            if (weight != null && bias != null) {
                logits.add(HostValues.floats(graph.call("head")
                        .with(rows)
                        .with(weight)
                        .with(bias)
                        .with(scope.indices(blocks.inverse()))
                        .run(scope)));
            }
        }
        return logits;
    }

    private NDArray layer(
            int index,
            NDArray rows,
            List<NDArray> conditions,
            NDArray order,
            RotaryEmbedding.Tables tables,
            AttentionBlocks blocks,
            TensorScope scope) {
        Layer layer = layers.get(index);
        List<NDArray> condition = layer.conditionWeight() == null || layer.conditionBias() == null
                ? List.of()
                : List.of(gather(conditions.get(index), order, scope), layer.conditionWeight(), layer.conditionBias());
        return graph.call("predictor_layer")
                .with(rows)
                .with(condition)
                .with(tables.cosine())
                .with(tables.sine())
                .with(blocks.runs())
                .with(layer.weights())
                .with(none)
                .with(config.fuseHeads())
                .with(config.activation().label())
                .run(scope);
    }

    private NDArray project(NDArray rows, @Nullable NDArray weight, @Nullable NDArray bias, TensorScope scope) {
        return graph.call("project")
                .with(rows)
                .with(java.util.Objects.requireNonNull(weight))
                .with(java.util.Objects.requireNonNull(bias))
                .run(scope);
    }

    private NDArray gather(NDArray rows, NDArray order, TensorScope scope) {
        return graph.call("gather").with(rows).with(order).run(scope);
    }

    Graph graph() {
        return graph;
    }

    @Override
    public void close() {
        layers.forEach(layer -> layer.weights().close());
        graph.close();
    }
}
