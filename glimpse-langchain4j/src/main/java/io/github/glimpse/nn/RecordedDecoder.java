package io.github.glimpse.nn;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.UnsupportedModelException;
import io.github.glimpse.engine.Gradients;
import io.github.glimpse.engine.Graph;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.engine.TorchRuntime;
import java.util.ArrayList;
import java.util.List;

/**
 * A decoder whose weights are frozen, for rows that gradients pass through: glimpse tokens, and an answer behind them. The
 * prompt before them runs once through the {@link DecoderStack} and leaves its keys and values; because attention is causal
 * nothing behind it changes them, so only the few new rows keep a history.
 *
 * <p>The stack's weights must not be packed: packed products have no gradient. They are read where they lie, not copied. For
 * one thread.
 */
public final class RecordedDecoder implements AutoCloseable {

    /**
     * What a layer makes of the rows.
     *
     * @param rows {@code [count, hidden]}
     * @param scores scaled products of all rows with all keys before the softmax, minus infinity for later rows:
     *     {@code [heads, count, prompt + count]} float32
     */
    public record LayerOutput(NDArray rows, NDArray scores) {}

    private final DecoderStack stack;
    private final Graph graph;
    private final Gradients gradients;
    private final List<List<NDArray>> layers = new ArrayList<>();
    private final NDArray finalNorm;
    private final NDArray head;
    private final NDArray noBias;

    private RecordedDecoder(TorchRuntime runtime, DecoderStack stack, TensorScope owner) {
        this.stack = stack;
        this.gradients = Gradients.open(runtime);
        this.graph = Graph.named("recorded decoder")
                .with(DecoderStack.class, "linear")
                .with(DecoderStack.class, "product")
                .with(DecoderStack.class, "norms")
                .with(DecoderStack.class, "rotary")
                .with(DecoderStack.class, "attention")
                .with(DecoderStack.class, "decoder", DecoderStack.LAYER)
                .with(DecoderStack.class, "recorded")
                .compile(runtime);
        for (int i = 0; i < stack.dimensions().layers(); i++) {
            layers.add(stack.layerTensors(i).stream()
                    .map(tensor -> constant(tensor, owner))
                    .toList());
        }
        this.finalNorm = constant(stack.finalNorm(), owner);
        this.head = constant(stack.head().get(0), owner);
        this.noBias = constant(stack.head().get(1), owner);
    }

    /**
     * Makes the recorded side of a stack.
     *
     * @param owner owns the references to the stack's weights
     */
    public static RecordedDecoder of(TorchRuntime runtime, DecoderStack stack, TensorScope owner) {
        if (stack.hasRecurrent()) {
            throw new UnsupportedModelException(
                    "Layers of this model remember a state, and no history of that is kept: its"
                            + " modules cannot be trained here; train one for a model whose layers all attend");
        }
        return new RecordedDecoder(runtime, stack, owner);
    }

    /** A tensor of the stack, such as a cache or word embeddings, as a constant of the recorded rows: the same memory. */
    public NDArray constant(NDArray tensor, TensorScope scope) {
        return gradients.constant(tensor, scope);
    }

    /** The rotary tables of positions {@code [rows of positions, count]}, for {@link #layer}. */
    public RotaryEmbedding.Tables rotary(NDArray positions, TensorScope scope) {
        RotaryEmbedding.Tables tables = stack.rotary(positions, scope);
        return new RotaryEmbedding.Tables(constant(tables.cosine(), scope), constant(tables.sine(), scope));
    }

    /** The rows that start: glimpse vectors {@code [length, hidden]}, then constant rows of an answer in the compute type. */
    public NDArray rows(NDArray vectors, NDArray answer, TensorScope scope) {
        return graph.record("join_rows").with(vectors).with(answer).run(scope);
    }

    /** The rows with vectors {@code [length, hidden]} added to the first of them. */
    public NDArray addInFront(NDArray rows, NDArray vectors, TensorScope scope) {
        return graph.record("add_in_front").with(rows).with(vectors).run(scope);
    }

    /**
     * Runs rows through one layer, behind the prompt.
     *
     * @param rows {@code [count, hidden]}
     * @param tables of the rows' own positions
     * @param keys of the prompt, a constant {@code [kvHeads, capacity, headDim]}
     * @param values like {@code keys}
     * @param promptRows rows of the prompt that count
     */
    public LayerOutput layer(
            int index,
            NDArray rows,
            RotaryEmbedding.Tables tables,
            NDArray keys,
            NDArray values,
            int promptRows,
            TensorScope scope) {
        List<NDArray> results = graph.record("rows_behind")
                .with(rows)
                .with(tables.cosine())
                .with(tables.sine())
                .with(keys)
                .with(values)
                .with(promptRows)
                .with(layers.get(index))
                .with(stack.dimensions().heads())
                .with(stack.dimensions().normEps())
                .runForList(scope);
        return new LayerOutput(results.get(0), results.get(1));
    }

    /**
     * The attention of one of the rows to chosen keys, head by head.
     *
     * @param row counts from the first of the rows
     * @param chosen rows of the prompt, {@code [chosen]}
     * @return {@code [chosen, heads]} float32
     */
    public NDArray attentionOfRow(
            LayerOutput output, int row, NDArray chosen, DecoderStack.ScoreForm form, TensorScope scope) {
        return graph.record("read_of_row")
                .with(output.scores())
                .with(row)
                .with(chosen)
                .with(form == DecoderStack.ScoreForm.LOG_SOFTMAX)
                .run(scope);
    }

    /** The logits after {@code count} of the rows: {@code [count, vocab]} float32. */
    public NDArray logits(NDArray rows, int first, int count, TensorScope scope) {
        return graph.record("logits_of_rows")
                .with(rows)
                .with(first)
                .with(count)
                .with(finalNorm)
                .with(head)
                .with(noBias)
                .with(stack.dimensions().normEps())
                .run(scope);
    }

    @Override
    public void close() {
        graph.close();
        gradients.close();
    }
}
