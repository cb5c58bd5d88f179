package io.github.glimpse.model.qwen25vl;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.engine.Dtype;
import io.github.glimpse.engine.Graph;
import io.github.glimpse.engine.TensorList;
import io.github.glimpse.nn.RotaryEmbedding;
import java.util.List;

/**
 * What the tower is made of.
 *
 * @param config its numbers
 * @param graph its sums
 * @param dtype in which it computes
 * @param rotary of a patch's row and column
 * @param projection from a patch's values to its row
 * @param noBias in the place of the projection's bias
 * @param blocks weights by block
 * @param merger weights of the merger
 */
record Qwen25VlParts(
        QwenVision config,
        Graph graph,
        Dtype dtype,
        RotaryEmbedding rotary,
        NDArray projection,
        NDArray noBias,
        List<TensorList> blocks,
        TensorList merger)
        implements AutoCloseable {

    /** Fixed in the reference, not in any configuration. */
    static final double EPS = 1e-6;

    @Override
    public void close() {
        blocks.forEach(TensorList::close);
        merger.close();
        graph.close();
    }
}
