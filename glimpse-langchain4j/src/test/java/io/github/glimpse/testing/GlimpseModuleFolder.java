package io.github.glimpse.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** Tensors and settings of a GlimpsePrune module that fits a model, with the settings of the released training recipe. */
final class GlimpseModuleFolder {

    private static final int FUSER_HEADS = 4;

    private GlimpseModuleFolder() {}

    static List<PlannedTensor> plan(ModelShape shape) {
        long hidden = shape.decoder().hidden();
        long width = shape.module().fuserWidth();
        long condition = shape.module().conditionWidth();
        int depth = shape.tower().selectedLayers().size();
        TensorPlan plan = new TensorPlan();
        plan.linearWithBias("attn_fuser.attn_in_proj", width, shape.decoder().heads());
        for (int layer = 0; layer < depth; layer++) {
            String path = "attn_fuser.layers." + layer + ".";
            plan.linearWithBias(
                            "attn_fuser.cond_in_projs." + layer,
                            condition,
                            shape.tower().hidden())
                    .norm(path + "norm1", width)
                    .linear(path + "attn.q_proj", width + condition, width + condition)
                    .linear(path + "attn.k_proj", width + condition, width + condition)
                    .linear(path + "attn.v_proj", width, width)
                    .linear(path + "attn.o_proj", width, width)
                    .norm(path + "norm2", width)
                    .linearWithBias(path + "mlp.gate_proj", 2 * width, width)
                    .linearWithBias(path + "mlp.up_proj", 2 * width, width)
                    .linearWithBias(path + "mlp.down_proj", width, 2 * width);
        }
        plan.linearWithBias("attn_fuser.attn_out_projs." + (depth - 1), 1, width)
                .random("learnable_embeddings", shape.decoder().layers(), 1, hidden)
                .linearWithBias("le_proj", hidden, hidden)
                .norm("le_norm", hidden);
        return plan.tensors();
    }

    /** {@code config.json}: the base model's settings in the form of the module's own code, and the module's. */
    static ObjectNode config(ModelShape shape, JsonNode source) {
        ObjectNode config = Json.object();
        if (shape.family() == ModelShape.Family.QWEN25_VL) {
            putQwen(config, shape, source);
        } else {
            putLlava(config, shape);
        }
        config.put("tie_word_embeddings", shape.tied());
        config.put("torch_dtype", Json.dtype(shape));
        config.putArray("anchor_positions");
        config.put("attn_fuse_hidden_act", "silu")
                .put("attn_fuse_num_heads", FUSER_HEADS)
                .put("attn_fuse_size", shape.module().fuserWidth())
                .put("attn_fuse_type", "AttnFuserV1")
                .put("deep_supervision", false)
                .put("le_dropout_prob", 0.1)
                .put("le_length", 1)
                .putNull("max_remain_ratio")
                .put("min_remain_num", 1)
                .put("ori_attn_supervision", false)
                .put("reduce_layer", shape.reduceLayer())
                .put("reduce_threshold", 0.5)
                .put("use_ref_masks", false)
                .put("use_zero_masks", false)
                .put("visual_cond_size", shape.module().conditionWidth());
        ArrayNode glimpseLayers = config.putArray("le_layers");
        for (int layer = 0; layer < shape.decoder().layers(); layer++) {
            glimpseLayers.add(layer);
        }
        config.putArray("selected_layers").add(shape.reduceLayer());
        shape.tower().selectedLayers().forEach(config.putArray("selected_visual_layers")::add);
        return config;
    }

    private static void putQwen(ObjectNode config, ModelShape shape, JsonNode source) {
        config.put("model_type", "qwen2_5_vl_gp");
        config.set("image_token_id", source.path("image_token_id"));
        QwenFolder.putDecoder(config, shape, source);
        QwenFolder.putTower(config.putObject("vision_config"), shape);
        config.put("attn_fuse_global", true).put("le_norm_type", "rmsnorm").put("use_attention_logits", true);
    }

    private static void putLlava(ObjectNode config, ModelShape shape) {
        config.put("model_type", "llava_llama_gp")
                .put("hidden_act", "silu")
                .put("hidden_size", shape.decoder().hidden())
                .put("image_aspect_ratio", "pad")
                .put("intermediate_size", shape.decoder().intermediate())
                .put("mm_hidden_size", shape.tower().hidden())
                .put("mm_projector_type", "mlp2x_gelu")
                .put("mm_vision_select_layer", -2)
                .put("num_attention_heads", shape.decoder().heads())
                .put("num_hidden_layers", shape.decoder().layers())
                .put("num_key_value_heads", shape.decoder().kvHeads())
                .put("rms_norm_eps", 1e-5)
                .put("rope_theta", 10_000.0)
                .put("use_attention_logits", false)
                .put("vocab_size", shape.decoder().vocabulary());
    }
}
