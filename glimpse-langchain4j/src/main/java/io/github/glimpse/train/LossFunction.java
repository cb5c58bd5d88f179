package io.github.glimpse.train;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.TensorScope;

/** What one sample, or one batch of them, costs. */
@FunctionalInterface
public interface LossFunction {

    /**
     * Computes a loss with recorded calls.
     *
     * @param sample counts the calls of the run from 0; who draws or shuffles by this number alone gets the same data after a
     *     resume
     * @param scope owns everything that is made; it is closed after the gradients were taken
     * @param figures takes further numbers for the curves
     * @return one number, with its history
     */
    NDArray loss(long sample, TensorScope scope, Figures figures);
}
