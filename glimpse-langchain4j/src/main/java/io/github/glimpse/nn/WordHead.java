package io.github.glimpse.nn;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.TensorList;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.engine.WeightNames;
import io.github.glimpse.engine.WeightPath;
import io.github.glimpse.engine.Weights;
import java.util.List;

/**
 * From rows of a {@link CrossTextStack} to words: a linear layer, activation, norm, and the product with the word table, which
 * the checkpoint may hold a second time. Safe for concurrent use.
 */
public final class WordHead implements AutoCloseable {

    static final WeightNames NAMES = WeightNames.of("WordHead").withBias("transform", "norm", "words");

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
        WeightPath words = path.has("decoder.weight") ? path.at("decoder") : weights.at(wordTable);
        // One vector under two names; files hold one of them or both.
        WeightPath bias = path.has("bias") ? path : path.at("decoder");
        List<NDArray> tensors = NAMES.fill()
                .with("transform", path.at("transform.dense").linearForFewRows(hidden, hidden))
                .with("norm", path.at("transform.LayerNorm").norm(hidden))
                .with(
                        "words",
                        List.of(
                                words.matrixForFewRows(shape.vocabulary(), hidden),
                                bias.plain("bias", shape.vocabulary())))
                .tensors();
        return new WordHead(stack, weights.list(tensors));
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
