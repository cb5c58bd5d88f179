package io.github.glimpse.model.qwen25vl;

import io.github.glimpse.engine.WeightNames;
import io.github.glimpse.engine.WeightPath;

/** Qwen2.5-VL: RMS norms and an MLP with a gate. */
final class GatedBlocks implements BlockForm {

    @Override
    public WeightNames block() {
        return WeightNames.of("QwenBlock")
                .one("norm1")
                .products("qkv", "proj")
                .one("norm2")
                .products("gate", "up", "down");
    }

    @Override
    public WeightNames merger() {
        return WeightNames.of("QwenMerger").one("norm").withBias("mlp_0", "mlp_2");
    }

    @Override
    public void fillBlock(WeightNames.Filling filling, WeightPath block, QwenVision config) {
        int hidden = config.hidden();
        int inner = config.intermediate();
        WeightPath gate = block.at("mlp.gate_proj");
        filling.with("norm1", block.at("norm1").plain("weight", hidden))
                .with("norm2", block.at("norm2").plain("weight", hidden))
                .with("gate", gate.product(inner, hidden))
                .with("up", block.at("mlp.up_proj").productSharing(gate, inner, hidden))
                .with("down", block.at("mlp.down_proj").product(hidden, inner));
    }

    @Override
    public void fillMerger(WeightNames.Filling filling, WeightPath merger, QwenVision config) {
        filling.with("norm", merger.at("ln_q").plain("weight", config.hidden()));
    }
}
