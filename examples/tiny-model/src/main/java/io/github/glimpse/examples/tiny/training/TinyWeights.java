package io.github.glimpse.examples.tiny.training;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.train.Initializer;
import io.github.glimpse.train.ParameterGroup;
import io.github.glimpse.train.TrainableParameters;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/**
 * The model's tensors under the names of its checkpoint. Matrices start with a deviation of {@code 1 / sqrt(fan-in)}, those that
 * write into the residual stream with {@code 1 / sqrt(2 * layers)} of it, the table with 0.1: the 0.02 of large models would
 * drown the words of so narrow a stream.
 */
final class TinyWeights {

    /** The table of the decoder's words. */
    static final String WORDS = "model.embed_tokens.weight";

    private static final double TABLE_DEVIATION = 0.1;
    private static final String[] VISION_BLOCK = {
        "norm1.weight",
        "attn.qkv.weight",
        "attn.qkv.bias",
        "attn.proj.weight",
        "attn.proj.bias",
        "norm2.weight",
        "mlp.gate_proj.weight",
        "mlp.gate_proj.bias",
        "mlp.up_proj.weight",
        "mlp.up_proj.bias",
        "mlp.down_proj.weight",
        "mlp.down_proj.bias"
    };
    private static final String[] MERGER = {"ln_q.weight", "mlp.0.weight", "mlp.0.bias"};
    private static final String[] LAST_PRODUCT = {"mlp.2.weight", "mlp.2.bias"};
    private static final String[] LAYER = {
        "input_layernorm.weight",
        "self_attn.q_proj.weight",
        "self_attn.q_proj.bias",
        "self_attn.k_proj.weight",
        "self_attn.k_proj.bias",
        "self_attn.v_proj.weight",
        "self_attn.v_proj.bias",
        "self_attn.o_proj.weight",
        "post_attention_layernorm.weight",
        "mlp.gate_proj.weight",
        "mlp.up_proj.weight",
        "mlp.down_proj.weight"
    };

    private TinyWeights() {}

    /** Adds the first edition's tower and merger. */
    static void addVision(TrainableParameters parameters, ParameterGroup group) {
        addVision(
                parameters,
                group,
                block -> group,
                TowerSize.embedded(),
                DecoderSize.first().hidden());
    }

    /** Adds the tower and the merger onto rows of a width, each block to a group of its own. */
    static void addVision(
            TrainableParameters parameters,
            ParameterGroup group,
            IntFunction<ParameterGroup> blocks,
            TowerSize size,
            int hidden) {
        addTower(parameters, group, blocks, size);
        linear(parameters, "visual.merger.mlp.2", outer(group), 1, hidden, size.joined());
    }

    /** Adds the tower, and the merger without its last product, which alone knows the decoder's width. */
    static void addTower(
            TrainableParameters parameters, ParameterGroup group, IntFunction<ParameterGroup> blocks, TowerSize size) {
        int width = size.hidden();
        double last = 1 / Math.sqrt(2.0 * TinyShape.VISION_DEPTH);
        parameters.add(
                "visual.patch_embed.proj.weight",
                outer(group),
                Initializer.fanIn(1),
                width,
                TinyShape.CHANNELS,
                TinyShape.TEMPORAL,
                TinyShape.PATCH,
                TinyShape.PATCH);
        for (int i = 0; i < TinyShape.VISION_DEPTH; i++) {
            String block = "visual.blocks." + i + ".";
            ParameterGroup of = blocks.apply(i);
            norm(parameters, block + "norm1", of, width);
            linear(parameters, block + "attn.qkv", of, 1, 3 * width, width);
            linear(parameters, block + "attn.proj", of, last, width, width);
            norm(parameters, block + "norm2", of, width);
            linear(parameters, block + "mlp.gate_proj", of, 1, size.inner(), width);
            linear(parameters, block + "mlp.up_proj", of, 1, size.inner(), width);
            linear(parameters, block + "mlp.down_proj", of, last, width, size.inner());
        }
        norm(parameters, "visual.merger.ln_q", group, width);
        linear(parameters, "visual.merger.mlp.0", group, 1, size.joined(), size.joined());
    }

    /** Adds the first edition's decoder with its table. */
    static void addDecoder(TrainableParameters parameters, ParameterGroup group) {
        addDecoder(parameters, group, group, DecoderSize.first());
    }

    /** Adds a decoder with its table, whose words are a group of their own. */
    static void addDecoder(
            TrainableParameters parameters, ParameterGroup group, ParameterGroup words, DecoderSize size) {
        int width = size.hidden();
        int queries = size.heads() * TinyShape.HEAD_DIM;
        int keys = size.kvHeads() * TinyShape.HEAD_DIM;
        double last = 1 / Math.sqrt(2.0 * size.layers());
        parameters.add(
                WORDS, outer(words).withWeightDecay(0), Initializer.normal(TABLE_DEVIATION), size.vocabulary(), width);
        for (int i = 0; i < size.layers(); i++) {
            String layer = "model.layers." + i + ".";
            norm(parameters, layer + "input_layernorm", group, width);
            linear(parameters, layer + "self_attn.q_proj", group, 1, queries, width);
            linear(parameters, layer + "self_attn.k_proj", group, 1, keys, width);
            linear(parameters, layer + "self_attn.v_proj", group, 1, keys, width);
            matrix(parameters, layer + "self_attn.o_proj", group, last, width, queries);
            norm(parameters, layer + "post_attention_layernorm", group, width);
            matrix(parameters, layer + "mlp.gate_proj", group, 1, size.inner(), width);
            matrix(parameters, layer + "mlp.up_proj", group, 1, size.inner(), width);
            matrix(parameters, layer + "mlp.down_proj", group, last, width, size.inner());
        }
        norm(parameters, "model.norm", group, width);
    }

    /** Whether a tensor is the decoder's words or what symbols are made of. */
    static boolean isWord(String name) {
        return name.equals(WORDS) || name.startsWith("cells.") || name.startsWith("symbols.");
    }

    /** For tensors that turn something else into hidden rows, or back: these learn by AdamW whatever the others do. */
    static ParameterGroup outer(ParameterGroup group) {
        return new ParameterGroup(group.name(), group.rateFactor(), group.weightDecay(), false);
    }

    private static void norm(TrainableParameters parameters, String name, ParameterGroup group, int width) {
        parameters.add(name + ".weight", group, Initializer.ones(), width);
    }

    private static void matrix(
            TrainableParameters parameters, String name, ParameterGroup group, double gain, int out, int in) {
        parameters.add(name + ".weight", group, Initializer.fanIn(gain), out, in);
    }

    static void linear(
            TrainableParameters parameters, String name, ParameterGroup group, double gain, int out, int in) {
        matrix(parameters, name, group, gain, out, in);
        parameters.add(name + ".bias", group, Initializer.zeros(), out);
    }

    /** The tower's tensors in the order of the text {@code vision}. */
    static List<NDArray> vision(TrainableParameters parameters) {
        List<NDArray> tensors = tower(parameters);
        tensors.addAll(parameters.list("visual.merger.", LAST_PRODUCT));
        return tensors;
    }

    /** The same without the last product of the merger. */
    static List<NDArray> tower(TrainableParameters parameters) {
        List<NDArray> tensors = new ArrayList<>();
        tensors.add(parameters.get("visual.patch_embed.proj.weight"));
        for (int i = 0; i < TinyShape.VISION_DEPTH; i++) {
            tensors.addAll(parameters.list("visual.blocks." + i + ".", VISION_BLOCK));
        }
        tensors.addAll(parameters.list("visual.merger.", MERGER));
        return tensors;
    }

    /** The decoder's tensors in the order of the text {@code reading}. */
    static List<NDArray> decoder(TrainableParameters parameters) {
        List<NDArray> tensors = new ArrayList<>();
        tensors.add(parameters.get(WORDS));
        for (int i = 0; parameters.names().contains("model.layers." + i + "." + LAYER[0]); i++) {
            tensors.addAll(parameters.list("model.layers." + i + ".", LAYER));
        }
        tensors.add(parameters.get("model.norm.weight"));
        return tensors;
    }
}
