package io.github.glimpse.nn;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.TensorList;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.engine.WeightPath;
import io.github.glimpse.engine.Weights;
import java.util.ArrayList;
import java.util.List;

/**
 * From rows of a {@link CrossTextStack} to words: a linear layer, activation, norm, and the product with the word table, which
 * the checkpoint may hold a second time. Safe for concurrent use.
 */
public final class WordHead implements AutoCloseable {

    private final CrossTextStack stack;
    private final TensorList tensors;

    private WordHead(CrossTextStack stack, TensorList tensors) {
        this.stack = stack;
        this.tensors = tensors;
    }

    /**
     * Loads a head.
     *
     * @param predictions path above {@code transform} and {@code decoder}
     * @param wordTable path of the word table, which serves where {@code decoder.weight} is not stored
     */
    public static WordHead load(CrossTextStack stack, Weights weights, String predictions, String wordTable) {
        CrossTextShape shape = stack.shape();
        int hidden = shape.hidden();
        WeightPath path = weights.at(predictions);
        List<NDArray> tensors = new ArrayList<>();
        path.at("transform.dense").addLinearForFewRowsTo(tensors, hidden, hidden);
        CrossTextStack.addNormTo(tensors, path.at("transform.LayerNorm"), hidden);
        boolean own = path.has("decoder.weight");
        tensors.add((own ? path.at("decoder") : weights.at(wordTable)).matrixForFewRows(shape.vocabulary(), hidden));
        // One vector under two names; files hold one of them or both.
        tensors.add(
                path.has("bias")
                        ? path.plain("bias", shape.vocabulary())
                        : path.at("decoder").plain("bias", shape.vocabulary()));
        return new WordHead(stack, TensorList.of(tensors));
    }

    /** The logits after each row: {@code [rows, vocab]} float32, owned by {@code scope}. */
    public NDArray logits(NDArray hidden, TensorScope scope) {
        return stack.graph()
                .call("text_logits")
                .with(hidden)
                .with(tensors)
                .with(stack.shape().activation().label())
                .with(stack.shape().eps())
                .run(scope);
    }

    @Override
    public void close() {
        tensors.close();
    }
}
