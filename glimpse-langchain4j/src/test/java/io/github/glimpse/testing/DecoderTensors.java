package io.github.glimpse.testing;

/** The tensors that the language models of both families share by name. */
final class DecoderTensors {

    private DecoderTensors() {}

    /** Embedding, layers and last norm below {@code prefix}; biases on q, k and v only where asked. */
    static void plan(TensorPlan plan, ModelShape shape, String prefix, boolean biases) {
        long hidden = shape.decoder().hidden();
        long kvWidth = (long) shape.decoder().kvHeads() * shape.decoder().headDim();
        plan.random(prefix + "embed_tokens.weight", shape.decoder().vocabulary(), hidden);
        for (int layer = 0; layer < shape.decoder().layers(); layer++) {
            String path = prefix + "layers." + layer + ".";
            plan.norm(path + "input_layernorm", hidden);
            planProjection(plan, path + "self_attn.q_proj", hidden, hidden, biases);
            planProjection(plan, path + "self_attn.k_proj", kvWidth, hidden, biases);
            planProjection(plan, path + "self_attn.v_proj", kvWidth, hidden, biases);
            plan.linear(path + "self_attn.o_proj", hidden, hidden)
                    .norm(path + "post_attention_layernorm", hidden)
                    .linear(path + "mlp.gate_proj", shape.decoder().intermediate(), hidden)
                    .linear(path + "mlp.up_proj", shape.decoder().intermediate(), hidden)
                    .linear(path + "mlp.down_proj", hidden, shape.decoder().intermediate());
        }
        plan.norm(prefix + "norm", hidden);
    }

    private static void planProjection(TensorPlan plan, String path, long out, long in, boolean bias) {
        if (bias) {
            plan.linearWithBias(path, out, in);
        } else {
            plan.linear(path, out, in);
        }
    }
}
