package io.github.glimpse.nn;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.Dtype;
import io.github.glimpse.engine.Graph;
import io.github.glimpse.engine.TensorList;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.engine.WeightNames;
import io.github.glimpse.engine.WeightPath;
import io.github.glimpse.engine.Weights;
import io.github.glimpse.nn.DecoderStack.ScoreForm;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A text transformer of BERT's kind whose layers attend to other rows too: word and position table, layers with self-attention,
 * cross-attention and an MLP, each followed by its norm. It serves as encoder, whose rows all see each other, and as decoder,
 * whose rows see what stands before them. One native call per layer.
 *
 * <p>Hidden rows are {@code [rows, hidden]}; with several beams those of a beam lie side by side. Safe for concurrent use: all
 * state is in caches and arguments.
 *
 * @see <a href="https://arxiv.org/abs/2201.12086">BLIP, figure 2</a>
 */
public final class CrossTextStack implements AutoCloseable {

    static final WeightNames LAYER = WeightNames.of("CrossTextLayer")
            .withBias("q", "k", "v", "out", "norm")
            .withBias("cross_q", "cross_out", "cross_norm")
            .withBias("inner", "outer", "last_norm");

    private static final WeightNames EMBEDDING =
            WeightNames.of("CrossTextEmbedding").one("words", "places").withBias("norm");

    // Keys and values of the cross-attention are made once per picture, not once per row.
    private static final WeightNames ATTENDED = WeightNames.of("CrossAttended").withBias("k", "v");

    private final Graph graph;
    private final TokenRows tokenRows;
    private final TorchRuntime runtime;
    private final CrossTextShape shape;
    private final Dtype dtype;
    private final TensorList embedding;
    private final List<List<NDArray>> layerTensors = new ArrayList<>();
    private final List<TensorList> layers = new ArrayList<>();
    private final List<TensorList> crossings = new ArrayList<>();

    /**
     * What a layer makes of the rows.
     *
     * @param hidden rows {@code [rows, hidden]}
     * @param scores scaled products of its cross-attention before the softmax, {@code [heads, rows, image rows]} float32; null where
     *     nobody asked or there is nothing to attend to
     */
    public record LayerOutput(NDArray hidden, @Nullable NDArray scores) {}

    private CrossTextStack(TorchRuntime runtime, Weights weights, String root, CrossTextShape shape) {
        this.runtime = runtime;
        this.shape = shape;
        this.dtype = weights.dtype();
        this.graph = Graph.named("text with cross-attention")
                .with(DecoderStack.class, "linear")
                .with(DecoderStack.class, "norms")
                .with(DecoderStack.class, "attention")
                .with(DecoderStack.class, "activation")
                .with(CrossTextStack.class, "cross_text", LAYER, EMBEDDING, ATTENDED, WordHead.NAMES)
                .with(TokenRows.class, "rows")
                .compile(runtime);
        this.tokenRows = new TokenRows(graph);
        int hidden = shape.hidden();
        WeightPath embeddings = weights.at(root).at("embeddings");
        this.embedding = weights.list(EMBEDDING
                .fill()
                .with("words", embeddings.at("word_embeddings").table(shape.vocabulary(), hidden))
                .with("places", embeddings.at("position_embeddings").table(shape.places(), hidden))
                .with("norm", embeddings.at("LayerNorm").norm(hidden))
                .tensors());
        for (int i = 0; i < shape.layers(); i++) {
            WeightPath layer = weights.at(root).at("encoder.layer").at(i);
            layerTensors.add(layerWeights(layer));
            layers.add(layer.list(layerTensors.get(i)));
            crossings.add(crossing(layer.at("crossattention.self")));
        }
    }

    /**
     * Loads a stack.
     *
     * @param weights the checkpoint; owns the tensors of this stack
     * @param root path above {@code embeddings} and {@code encoder}
     */
    public static CrossTextStack load(TorchRuntime runtime, Weights weights, String root, CrossTextShape shape) {
        return new CrossTextStack(runtime, weights, root, shape);
    }

    private List<NDArray> layerWeights(WeightPath layer) {
        int hidden = shape.hidden();
        int inner = shape.intermediate();
        WeightPath self = layer.at("attention.self");
        return LAYER.fill()
                .with("q", self.at("query").linearForFewRows(hidden, hidden))
                .with("k", self.at("key").linearForFewRows(hidden, hidden))
                .with("v", self.at("value").linearForFewRows(hidden, hidden))
                .with("out", layer.at("attention.output.dense").linearForFewRows(hidden, hidden))
                .with("norm", layer.at("attention.output.LayerNorm").norm(hidden))
                .with("cross_q", layer.at("crossattention.self.query").linearForFewRows(hidden, hidden))
                .with("cross_out", layer.at("crossattention.output.dense").linearForFewRows(hidden, hidden))
                .with("cross_norm", layer.at("crossattention.output.LayerNorm").norm(hidden))
                .with("inner", layer.at("intermediate.dense").linearForFewRows(inner, hidden))
                .with("outer", layer.at("output.dense").linearForFewRows(hidden, inner))
                .with("last_norm", layer.at("output.LayerNorm").norm(hidden))
                .tensors();
    }

    private TensorList crossing(WeightPath attention) {
        return attention.list(ATTENDED.fill()
                .with("k", attention.at("key").linearForFewRows(shape.hidden(), shape.encoderWidth()))
                .with("v", attention.at("value").linearForFewRows(shape.hidden(), shape.encoderWidth()))
                .tensors());
    }

    /** The numbers of this stack. */
    public CrossTextShape shape() {
        return shape;
    }

    /** The type that it computes in. */
    public Dtype dtype() {
        return dtype;
    }

    /**
     * Words at their places, normed.
     *
     * @param ids one per row
     * @param first place of the first row; the next rows follow it
     * @return {@code [rows, hidden]}, owned by {@code scope}
     */
    public NDArray embed(int[] ids, int first, TensorScope scope) {
        int[] positions = new int[ids.length];
        Arrays.setAll(positions, i -> first + i);
        return embed(ids, positions, scope);
    }

    /** The next word of each beam, all at the same place: {@code [beams, hidden]}. */
    public NDArray embedBeams(int[] ids, int place, TensorScope scope) {
        int[] positions = new int[ids.length];
        Arrays.fill(positions, place);
        return embed(ids, positions, scope);
    }

    private NDArray embed(int[] ids, int[] positions, TensorScope scope) {
        try (TensorScope step = scope.openChild()) {
            return graph.call("text_embed")
                    .with(step.indices(ids))
                    .with(step.indices(positions))
                    .with(embedding)
                    .with(shape.eps())
                    .with(dtype.code())
                    .run(scope);
        }
    }

    /** The rows with others behind them, such as learned ones. */
    public NDArray append(NDArray hidden, NDArray rows, TensorScope scope) {
        return graph.call("append_rows").with(hidden).with(rows).run(scope);
    }

    /** Adds to the last rows of {@code hidden}, in place. */
    public void addToLast(NDArray hidden, NDArray rows) {
        graph.call("add_to_last").with(hidden).with(rows).run();
    }

    /** The first rows. */
    public NDArray first(NDArray hidden, int rows, TensorScope scope) {
        return graph.call("first_rows").with(hidden).with(rows).run(scope);
    }

    /** Chosen rows of what is attended to. */
    public NDArray choose(NDArray rows, int[] chosen, TensorScope scope) {
        try (TensorScope step = scope.openChild()) {
            return graph.call("choose_rows")
                    .with(rows)
                    .with(step.indices(chosen))
                    .run(scope);
        }
    }

    /** The cache of one layer for one beam, owned by {@code owner}. */
    public TextCache newCache(int rows, TensorScope owner) {
        return new TextCache(this, rows, owner);
    }

    /**
     * Keys and values of a layer's cross-attention.
     *
     * @param rows what is attended to, {@code [count, encoderWidth]}, compute type
     * @param scope owns the result
     */
    public CrossKeyValues keyValues(int layer, NDArray rows, TensorScope scope) {
        List<NDArray> pair = graph.call("cross_pair")
                .with(rows)
                .with(crossings.get(layer))
                .with(shape.heads())
                .runForList(scope);
        return new CrossKeyValues(pair, Math.toIntExact(rows.getShape().get(0)));
    }

    /** The chosen rows, in this order; what they were chosen of is freed. */
    public CrossKeyValues keep(CrossKeyValues image, int[] chosen, TensorScope scope) {
        try (TensorScope step = scope.openChild()) {
            NDArray places = step.indices(chosen);
            List<NDArray> kept = image.pair().stream()
                    .map(tensor ->
                            graph.call("keep_pair").with(tensor).with(places).run(scope))
                    .toList();
            image.pair().forEach(NDArray::close);
            return new CrossKeyValues(kept, chosen.length);
        }
    }

    /**
     * Runs one layer; writes keys and values of the rows behind the cache's length and leaves that length as it is.
     *
     * @param hidden {@code [beams * rows, hidden]}; not changed
     * @param together so many of the first rows see each other; 0 for a decoder
     * @param image what the cross-attention reads, null to leave it out
     * @param output whether the scores of the cross-attention are wanted
     */
    public LayerOutput layer(
            int index,
            NDArray hidden,
            TextCache cache,
            int together,
            @Nullable CrossKeyValues image,
            ScoreOutput output,
            TensorScope scope) {
        List<NDArray> results = graph.call("text_layer")
                .with(hidden)
                .with(cache.keys())
                .with(cache.values())
                .with(cache.length())
                .with(together)
                .with(image == null ? List.<NDArray>of() : image.pair())
                .with(image == null ? 0 : image.count())
                .with(layers.get(index))
                .with(shape.heads())
                .with(shape.activation().label())
                .with(shape.eps())
                .with(output == ScoreOutput.SCORES)
                .runForList(scope);
        return new LayerOutput(results.get(0), results.size() > 1 ? results.get(1) : null);
    }

    /** Whether a layer shall hand out the scores of its cross-attention. */
    public enum ScoreOutput {
        /** Only the rows. */
        ROWS_ONLY,
        /** The scores too. */
        SCORES
    }

    /**
     * The attention to the patches: mean over layers, heads and some rows of the softmax over all rows that are attended to, the
     * class row, which is the first, left out after the softmax.
     *
     * @param scores of the layers, {@link LayerOutput#scores}
     * @param first the first row that asks
     * @param rows how many ask
     * @return {@code [patches]} float32
     */
    public NDArray meanAttention(List<NDArray> scores, int first, int rows, TensorScope scope) {
        return graph.call("mean_attention").with(scores).with(first).with(rows).run(scope);
    }

    /**
     * The scores of one row, without the class row: {@code [patches, heads]} float32.
     *
     * @param form as they are, or logarithms of the softmax over all rows that are attended to
     */
    public NDArray attentionOfRow(NDArray scores, int row, ScoreForm form, TensorScope scope) {
        return graph.call("attention_of_row")
                .with(scores)
                .with(row)
                .with(form == ScoreForm.LOG_SOFTMAX)
                .run(scope);
    }

    /** The shares that one row gives, softmax over all rows that are attended to, without the class row: {@code [heads, patches]} float32. */
    public NDArray sharesOfRow(NDArray scores, int row, TensorScope scope) {
        return graph.call("shares_of_row").with(scores).with(row).run(scope);
    }

    /** Picks, joins and mixes rows. */
    public TokenRows rows() {
        return tokenRows;
    }

    /** The rows of one picture {@code [rows, width]} or {@code [1, rows, width]} without the first ones: {@code [patches, width]} float32. */
    public NDArray patches(NDArray picture, int before, TensorScope scope) {
        return graph.call("patches_behind").with(picture).with(before).run(scope);
    }

    /** The rows of one picture {@code [1, rows, width]} as {@link #keyValues} takes them. */
    public NDArray rows(NDArray picture, TensorScope scope) {
        return graph.call("flat_rows").with(picture).run(scope);
    }

    NDArray newCacheTensor(int rows, TensorScope owner) {
        return graph.call("new_text_cache")
                .with(1)
                .with(shape.heads())
                .with(rows)
                .with(shape.headDim())
                .with(dtype.code())
                .with(runtime.deviceName())
                .run(owner);
    }

    /** Weights of a layer in the order of the text, without keys and values of its cross-attention. */
    List<NDArray> layerTensors(int index) {
        return layerTensors.get(index);
    }

    Graph graph() {
        return graph;
    }

    @Override
    public void close() {
        layers.forEach(TensorList::close);
        crossings.forEach(TensorList::close);
        embedding.close();
        graph.close();
    }
}
