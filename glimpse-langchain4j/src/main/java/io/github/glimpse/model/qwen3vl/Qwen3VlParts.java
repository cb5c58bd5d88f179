package io.github.glimpse.model.qwen3vl;

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
 * @param embedding weights of the patches and the table of their positions
 * @param blocks weights by block
 * @param merger weights of the merger
 * @param deepstack weights of the mergers behind some of the blocks, in their order
 */
record Qwen3VlParts(
        Qwen3VisionConfig config,
        Graph graph,
        Dtype dtype,
        RotaryEmbedding rotary,
        TensorList embedding,
        List<TensorList> blocks,
        TensorList merger,
        List<TensorList> deepstack)
        implements AutoCloseable {

    /** Fixed in the reference, not in any configuration. */
    static final double EPS = 1e-6;

    @Override
    public void close() {
        embedding.close();
        blocks.forEach(TensorList::close);
        merger.close();
        deepstack.forEach(TensorList::close);
        graph.close();
    }
}
