package io.github.glimpse.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** Tensors and settings of LLaVA-1.5, by the names of the {@code llava-hf} conversions and of later releases. */
final class LlavaFolder {

    private LlavaFolder() {}

    static List<PlannedTensor> plan(ModelShape shape) {
        boolean prefixed = shape.keys() == KeyLayout.NEWER;
        String top = prefixed ? "model." : "";
        TensorPlan plan = new TensorPlan();
        planTower(
                plan, shape, top + (shape.keys() == KeyLayout.NEWEST ? "vision_tower." : "vision_tower.vision_model."));
        plan.linearWithBias(
                        top + "multi_modal_projector.linear_1",
                        shape.decoder().hidden(),
                        shape.tower().hidden())
                .linearWithBias(
                        top + "multi_modal_projector.linear_2",
                        shape.decoder().hidden(),
                        shape.decoder().hidden());
        DecoderTensors.plan(plan, shape, prefixed ? "model.language_model." : "language_model.model.", false);
        if (!shape.tied()) {
            plan.linear(
                    prefixed ? "lm_head" : "language_model.lm_head",
                    shape.decoder().vocabulary(),
                    shape.decoder().hidden());
        }
        return plan.tensors();
    }

    private static void planTower(TensorPlan plan, ModelShape shape, String tower) {
        int hidden = shape.tower().hidden();
        int inner = shape.tower().intermediate();
        plan.random(tower + "embeddings.class_embedding", hidden)
                .random(tower + "embeddings.patch_embedding.weight", hidden, 3, ModelShape.PATCH, ModelShape.PATCH)
                .random(tower + "embeddings.position_embedding.weight", imageTokens(shape) + 1L, hidden)
                .normWithBias(tower + "pre_layrnorm", hidden);
        for (int layer = 0; layer < shape.tower().layers(); layer++) {
            String path = tower + "encoder.layers." + layer + ".";
            plan.linearWithBias(path + "self_attn.k_proj", hidden, hidden)
                    .linearWithBias(path + "self_attn.v_proj", hidden, hidden)
                    .linearWithBias(path + "self_attn.q_proj", hidden, hidden)
                    .linearWithBias(path + "self_attn.out_proj", hidden, hidden)
                    .normWithBias(path + "layer_norm1", hidden)
                    .linearWithBias(path + "mlp.fc1", inner, hidden)
                    .linearWithBias(path + "mlp.fc2", hidden, inner)
                    .normWithBias(path + "layer_norm2", hidden);
        }
        plan.normWithBias(tower + "post_layernorm", hidden);
    }

    /** {@code config.json}; ids of special tokens are those of {@code source}, the model whose tokenizer is used. */
    static ObjectNode config(ModelShape shape, JsonNode source) {
        ObjectNode config = Json.object();
        config.putArray("architectures").add("LlavaForConditionalGeneration");
        config.put("ignore_index", -100).put("model_type", "llava");
        config.set("image_token_index", source.path("image_token_index"));
        config.set("pad_token_id", source.path("pad_token_id"));
        config.put("projector_hidden_act", "gelu");
        putDecoder(config.putObject("text_config"), shape);
        config.put("tie_word_embeddings", shape.tied());
        config.put(Json.dtypeKey(shape), Json.dtype(shape));
        putTower(config.putObject("vision_config"), shape);
        config.put("vision_feature_layer", -2).put("vision_feature_select_strategy", "default");
        if (shape.keys() == KeyLayout.RELEASED) {
            config.put("vocab_size", shape.decoder().vocabulary());
        } else {
            config.put("image_seq_length", imageTokens(shape)).put("multimodal_projector_bias", true);
        }
        return config;
    }

    /** The released file leaves out what equals the library's defaults, which are those of the 7B model. */
    private static void putDecoder(ObjectNode text, ModelShape shape) {
        text.put("model_type", "llama")
                .put("max_position_embeddings", 4096)
                .put("rms_norm_eps", 1e-5)
                .put("vocab_size", shape.decoder().vocabulary());
        putUnlessDefault(text, shape, "hidden_size", shape.decoder().hidden(), 4096);
        putUnlessDefault(text, shape, "intermediate_size", shape.decoder().intermediate(), 11_008);
        putUnlessDefault(text, shape, "num_hidden_layers", shape.decoder().layers(), 32);
        putUnlessDefault(text, shape, "num_attention_heads", shape.decoder().heads(), 32);
        putUnlessDefault(
                text,
                shape,
                "num_key_value_heads",
                shape.decoder().kvHeads(),
                shape.decoder().heads());
        if (shape.keys() == KeyLayout.RELEASED) {
            text.put("torch_dtype", Json.dtype(shape));
        } else {
            text.put("head_dim", shape.decoder().headDim())
                    .put("hidden_act", "silu")
                    .put("attention_bias", false);
        }
        if (shape.keys() == KeyLayout.NEWER) {
            text.put("rope_theta", 10_000.0).putNull("rope_scaling");
        }
        if (shape.keys() == KeyLayout.NEWEST) {
            text.putObject("rope_parameters").put("rope_theta", 10_000.0).put("rope_type", "default");
        }
    }

    private static void putUnlessDefault(ObjectNode text, ModelShape shape, String key, int value, int defaultValue) {
        if (value != defaultValue || shape.keys() != KeyLayout.RELEASED) {
            text.put(key, value);
        }
    }

    private static void putTower(ObjectNode vision, ModelShape shape) {
        vision.put("hidden_size", shape.tower().hidden())
                .put("image_size", shape.tower().imageSide())
                .put("intermediate_size", shape.tower().intermediate())
                .put("model_type", "clip_vision_model")
                .put("num_attention_heads", shape.tower().heads())
                .put("num_hidden_layers", shape.tower().layers())
                .put("patch_size", ModelShape.PATCH)
                .put("projection_dim", 768);
    }

    static int imageTokens(ModelShape shape) {
        int side = shape.tower().imageSide() / ModelShape.PATCH;
        return side * side;
    }
}
