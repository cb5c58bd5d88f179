package io.github.glimpse.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** Tensors and settings of Qwen2.5-VL, by the names of its released checkpoints and of later releases of the library. */
final class QwenFolder {

    private static final List<String> TOKENS = List.of(
            "image_token_id", "video_token_id", "vision_start_token_id", "vision_end_token_id", "vision_token_id");

    private static final int TEMPORAL_PATCH = 2;
    private static final int MERGE = 2;

    private QwenFolder() {}

    static List<PlannedTensor> plan(ModelShape shape) {
        boolean prefixed = shape.keys() == KeyLayout.NEWER;
        TensorPlan plan = new TensorPlan();
        planTower(plan, shape, prefixed ? "model.visual." : "visual.");
        DecoderTensors.plan(plan, shape, prefixed ? "model.language_model." : "model.", true);
        if (!shape.tied()) {
            plan.linear("lm_head", shape.decoder().vocabulary(), shape.decoder().hidden());
        }
        return plan.tensors();
    }

    private static void planTower(TensorPlan plan, ModelShape shape, String tower) {
        int hidden = shape.tower().hidden();
        int inner = shape.tower().intermediate();
        int merged = hidden * MERGE * MERGE;
        plan.random(tower + "patch_embed.proj.weight", hidden, 3, TEMPORAL_PATCH, ModelShape.PATCH, ModelShape.PATCH);
        for (int layer = 0; layer < shape.tower().layers(); layer++) {
            String block = tower + "blocks." + layer + ".";
            plan.norm(block + "norm1", hidden)
                    .norm(block + "norm2", hidden)
                    .linearWithBias(block + "attn.qkv", 3L * hidden, hidden)
                    .linearWithBias(block + "attn.proj", hidden, hidden)
                    .linearWithBias(block + "mlp.gate_proj", inner, hidden)
                    .linearWithBias(block + "mlp.up_proj", inner, hidden)
                    .linearWithBias(block + "mlp.down_proj", hidden, inner);
        }
        plan.norm(tower + "merger.ln_q", hidden)
                .linearWithBias(tower + "merger.mlp.0", merged, merged)
                .linearWithBias(tower + "merger.mlp.2", shape.decoder().hidden(), merged);
    }

    /** {@code config.json}; ids of special tokens are those of {@code source}, the model whose tokenizer is used. */
    static ObjectNode config(ModelShape shape, JsonNode source) {
        ObjectNode config = Json.object();
        config.putArray("architectures").add("Qwen2_5_VLForConditionalGeneration");
        config.put("model_type", "qwen2_5_vl");
        TOKENS.forEach(token -> config.set(token, source.path(token)));
        if (shape.keys() == KeyLayout.RELEASED) {
            putDecoder(config, shape, source);
        } else {
            putDecoder(config.putObject("text_config").put("model_type", "qwen2_5_vl_text"), shape, source);
        }
        config.put("tie_word_embeddings", shape.tied());
        config.put(Json.dtypeKey(shape), Json.dtype(shape));
        putTower(config.putObject("vision_config"), shape);
        return config;
    }

    static void putDecoder(ObjectNode target, ModelShape shape, JsonNode source) {
        target.set("bos_token_id", source.path("bos_token_id"));
        target.set("eos_token_id", source.path("eos_token_id"));
        target.put("attention_dropout", 0.0)
                .put("hidden_act", "silu")
                .put("hidden_size", shape.decoder().hidden())
                .put("initializer_range", 0.02)
                .put("intermediate_size", shape.decoder().intermediate())
                .put("max_position_embeddings", 128_000)
                .put("max_window_layers", shape.decoder().layers())
                .put("num_attention_heads", shape.decoder().heads())
                .put("num_hidden_layers", shape.decoder().layers())
                .put("num_key_value_heads", shape.decoder().kvHeads())
                .put("rms_norm_eps", 1e-6)
                .put("sliding_window", 32_768)
                .put("use_cache", true)
                .put("use_sliding_window", false)
                .put("vocab_size", shape.decoder().vocabulary());
        ObjectNode rope = target.putObject(shape.keys() == KeyLayout.NEWEST ? "rope_parameters" : "rope_scaling");
        shape.decoder().ropeSections().forEach(rope.putArray("mrope_section")::add);
        switch (shape.keys()) {
            case RELEASED -> rope.put("type", "mrope");
            case NEWER -> rope.put("type", "default").put("rope_type", "default");
            case NEWEST ->
                rope.put("type", "default").put("rope_type", "default").put("rope_theta", 1_000_000.0);
        }
        if (shape.keys() != KeyLayout.NEWEST) {
            target.put("rope_theta", 1_000_000.0);
        }
    }

    static void putTower(ObjectNode target, ModelShape shape) {
        target.put("depth", shape.tower().layers())
                .put("hidden_act", "silu")
                .put("hidden_size", shape.tower().hidden())
                .put("in_chans", 3)
                .put("intermediate_size", shape.tower().intermediate())
                .put("model_type", "qwen2_5_vl")
                .put("num_heads", shape.tower().heads())
                .put("out_hidden_size", shape.decoder().hidden())
                .put("patch_size", ModelShape.PATCH)
                .put("spatial_merge_size", MERGE)
                .put("spatial_patch_size", ModelShape.PATCH)
                .put("temporal_patch_size", TEMPORAL_PATCH)
                .put("tokens_per_second", 2)
                .put("window_size", 112);
        shape.tower().fullAttention().forEach(target.putArray("fullatt_block_indexes")::add);
    }
}
