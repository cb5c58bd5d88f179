package io.github.glimpse.model.qwen2vl;

import io.github.glimpse.engine.WeightNames;
import io.github.glimpse.engine.WeightPath;
import io.github.glimpse.model.qwen25vl.BlockForm;
import io.github.glimpse.model.qwen25vl.QwenVision;

/** Layer norms, and an MLP of two matrices with quick GELU between them. */
final class PlainBlocks implements BlockForm {

    @Override
    public WeightNames block() {
        return WeightNames.of("QwenBlock").withBias("norm1", "norm2").products("qkv", "proj", "fc1", "fc2");
    }

    @Override
    public WeightNames merger() {
        return WeightNames.of("QwenMerger").withBias("norm", "mlp_0", "mlp_2");
    }

    @Override
    public void fillBlock(WeightNames.Filling filling, WeightPath block, QwenVision config) {
        int hidden = config.hidden();
        int inner = config.intermediate();
        filling.with("norm1", block.at("norm1").norm(hidden))
                .with("norm2", block.at("norm2").norm(hidden))
                .with("fc1", block.at("mlp.fc1").product(inner, hidden))
                .with("fc2", block.at("mlp.fc2").product(hidden, inner));
    }

    @Override
    public void fillMerger(WeightNames.Filling filling, WeightPath merger, QwenVision config) {
        filling.with("norm", merger.at("ln_q").norm(config.hidden()));
    }
}
