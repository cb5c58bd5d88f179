package io.github.glimpse.prune.glimpse;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.ModelFilesException;
import io.github.glimpse.engine.Dtype;
import io.github.glimpse.engine.Gradients;
import io.github.glimpse.engine.Graph;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.hub.ModelConfig;
import io.github.glimpse.image.ImageGrid;
import io.github.glimpse.nn.AttentionBlocks;
import io.github.glimpse.nn.DecoderStack;
import io.github.glimpse.nn.DecoderStack.ScoreForm;
import io.github.glimpse.nn.ModelDimensions;
import io.github.glimpse.nn.RotaryEmbedding;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A glimpse module as its trainer sees it: which tensors it has, and its forward pass with history on tensors that belong to
 * somebody else. It computes what {@link GlimpseStrategy} computes, with the same text. For one thread.
 *
 * @see <a href="https://arxiv.org/abs/2508.01548">GlimpsePrune, section 3</a>
 */
public final class RecordedGlimpse implements AutoCloseable {

    private final GlimpseConfig config;
    private final Graph graph;
    private final Gradients gradients;
    private final TensorScope owned;
    private final RotaryEmbedding rotary;
    // Three empty tensors, because a recorded call takes a tensor in one place only.
    private final NDArray none;
    private final NDArray noConditions;
    private final NDArray noWeights;
    private final Map<String, long[]> shapes;

    private RecordedGlimpse(TorchRuntime runtime, GlimpseConfig config, ModelDimensions base) {
        this.config = config;
        this.owned = runtime.openScope();
        this.gradients = Gradients.open(runtime);
        this.graph = Graph.named("recorded glimpse")
                .with(DecoderStack.class, "linear")
                .with(DecoderStack.class, "norms")
                .with(DecoderStack.class, "rotary")
                .with(DecoderStack.class, "attention")
                .with(DecoderStack.class, "activation")
                .with(ImportancePredictor.class, "predictor", ImportancePredictor.LAYER, ImportancePredictor.CONDITION)
                .with(RecordedGlimpse.class, "recorded")
                .compile(runtime);
        this.rotary = RotaryEmbedding.planar(graph, config.queryDim(), ImportancePredictor.ROTARY_THETA, owned);
        this.none = owned.floats(new float[0], 0);
        this.noConditions = owned.floats(new float[0], 0);
        this.noWeights = owned.floats(new float[0], 0);
        this.shapes = shapes(config, base);
    }

    /**
     * Makes the forward pass of a module that is configured like this.
     *
     * @param module the module's {@code config.json}
     * @param base the model's
     * @throws ModelFilesException if it has no weights to train, or does not fit the model
     */
    public static RecordedGlimpse of(
            TorchRuntime runtime, ModelConfig module, ModelConfig base, ModelDimensions dimensions) {
        GlimpseConfig config = GlimpseConfig.of(module, base);
        GlimpseStrategy.checkFits(config, base, dimensions);
        boolean token = config.glimpseLength() > 0 && !config.glimpseLayers().isEmpty();
        // Where text looks by cross-attention, a row of the text itself can ask in the token's place.
        boolean asksByText = GlimpseConfig.hasCrossAttention(base);
        if (config.fuserType() == FuserType.DUMMY || !(token || asksByText)) {
            throw new ModelFilesException("A glimpse module is trained with a predictor and a glimpse token;"
                    + " attn_fuse_type is " + config.fuserType() + ", le_length " + config.glimpseLength()
                    + ", le_layers " + config.glimpseLayers());
        }
        return new RecordedGlimpse(runtime, config, dimensions);
    }

    private static Map<String, long[]> shapes(GlimpseConfig config, ModelDimensions base) {
        Map<String, long[]> shapes = new LinkedHashMap<>();
        long hidden = base.hidden();
        if (config.glimpseLength() > 0 && !config.glimpseLayers().isEmpty()) {
            shapes.put(
                    "learnable_embeddings", new long[] {config.glimpseLayers().size(), config.glimpseLength(), hidden});
            shapes.put("le_proj.weight", new long[] {hidden, hidden});
            shapes.put("le_proj.bias", new long[] {hidden});
            shapes.put("le_norm.weight", new long[] {hidden});
            if (config.layerNorm()) {
                shapes.put("le_norm.bias", new long[] {hidden});
            }
        }
        long width = config.fuseSize();
        int depth = config.selectedVisualLayers().size();
        linear(
                shapes,
                "attn_fuser.attn_in_proj",
                width,
                (long) config.selectedLayers().size() * base.heads());
        for (int i = 0; i < depth; i++) {
            if (config.fuserType() == FuserType.V1) {
                linear(shapes, "attn_fuser.cond_in_projs." + i, config.conditionSize(), base.visionHidden());
            }
            String layer = "attn_fuser.layers." + i + ".";
            long query = config.queryWidth();
            shapes.put(layer + "norm1.weight", new long[] {width});
            shapes.put(layer + "attn.q_proj.weight", new long[] {query, query});
            shapes.put(layer + "attn.k_proj.weight", new long[] {query, query});
            shapes.put(layer + "attn.v_proj.weight", new long[] {width, width});
            shapes.put(layer + "attn.o_proj.weight", new long[] {width, width});
            shapes.put(layer + "norm2.weight", new long[] {width});
            linear(shapes, layer + "mlp.gate_proj", 2 * width, width);
            linear(shapes, layer + "mlp.up_proj", 2 * width, width);
            linear(shapes, layer + "mlp.down_proj", width, 2 * width);
            if (config.deepSupervision() || i == depth - 1) {
                linear(shapes, "attn_fuser.attn_out_projs." + i, 1, width);
            }
        }
        return shapes;
    }

    private static void linear(Map<String, long[]> shapes, String name, long out, long in) {
        shapes.put(name + ".weight", new long[] {out, in});
        shapes.put(name + ".bias", new long[] {out});
    }

    /** Names and shapes of the module's tensors, as they lie in its file. */
    public Map<String, long[]> shapes() {
        return java.util.Collections.unmodifiableMap(shapes);
    }

    /** Decoder layers whose attention is read, in the order of the columns. */
    public List<Integer> selectedLayers() {
        return config.selectedLayers();
    }

    /** What is read of it. */
    public ScoreForm scoreForm() {
        return config.scoreForm();
    }

    /** Decoder layers that have glimpse vectors, in the order of {@link #vectors}. */
    public List<Integer> glimpseLayers() {
        return config.glimpseLayers();
    }

    /** Glimpse tokens; 0 where a row of the text asks in their place. */
    public int glimpseLength() {
        return config.glimpseLayers().isEmpty() ? 0 : config.glimpseLength();
    }

    /** Tower layers that {@link #logits} needs; empty without condition. */
    public List<Integer> visionTaps() {
        return config.fuserType() == FuserType.V1 ? config.selectedVisualLayers() : List.of();
    }

    /** Probability above which a token is kept. */
    public double threshold() {
        return java.util.Objects.requireNonNull(config.bounds().threshold());
    }

    /**
     * The glimpse vectors.
     *
     * @param tensors gives the module's tensors by name
     * @param mask factors {@code [vectors, length, hidden]}, for dropout; null for none
     * @return {@code [length, hidden]} float32 per layer of {@link #glimpseLayers()}, with history
     */
    public List<NDArray> vectors(Function<String, NDArray> tensors, @Nullable NDArray mask, TensorScope scope) {
        List<NDArray> norm = new ArrayList<>(List.of(tensors.apply("le_norm.weight")));
        if (config.layerNorm()) {
            norm.add(tensors.apply("le_norm.bias"));
        }
        return graph.record("recorded_vectors")
                .with(tensors.apply("learnable_embeddings"))
                .with(List.of(tensors.apply("le_proj.weight"), tensors.apply("le_proj.bias")))
                .with(norm)
                .with(mask == null ? scope.floats(new float[] {1}, 1) : mask)
                .with(config.glimpseNormEps())
                .runForList(scope);
    }

    /**
     * The importance of the image tokens.
     *
     * @param tensors gives the module's tensors by name
     * @param attention the glimpse token's attention per selected layer, {@code [imageTokens, heads]} each, with history
     * @param conditions rows of {@link #visionTaps()} in that order, {@code [imageTokens, visionHidden]} each, constants
     * @param images grids of the images
     * @param windows per image the tower's windows as token indices of that image
     * @return rows of logits {@code [imageTokens]}, the deciding one last; more than one with deep supervision
     */
    public List<NDArray> logits(
            Function<String, NDArray> tensors,
            List<NDArray> attention,
            List<NDArray> conditions,
            List<ImageGrid> images,
            List<List<int[]>> windows,
            TensorScope scope) {
        int count = images.stream().mapToInt(ImageGrid::tokenCount).sum();
        AliveTokens tokens = AliveTokens.of(
                images, java.util.stream.IntStream.range(0, count).toArray());
        AttentionBlocks blocks = AttentionBlocks.of(config.fuseGlobal() ? tokens.images() : tokens.windows(windows));
        RotaryEmbedding.Tables tables = rotary.tables(tokens.positions(blocks.order(), scope), Dtype.FLOAT32, scope);
        List<String> names = List.copyOf(shapes.keySet());
        List<NDArray> heads = matching(tensors, names, "attn_fuser.attn_out_projs.");
        List<NDArray> conditionWeights = matching(tensors, names, "attn_fuser.cond_in_projs.");
        return graph.record("recorded_logits")
                .with(attention)
                .with(conditions.isEmpty() ? List.of(noConditions) : conditions)
                .with(scope.indices(blocks.order()))
                .with(scope.indices(blocks.inverse()))
                .with(gradients.constant(tables.cosine(), scope))
                .with(gradients.constant(tables.sine(), scope))
                .with(scope.longs(blocks.runs(), blocks.runs().length))
                .with(matching(tensors, names, "attn_fuser.attn_in_proj."))
                .with(matching(tensors, names, "attn_fuser.layers."))
                .with(conditionWeights.isEmpty() ? List.of(noWeights) : conditionWeights)
                .with(heads)
                .with(none)
                .with(numbers(heads.size() / 2, scope))
                .runForList(scope);
    }

    private NDArray numbers(int outputs, TensorScope scope) {
        return scope.longs(
                new long[] {
                    config.fuseHeads(),
                    activationCode(),
                    config.selectedVisualLayers().size(),
                    outputs
                },
                4);
    }

    /** The place of the activation in the text's list of names. */
    private int activationCode() {
        return switch (config.activation()) {
            case SILU -> 0;
            case GELU -> 1;
            case GELU_TANH -> 2;
            case QUICK_GELU -> 3;
            case RELU -> 4;
        };
    }

    /** Tensors whose names start so, in the order of {@link #shapes()}, which is that of the text. */
    private static List<NDArray> matching(Function<String, NDArray> tensors, List<String> names, String prefix) {
        return names.stream()
                .filter(name -> name.startsWith(prefix))
                .map(tensors)
                .toList();
    }

    @Override
    public void close() {
        owned.close();
        graph.close();
        gradients.close();
    }
}
