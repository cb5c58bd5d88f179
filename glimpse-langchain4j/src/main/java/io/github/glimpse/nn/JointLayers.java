package io.github.glimpse.nn;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.TensorScope;
import java.util.function.Function;

/**
 * Runs rows of a prompt through layers, together with those of other prompts that come to the same layer.
 *
 * @param layer the rows behind the layer: {@code [padded, hidden]}
 * @param logits those after a row: {@code [vocab]} float32
 */
public record JointLayers(Function<Part, NDArray> layer, Function<Last, NDArray> logits) {

    /**
     * A prompt's share of a layer.
     *
     * @param layer its number
     * @param hidden {@code [padded, hidden]}; not changed
     * @param rows how many of them count
     * @param tables of these rows
     * @param cache gets their keys and values behind its length, which stays
     * @param owner of what comes of it
     */
    public record Part(
            int layer, NDArray hidden, int rows, RotaryEmbedding.Tables tables, KvCache cache, TensorScope owner) {

        /** Rows, those of padding among them. */
        int padded() {
            return Math.toIntExact(hidden.getShape().get(0));
        }
    }

    /**
     * A prompt's share of the head.
     *
     * @param hidden {@code [padded, hidden]}; not changed
     * @param row whose logits are asked for
     * @param owner of what comes of it
     */
    public record Last(NDArray hidden, int row, TensorScope owner) {}
}
