package io.github.glimpse.nn;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.TensorScope;
import java.util.List;

/**
 * A whole layer of a decoder, norms and MLP included, that remembers a state of fixed size instead of keys and values, such as
 * linear attention. It has no scores of one row for another. Safe for concurrent use: all state is in the arguments.
 */
public interface RecurrentLayer extends AutoCloseable {

    /** The state before the first row, owned by {@code owner}. */
    List<NDArray> start(TensorScope owner);

    /**
     * Runs rows, each after the one before.
     *
     * @param hidden {@code [padded, hidden]}; not changed
     * @param rows how many of them count; those behind are padding, and must not touch the state
     * @param state changed in place
     * @return {@code [padded, hidden]}, owned by {@code scope}; rows past {@code rows} mean nothing, but are finite
     */
    NDArray run(NDArray hidden, int rows, List<NDArray> state, TensorScope scope);

    /** Bytes of its weights, all of which each row reads. */
    long weightBytes();

    /** The decoder closes its layers. */
    @Override
    default void close() {}
}
