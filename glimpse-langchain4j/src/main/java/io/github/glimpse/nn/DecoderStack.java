package io.github.glimpse.nn;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.ModelFilesException;
import io.github.glimpse.engine.Dtype;
import io.github.glimpse.engine.Graph;
import io.github.glimpse.engine.HostValues;
import io.github.glimpse.engine.TensorList;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.engine.WeightFormat;
import io.github.glimpse.engine.WeightNames;
import io.github.glimpse.engine.WeightPath;
import io.github.glimpse.engine.WeightPath.Layer;
import io.github.glimpse.engine.Weights;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A decoder-only language model of the LLaMA kind (LLaMA, Qwen2): embedding, layers with RMS norm, rotary grouped-query
 * attention and a gated MLP, final norm, head. A prompt takes one native call per layer, so that everything between layers (cuts,
 * evidence, cancellation, timers) is Java; tokens of answers are the business of {@link DecoderSteps}.
 *
 * <p>Hidden rows are {@code [rows, hidden]} with {@code rows} padded by {@link RowPadding}; rows past the tokens are never
 * seen by a token, because attention is causal. Safe for concurrent use: all state is in caches and arguments.
 */
public final class DecoderStack implements AutoCloseable {

    /** Of values, queries and keys, and of gate and up, the first may hold all: see {@link WeightPath#products}. */
    static final WeightNames LAYER = WeightNames.of("DecoderLayer")
            .one("input_norm")
            .products("q", "k", "v", "o")
            .one("q_norm", "k_norm", "post_norm")
            .products("gate", "up", "down");

    // The kernel's limit, and heads are whole 8 numbers to it.
    private static final int MOST_TOGETHER = 256;

    private static final int LEAST_PROMPT_ROWS = 16;

    private final Graph graph;
    private final DecoderReading reading;
    private final PromptLayers prompts;
    private final TokenRows rows;
    private final TorchRuntime runtime;
    private final ModelDimensions dimensions;
    private final Dtype dtype;
    private final RotaryEmbedding rotary;
    private final NDArray noEnds;
    private final NDArray table;
    private final List<TensorList> layers = new ArrayList<>();
    private final List<List<NDArray>> layerTensors = new ArrayList<>();
    private final TensorList attending;
    private final NDArray finalNorm;
    private final List<NDArray> headTensors;
    private final TensorList head;
    private final Map<Integer, RecurrentLayer> recurrent;
    private final int positionRows;
    private final int vocabulary;
    private final DecoderBytes bytes;
    private final boolean packed;
    private final boolean asPacked;
    private final boolean attendsTogether;
    private final boolean sameBitsInAnyRows;
    private final int promptBlock;
    private @Nullable StepKernels stepKernels;

    private DecoderStack(
            TorchRuntime runtime,
            Weights weights,
            DecoderNames names,
            DecoderShape shape,
            ModelDimensions dimensions,
            Map<Integer, RecurrentLayer> recurrent,
            TensorScope owner) {
        this.runtime = runtime;
        this.recurrent = Map.copyOf(recurrent);
        this.dimensions = dimensions;
        this.dtype = weights.dtype();
        this.graph = Graph.named("decoder")
                .with(DecoderStack.class, "linear")
                .with(DecoderStack.class, "product")
                .with(DecoderStack.class, "norms")
                .with(DecoderStack.class, "rotary")
                .with(DecoderStack.class, "attention")
                .with(DecoderStack.class, "decoder", LAYER)
                .with(DecoderStack.class, "reading")
                .with(TokenRows.class, "rows")
                .compile(runtime);
        this.reading = new DecoderReading(this, graph);
        this.prompts = new PromptLayers(this);
        this.rows = new TokenRows(graph);
        this.rotary = shape.interleaved()
                ? RotaryEmbedding.interleaved(
                        graph, shape.rotaryDim(), shape.ropeTheta(), shape.positionSections(), owner)
                : RotaryEmbedding.sectioned(
                        graph, shape.rotaryDim(), shape.ropeTheta(), shape.positionSections(), owner);
        if (shape.rotaryDim() > dimensions.headDim()) {
            throw new ModelFilesException("The rotary positions turn " + shape.rotaryDim() + " values, a head has "
                    + dimensions.headDim() + "; check config.json");
        }
        this.vocabulary = shape.vocabulary();
        this.positionRows = shape.positionSections().length;
        int hidden = dimensions.hidden();
        int cached = dimensions.layers() - recurrent.size();
        weights.requireCacheRoom(2L * cached * dimensions.kvHeads() * dimensions.headDim());
        this.table = weights.at(names.embedding()).table(shape.vocabulary(), hidden);
        for (int i = 0; i < dimensions.layers(); i++) {
            List<NDArray> tensors = isRecurrent(i)
                    ? List.of()
                    : layerWeights(weights.at(names.layers()).forSteps().at(i), shape, weights.isExact(i), owner);
            layerTensors.add(tensors);
            layers.add(weights.list(tensors));
        }
        this.attending =
                weights.list(layerTensors.stream().flatMap(List::stream).toList());
        this.finalNorm = norm(weights.at(names.finalNorm()), hidden, shape, owner);
        this.noEnds = owner.longs(new long[0], 0);
        this.headTensors = weights.at(shape.tiedHead() ? names.embedding() : names.head())
                .forSteps()
                .product(shape.vocabulary(), hidden);
        this.head = weights.list(headTensors);
        this.packed = weights.format() == WeightFormat.PACKED || weights.format() == WeightFormat.INT8;
        this.asPacked = packed || (dtype == Dtype.BFLOAT16 && runtime.multipliesAsPacked());
        this.sameBitsInAnyRows = asPacked && runtime.packsBfloat16() && dtype == Dtype.BFLOAT16;
        this.promptBlock = sameBitsInAnyRows ? 0 : runtime.promptBlock(dtype);
        this.attendsTogether = runtime.attendsTogether()
                && dtype != Dtype.FLOAT32
                && dimensions.headDim() % 8 == 0
                && dimensions.headDim() <= MOST_TOGETHER;
        boolean widens = dtype != Dtype.FLOAT32 && !asPacked && !runtime.onGpu();
        this.bytes = DecoderBytes.of(
                remembered(),
                dimensions,
                shape.intermediate(),
                vocabulary,
                dtype.byteCount(),
                widens,
                weights.format() == WeightFormat.INT8);
    }

    /**
     * Loads a stack.
     *
     * @param weights the checkpoint; owns the tensors of this stack
     * @param names where its parts lie in the checkpoint
     * @param owner owns the position tables
     */
    public static DecoderStack load(
            TorchRuntime runtime,
            Weights weights,
            DecoderNames names,
            DecoderShape shape,
            ModelDimensions dimensions,
            TensorScope owner) {
        return load(runtime, weights, names, shape, dimensions, Map.of(), owner);
    }

    /**
     * Loads a stack some of whose layers remember a state instead of keys and values.
     *
     * @param recurrent those that do, by their number
     */
    public static DecoderStack load(
            TorchRuntime runtime,
            Weights weights,
            DecoderNames names,
            DecoderShape shape,
            ModelDimensions dimensions,
            Map<Integer, RecurrentLayer> recurrent,
            TensorScope owner) {
        DecoderStack stack = new DecoderStack(runtime, weights, names, shape, dimensions, recurrent, owner);
        StepKernels kernels = StepKernels.prepare(stack, shape);
        if (kernels != null) {
            weights.closeBefore(kernels::close);
            stack.stepKernels = kernels;
        }
        return stack;
    }

    private List<NDArray> layerWeights(WeightPath layer, DecoderShape shape, boolean exact, TensorScope owner) {
        int intermediate = shape.intermediate();
        int hidden = dimensions.hidden();
        int queries = dimensions.heads() * dimensions.headDim();
        int keys = dimensions.kvHeads() * dimensions.headDim();
        long asked = shape.gatedAttention() ? 2L * queries : queries;
        List<List<NDArray>> attention = layer.products(
                hidden,
                new Layer("self_attn.v_proj", keys),
                new Layer("self_attn.q_proj", asked, exact),
                new Layer("self_attn.k_proj", keys, exact));
        List<List<NDArray>> mlp = layer.products(
                hidden, new Layer("mlp.gate_proj", intermediate), new Layer("mlp.up_proj", intermediate));
        return LAYER.fill()
                .with("input_norm", norm(layer.at("input_layernorm"), hidden, shape, owner))
                .with("v", attention.get(0))
                .with("q", attention.get(1))
                .with("k", attention.get(2))
                .with("o", layer.at("self_attn.o_proj").product(hidden, queries))
                .with("q_norm", headNorm(layer.at("self_attn.q_norm"), shape, owner))
                .with("k_norm", headNorm(layer.at("self_attn.k_norm"), shape, owner))
                .with("post_norm", norm(layer.at("post_attention_layernorm"), hidden, shape, owner))
                .with("gate", mlp.get(0))
                .with("up", mlp.get(1))
                .with("down", layer.at("mlp.down_proj").product(hidden, intermediate))
                .tensors();
    }

    /** The weight of a norm of heads, empty if there is none. */
    private NDArray headNorm(WeightPath norm, DecoderShape shape, TensorScope owner) {
        return shape.headNorms() ? norm(norm, dimensions.headDim(), shape, owner) : norm.biasOrEmpty(0);
    }

    /** What a norm multiplies by. */
    private NDArray norm(WeightPath norm, int width, DecoderShape shape, TensorScope owner) {
        return shape.normsFromOne()
                ? graph.call("from_one").with(norm.float32("weight", width)).run(owner)
                : norm.plain("weight", width);
    }

    private List<DecoderBytes.Layer> remembered() {
        long row = 2L * dimensions.kvHeads() * dimensions.headDim() * dtype.byteCount();
        List<DecoderBytes.Layer> remembered = new ArrayList<>();
        try (TensorScope scope = runtime.openScope()) {
            for (int layer = 0; layer < dimensions.layers(); layer++) {
                RecurrentLayer state = recurrentLayer(layer);
                remembered.add(
                        state == null
                                ? new DecoderBytes.Layer(row, 0)
                                : new DecoderBytes.Layer(0, DecoderBytes.STATE_COPIES * bytes(state.start(scope))));
            }
        }
        return remembered;
    }

    private static long bytes(List<NDArray> tensors) {
        return tensors.stream().mapToLong(HostValues::bytes).sum();
    }

    /** What a sequence takes. */
    public DecoderBytes bytes() {
        return bytes;
    }

    /** The numbers of this stack. */
    public ModelDimensions dimensions() {
        return dimensions;
    }

    /** Rows of the embedding: ids are below it. */
    public int vocabulary() {
        return vocabulary;
    }

    /** Rows of position ids that {@link #rotary} takes: 1, or 3 for M-RoPE. */
    public int positionRows() {
        return positionRows;
    }

    /** The type that it computes in. */
    public Dtype dtype() {
        return dtype;
    }

    /**
     * Word embeddings.
     *
     * @param ids {@code [tokens]}
     * @param rows rows of the result, at least the number of tokens; those past the tokens are zero
     * @return {@code [rows, hidden]}, owned by {@code scope}
     */
    public NDArray embed(NDArray ids, int rows, TensorScope scope) {
        return graph.call("embed")
                .with(table)
                .with(ids)
                .with(rows)
                .with(dtype.code())
                .run(scope);
    }

    /** Overwrites rows of {@code hidden} from {@code start} on, in place. */
    public void place(NDArray hidden, int start, NDArray rows) {
        graph.call("place").with(hidden).with(start).with(rows).run();
    }

    /** Overwrites some rows of {@code hidden}, in place; one row stands for all. */
    public void placeAt(NDArray hidden, int[] places, NDArray rows, TensorScope scope) {
        try (TensorScope step = scope.openChild()) {
            graph.call("place_at")
                    .with(hidden)
                    .with(step.indices(places))
                    .with(rows)
                    .run();
        }
    }

    /** Adds to some rows of {@code hidden}, in place. */
    public void addAt(NDArray hidden, int[] places, NDArray rows, TensorScope scope) {
        try (TensorScope step = scope.openChild()) {
            graph.call("add_at")
                    .with(hidden)
                    .with(step.indices(places))
                    .with(rows)
                    .run();
        }
    }

    /** Adds to rows of {@code hidden} from {@code start} on, in place. */
    public void add(NDArray hidden, int start, NDArray rows) {
        graph.call("add_rows").with(hidden).with(start).with(rows).run();
    }

    /**
     * The rotary tables of some positions, once for all layers.
     *
     * @param positions {@code [rows of positions, rows]}
     */
    public RotaryEmbedding.Tables rotary(NDArray positions, TensorScope scope) {
        return rotary.tables(positions, dtype, scope);
    }

    /** A cache of one layer for one sequence, owned by {@code owner}. */
    public KvCache newCache(int capacity, TensorScope owner) {
        return new KvCache(this, capacity, owner);
    }

    /** What a layer remembers of one sequence, nothing yet, owned by {@code owner}. */
    public LayerState newState(int index, int capacity, TensorScope owner) {
        RecurrentLayer layer = recurrentLayer(index);
        return layer == null ? newCache(capacity, owner) : new RecurrentState(this, layer.start(owner), owner);
    }

    @Nullable
    RecurrentLayer recurrentLayer(int index) {
        return recurrent.get(index);
    }

    /** Whether a layer remembers a state, so that its rows have no scores for one another. */
    public boolean isRecurrent(int index) {
        return recurrentLayer(index) != null;
    }

    /** Why a step runs no guesses of the tokens to come; null if it does, for less than their steps would take. */
    public @Nullable String refusesGuesses() {
        if (hasRecurrent()) {
            return "layers of this model remember a state, which cannot go back behind a wrong guess";
        }
        boolean rowsAtOnce = packed || (runtime.multipliesRows() && !runtime.onGpu() && dtype != Dtype.FLOAT16);
        return rowsAtOnce
                ? null
                : "rows of a step run one after the other with these weights; packed ones and those of 8 bits run at once";
    }

    /** Whether any layer does. */
    public boolean hasRecurrent() {
        return !recurrent.isEmpty();
    }

    /** What is read of an attention row. */
    public enum ScoreForm {
        /** Scaled products, no mask, no softmax. */
        LOGITS,
        /** Natural logarithm of the softmax over all keys up to the row. */
        LOG_SOFTMAX
    }

    /** Picks, joins and mixes rows of this stack. */
    public TokenRows rows() {
        return rows;
    }

    /** Runs prompts through this stack. */
    public PromptLayers prompts() {
        return prompts;
    }

    /**
     * Whether rows are computed in blocks, so that what is left behind whole ones costs as much as a block: where weights are packed, or are to
     * be, and are oneDNN's to multiply.
     */
    boolean computesBlocks() {
        return packed && !runtime.multipliesManyRows();
    }

    /** Whether any number of rows costs what these rows cost and no more, as by {@code FewRows}: those that pad a prompt need not be computed. */
    boolean computesAnyRows() {
        return asPacked && runtime.multipliesManyRows();
    }

    /** See {@link TorchRuntime#promptBlock}: 0 also where weights are packed. */
    int promptBlock() {
        return promptBlock;
    }

    /** Fewer rows of a prompt are padded to this number: BLAS computes one row, and few, in another order than many. */
    int leastPromptRows() {
        return sameBitsInAnyRows || runtime.onGpu() ? 1 : LEAST_PROMPT_ROWS;
    }

    /** Whether a row of a prompt has the same bits alone and among those of others, as by packed weights and those that are multiplied by like them. */
    boolean hasSameBitsAmongOthers() {
        return asPacked && runtime.packsBfloat16() && !runtime.onGpu();
    }

    /** Whether a step's rows attend to their caches in one call, as the kernels of GPUs from Ampere on do. */
    boolean attendsTogether() {
        return attendsTogether;
    }

    /** Whether steps read what a row does not see: where neither one call of the GPU nor the library for rows of steps attends. */
    boolean masksSteps() {
        boolean byLibrary = runtime.multipliesRows() && !runtime.onGpu() && dtype != Dtype.FLOAT16;
        return !attendsTogether && !byLibrary;
    }

    /** Steps in kernels of our own, where the device and the shape have them. */
    @Nullable
    StepKernels stepKernels() {
        return stepKernels;
    }

    /** The rows of the embedding, {@code [vocabulary, hidden]}, in their stored type. */
    NDArray table() {
        return table;
    }

    /** Reads attention of this stack. */
    public DecoderReading reading() {
        return reading;
    }

    /** The chosen rows of {@code hidden}, then zeros up to {@code rows}: {@code [rows, hidden]}, owned by {@code scope}. */
    public NDArray take(NDArray hidden, NDArray chosen, int rows, TensorScope scope) {
        return graph.call("take_rows").with(hidden).with(chosen).with(rows).run(scope);
    }

    /** How many layers before one have keys and values. */
    int attendingBefore(int index) {
        return IntStream.range(0, index)
                .filter(layer -> !isRecurrent(layer))
                .map(layer -> 1)
                .sum();
    }

    /** The weights of all layers that have keys and values, one layer's behind the other's. */
    TensorList attending() {
        return attending;
    }

    /** Bytes of the weights of all layers and the head, all of which each step reads. */
    public long weightBytes() {
        return attending.bytes()
                + recurrent.values().stream()
                        .mapToLong(RecurrentLayer::weightBytes)
                        .sum()
                + head.bytes();
    }

    TensorList headList() {
        return head;
    }

    RotaryEmbedding rotary() {
        return rotary;
    }

    /** What rows that do not attend together have in place of ends. */
    NDArray noEnds() {
        return noEnds;
    }

    TorchRuntime runtime() {
        return runtime;
    }

    TensorScope openScope() {
        return runtime.openScope();
    }

    NDArray newCacheTensor(int rows, TensorScope owner) {
        return zeros(dimensions.kvHeads(), rows, dimensions.headDim(), dtype, owner);
    }

    /** So many zeros, where this stack computes. */
    NDArray zeros(long count, Dtype type, TensorScope owner) {
        return zeros(1, 1, count, type, owner);
    }

    private NDArray zeros(long heads, long rows, long width, Dtype type, TensorScope owner) {
        return graph.call("new_cache")
                .with(heads)
                .with(rows)
                .with(width)
                .with(type.code())
                .with(runtime.deviceName())
                .run(owner);
    }

    Graph graph() {
        return graph;
    }

    /** The weights of a layer in the order of the text, for calls. */
    TensorList layerList(int index) {
        return layers.get(index);
    }

    /** The weights of a layer in the order of the text. */
    List<NDArray> layerTensors(int index) {
        return layerTensors.get(index);
    }

    NDArray finalNorm() {
        return finalNorm;
    }

    /** Weight and bias, and what belongs to a weight of 8 bits. */
    List<NDArray> head() {
        return headTensors;
    }

    @Override
    public void close() {
        if (stepKernels != null) {
            stepKernels.close();
        }
        layers.forEach(TensorList::close);
        attending.close();
        head.close();
        recurrent.values().forEach(RecurrentLayer::close);
        graph.close();
    }
}
