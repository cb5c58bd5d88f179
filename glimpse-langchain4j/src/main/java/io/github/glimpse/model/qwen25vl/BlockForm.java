package io.github.glimpse.model.qwen25vl;

import io.github.glimpse.engine.WeightNames;
import io.github.glimpse.engine.WeightPath;

/**
 * What towers of Qwen2-VL and Qwen2.5-VL do not share: norms, and the MLP of a block. The sums {@code block_norm} and {@code block_mlp}
 * stand in {@code blocks.torch} beside the class, which names the weights that they take.
 */
public interface BlockForm {

    /** Weights of a block, of the kind {@code QwenBlock}: {@code norm1}, {@code qkv}, {@code proj}, {@code norm2} and the MLP's. */
    WeightNames block();

    /** Weights of the merger, of the kind {@code QwenMerger}: {@code norm}, {@code mlp_0}, {@code mlp_2}. */
    WeightNames merger();

    /** Fills in norms and MLP of a block. */
    void fillBlock(WeightNames.Filling filling, WeightPath block, QwenVision config);

    /** Fills in the norm of the merger. */
    void fillMerger(WeightNames.Filling filling, WeightPath merger, QwenVision config);
}
