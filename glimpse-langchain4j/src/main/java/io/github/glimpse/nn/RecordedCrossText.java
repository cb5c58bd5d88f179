package io.github.glimpse.nn;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.Gradients;
import io.github.glimpse.engine.Graph;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.engine.TorchRuntime;
import java.util.ArrayList;
import java.util.List;

/**
 * A {@link CrossTextStack} whose weights are frozen, for rows behind a text that gradients pass through: glimpse tokens. The text
 * runs once through the stack and leaves its keys and values; since no row of a text sees what lies behind it, only the few new
 * rows keep a history.
 *
 * <p>The stack's weights must not be packed: packed products have no gradient. They are read where they lie, not copied. For
 * one thread.
 */
public final class RecordedCrossText implements AutoCloseable {

    /**
     * What a layer makes of the rows.
     *
     * @param rows {@code [count, hidden]}
     * @param scores scaled products of their cross-attention before the softmax, {@code [heads, count, image rows]} float32
     */
    public record LayerOutput(NDArray rows, NDArray scores) {}

    private final CrossTextStack stack;
    private final Graph graph;
    private final Gradients gradients;
    private final List<List<NDArray>> layers = new ArrayList<>();

    private RecordedCrossText(TorchRuntime runtime, CrossTextStack stack, TensorScope owner) {
        this.stack = stack;
        this.gradients = Gradients.open(runtime);
        this.graph = Graph.named("recorded text with cross-attention")
                .with(DecoderStack.class, "linear")
                .with(DecoderStack.class, "norms")
                .with(DecoderStack.class, "attention")
                .with(DecoderStack.class, "activation")
                .with(CrossTextStack.class, "recorded_cross", CrossTextStack.LAYER)
                .compile(runtime);
        for (int i = 0; i < stack.shape().layers(); i++) {
            layers.add(stack.layerTensors(i).stream()
                    .map(tensor -> constant(tensor, owner))
                    .toList());
        }
    }

    /**
     * Makes the recorded side of a stack.
     *
     * @param owner owns the references to the stack's weights
     */
    public static RecordedCrossText of(TorchRuntime runtime, CrossTextStack stack, TensorScope owner) {
        return new RecordedCrossText(runtime, stack, owner);
    }

    /** A tensor that the stack or the tower made, as a constant of the recorded rows: the same memory. */
    public NDArray constant(NDArray tensor, TensorScope scope) {
        return gradients.constant(tensor, scope);
    }

    /** The rows with vectors {@code [count, hidden]} added. */
    public NDArray add(NDArray rows, NDArray vectors, TensorScope scope) {
        return graph.record("add_vectors").with(rows).with(vectors).run(scope);
    }

    /**
     * Runs rows through one layer, behind the text.
     *
     * @param rows {@code [count, hidden]}
     * @param text keys and values of the text in this layer
     * @param textRows rows of the text
     * @param image what this layer attends to, the class row first
     */
    public LayerOutput layer(
            int index, NDArray rows, TextCache text, int textRows, CrossKeyValues image, TensorScope scope) {
        CrossTextShape shape = stack.shape();
        long[] numbers = {shape.heads(), activationCode(shape.activation()), textRows, image.count()};
        List<NDArray> results = graph.record("rows_behind_text")
                .with(rows)
                .with(constant(text.keys(), scope))
                .with(constant(text.values(), scope))
                .with(image.pair().stream()
                        .map(tensor -> constant(tensor, scope))
                        .toList())
                .with(layers.get(index))
                .with(scope.longs(numbers, numbers.length))
                .with(shape.eps())
                .runForList(scope);
        return new LayerOutput(results.get(0), results.get(1));
    }

    /** The place of the activation in the text's list of names. */
    private static int activationCode(Activation activation) {
        return switch (activation) {
            case SILU -> 0;
            case GELU -> 1;
            case GELU_TANH -> 2;
            case QUICK_GELU -> 3;
            case RELU -> 4;
        };
    }

    /**
     * The attention of one of the rows to the patches, head by head.
     *
     * @return {@code [patches, heads]} float32
     */
    public NDArray attentionOfRow(LayerOutput output, int row, TensorScope scope) {
        return graph.record("cross_attention_of_row")
                .with(output.scores())
                .with(row)
                .run(scope);
    }

    @Override
    public void close() {
        graph.close();
        gradients.close();
    }
}
