package io.github.glimpse.train;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.TensorScope;
import org.jspecify.annotations.Nullable;

/** One sample from picture to loss, as a kind of model does it. */
interface SamplePass extends AutoCloseable {

    /**
     * What came out.
     *
     * @param total the loss, with history
     * @param mask its part of the mask, unweighted
     * @param language its part of the answer, unweighted; 0 without
     * @param logits the deciding row, {@code [imageTokens]}
     * @param target what was wanted, zeros and ones
     */
    record Outcome(NDArray total, float mask, float language, float[] logits, float[] target) {}

    /**
     * Runs a sample.
     *
     * @param dropout factors of the glimpse vectors, null for none
     */
    Outcome run(GlimpseSample sample, float @Nullable [] dropout, TensorScope scope);

    @Override
    void close();
}
