package io.github.glimpse.testing;

import java.util.List;

/**
 * The sizes of a model of a further family, and its tensors by the names of the family's fixture.
 *
 * @param fixture folder of the family's fixture, whose settings are taken
 */
record FamilyShape(String fixture, Decoder decoder, Tower tower) {

    static final int SMOLVLM_MERGE = 4;
    static final int QWEN_PLACES = 2_304;
    static final List<Integer> DEEPSTACK = List.of(5, 11, 17);

    private static final int QWEN_MERGE = 2;
    private static final int QWEN_FRAMES = 2;

    /** The language model. */
    record Decoder(
            int hidden,
            int layers,
            int heads,
            int kvHeads,
            int headDim,
            int intermediate,
            int vocabulary,
            boolean tied) {}

    /**
     * The vision tower.
     *
     * @param side of its picture, 0 if that is of any size
     */
    record Tower(int hidden, int layers, int heads, int intermediate, int side, int patch) {}

    FamilyShape withMostLayers(int most) {
        return new FamilyShape(
                fixture,
                new Decoder(
                        decoder.hidden,
                        Math.min(most, decoder.layers),
                        decoder.heads,
                        decoder.kvHeads,
                        decoder.headDim,
                        decoder.intermediate,
                        decoder.vocabulary,
                        decoder.tied),
                tower);
    }

    boolean isQwen() {
        return fixture.startsWith("qwen");
    }

    boolean isSmolVlm() {
        return fixture.startsWith("smolvlm");
    }

    private boolean isOneVision() {
        return fixture.startsWith("llava_onevision");
    }

    List<PlannedTensor> plan() {
        TensorPlan plan = new TensorPlan();
        if (isQwen()) {
            planDecoder(plan, "model.language_model.", "lm_head");
            planQwenTower(plan);
        } else if (isSmolVlm()) {
            planDecoder(plan, "model.text_model.", "lm_head");
            planTower(plan, "model.vision_model.", true);
            long group = (long) SMOLVLM_MERGE * SMOLVLM_MERGE * tower.hidden;
            plan.linear("model.connector.modality_projection.proj", decoder.hidden, group);
        } else {
            planDecoder(plan, "language_model.model.", "language_model.lm_head");
            planTower(plan, "vision_tower.", isOneVision());
            plan.linearWithBias("multi_modal_projector.linear_1", decoder.hidden, tower.hidden)
                    .linearWithBias("multi_modal_projector.linear_2", decoder.hidden, decoder.hidden)
                    .random("image_newline", decoder.hidden);
        }
        return plan.tensors();
    }

    private void planDecoder(TensorPlan plan, String prefix, String head) {
        long queries = (long) decoder.heads * decoder.headDim;
        long keys = (long) decoder.kvHeads * decoder.headDim;
        plan.random(prefix + "embed_tokens.weight", decoder.vocabulary, decoder.hidden);
        for (int layer = 0; layer < decoder.layers; layer++) {
            String path = prefix + "layers." + layer + ".";
            plan.norm(path + "input_layernorm", decoder.hidden)
                    .linear(path + "self_attn.q_proj", queries, decoder.hidden)
                    .linear(path + "self_attn.k_proj", keys, decoder.hidden)
                    .linear(path + "self_attn.v_proj", keys, decoder.hidden)
                    .linear(path + "self_attn.o_proj", decoder.hidden, queries)
                    .norm(path + "post_attention_layernorm", decoder.hidden)
                    .linear(path + "mlp.gate_proj", decoder.intermediate, decoder.hidden)
                    .linear(path + "mlp.up_proj", decoder.intermediate, decoder.hidden)
                    .linear(path + "mlp.down_proj", decoder.hidden, decoder.intermediate);
            if (isOneVision()) {
                plan.random(path + "self_attn.q_proj.bias", queries)
                        .random(path + "self_attn.k_proj.bias", keys)
                        .random(path + "self_attn.v_proj.bias", keys);
            }
            if (isQwen()) {
                plan.norm(path + "self_attn.q_norm", decoder.headDim).norm(path + "self_attn.k_norm", decoder.headDim);
            }
        }
        plan.norm(prefix + "norm", decoder.hidden);
        if (!decoder.tied) {
            plan.linear(head, decoder.vocabulary, decoder.hidden);
        }
    }

    /** CLIP's, or SigLIP's. */
    private void planTower(TensorPlan plan, String prefix, boolean siglip) {
        long hidden = tower.hidden;
        long side = tower.side / tower.patch;
        plan.random(prefix + "embeddings.patch_embedding.weight", hidden, 3, tower.patch, tower.patch)
                .random(prefix + "embeddings.position_embedding.weight", side * side + (siglip ? 0 : 1), hidden);
        if (siglip) {
            plan.random(prefix + "embeddings.patch_embedding.bias", hidden);
        } else {
            plan.random(prefix + "embeddings.class_embedding", hidden).normWithBias(prefix + "pre_layrnorm", hidden);
        }
        for (int layer = 0; layer < tower.layers; layer++) {
            String path = prefix + "encoder.layers." + layer + ".";
            for (String name : List.of("q_proj", "k_proj", "v_proj", "out_proj")) {
                plan.linearWithBias(path + "self_attn." + name, hidden, hidden);
            }
            plan.normWithBias(path + "layer_norm1", hidden)
                    .normWithBias(path + "layer_norm2", hidden)
                    .linearWithBias(path + "mlp.fc1", tower.intermediate, hidden)
                    .linearWithBias(path + "mlp.fc2", hidden, tower.intermediate);
        }
        plan.normWithBias(prefix + "post_layernorm", hidden);
    }

    private void planQwenTower(TensorPlan plan) {
        String prefix = "model.visual.";
        long hidden = tower.hidden;
        plan.random(prefix + "patch_embed.proj.weight", hidden, 3, QWEN_FRAMES, tower.patch, tower.patch)
                .random(prefix + "patch_embed.proj.bias", hidden)
                .random(prefix + "pos_embed.weight", QWEN_PLACES, hidden);
        for (int layer = 0; layer < tower.layers; layer++) {
            String block = prefix + "blocks." + layer + ".";
            plan.normWithBias(block + "norm1", hidden)
                    .normWithBias(block + "norm2", hidden)
                    .linearWithBias(block + "attn.qkv", 3 * hidden, hidden)
                    .linearWithBias(block + "attn.proj", hidden, hidden)
                    .linearWithBias(block + "mlp.linear_fc1", tower.intermediate, hidden)
                    .linearWithBias(block + "mlp.linear_fc2", hidden, tower.intermediate);
        }
        long group = QWEN_MERGE * QWEN_MERGE * hidden;
        planMerger(plan, prefix + "merger.", hidden, group);
        for (int i = 0; i < DEEPSTACK.size(); i++) {
            planMerger(plan, prefix + "deepstack_merger_list." + i + ".", group, group);
        }
    }

    private void planMerger(TensorPlan plan, String path, long normed, long group) {
        plan.normWithBias(path + "norm", normed)
                .linearWithBias(path + "linear_fc1", group, group)
                .linearWithBias(path + "linear_fc2", decoder.hidden, group);
    }
}
