package io.github.glimpse.examples.tiny.training;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.train.Initializer;
import io.github.glimpse.train.ParameterGroup;
import io.github.glimpse.train.TrainableParameters;
import java.util.ArrayList;
import java.util.List;

/** The tensors of the tiny CLIP under the names of its checkpoint. First values as in {@link TinyWeights}. */
final class ClipWeights {

    /** Logarithm of the factor of likenesses. */
    static final String SCALE = "logit_scale";

    private static final double DEVIATION = 0.5;
    private static final String EYE = "vision_model.";
    private static final String READER = "text_model.";
    private static final String[] BLOCK = {
        "layer_norm1.weight", "layer_norm1.bias",
        "self_attn.q_proj.weight", "self_attn.q_proj.bias",
        "self_attn.k_proj.weight", "self_attn.k_proj.bias",
        "self_attn.v_proj.weight", "self_attn.v_proj.bias",
        "self_attn.out_proj.weight", "self_attn.out_proj.bias",
        "layer_norm2.weight", "layer_norm2.bias",
        "mlp.fc1.weight", "mlp.fc1.bias",
        "mlp.fc2.weight", "mlp.fc2.bias"
    };

    private ClipWeights() {}

    /** Adds everything. */
    static void addTo(TrainableParameters parameters, ParameterGroup group, int vocabulary) {
        ParameterGroup outer = TinyWeights.outer(group);
        ParameterGroup places = outer.withWeightDecay(0);
        int width = ClipShape.VISION_WIDTH;
        int side = ClipShape.PATCH;
        String patches = EYE + "embeddings.";
        parameters.add(patches + "class_embedding", outer, Initializer.normal(DEVIATION), width);
        parameters.add(
                patches + "patch_embedding.weight", outer, Initializer.fanIn(1), width, ClipShape.CHANNELS, side, side);
        parameters.add(
                patches + "position_embedding.weight",
                places,
                Initializer.normal(DEVIATION),
                ClipShape.PATCHES + 1,
                width);
        norm(parameters, EYE + "pre_layrnorm", group, width);
        blocks(parameters, EYE, group, ClipShape.VISION_DEPTH, width, ClipShape.VISION_INNER);
        norm(parameters, EYE + "post_layernorm", group, width);
        parameters.add("visual_projection.weight", outer, Initializer.fanIn(1), ClipShape.DIMENSION, width);
        int narrow = ClipShape.TEXT_WIDTH;
        String words = READER + "embeddings.";
        parameters.add(words + "token_embedding.weight", places, Initializer.normal(DEVIATION), vocabulary, narrow);
        parameters.add(
                words + "position_embedding.weight",
                places,
                Initializer.normal(DEVIATION),
                ClipShape.POSITIONS,
                narrow);
        blocks(parameters, READER, group, ClipShape.TEXT_DEPTH, narrow, ClipShape.TEXT_INNER);
        norm(parameters, READER + "final_layer_norm", group, narrow);
        parameters.add("text_projection.weight", outer, Initializer.fanIn(1), ClipShape.DIMENSION, narrow);
        parameters.add(SCALE, outer, Initializer.constant((float) ClipShape.SCALE));
    }

    private static void blocks(
            TrainableParameters parameters, String tower, ParameterGroup group, int depth, int width, int inner) {
        double last = 1 / Math.sqrt(2.0 * depth);
        for (int i = 0; i < depth; i++) {
            String block = tower + "encoder.layers." + i + ".";
            norm(parameters, block + "layer_norm1", group, width);
            for (String name : List.of("q_proj", "k_proj", "v_proj")) {
                TinyWeights.linear(parameters, block + "self_attn." + name, group, 1, width, width);
            }
            TinyWeights.linear(parameters, block + "self_attn.out_proj", group, last, width, width);
            norm(parameters, block + "layer_norm2", group, width);
            TinyWeights.linear(parameters, block + "mlp.fc1", group, 1, inner, width);
            TinyWeights.linear(parameters, block + "mlp.fc2", group, last, width, inner);
        }
    }

    private static void norm(TrainableParameters parameters, String name, ParameterGroup group, int width) {
        parameters.add(name + ".weight", group, Initializer.ones(), width);
        parameters.add(name + ".bias", group, Initializer.zeros(), width);
    }

    /** The tower's tensors in the order of the text {@code clip}. */
    static List<NDArray> eye(TrainableParameters parameters) {
        List<NDArray> tensors = new ArrayList<>(parameters.list(
                EYE,
                "embeddings.patch_embedding.weight",
                "embeddings.class_embedding",
                "embeddings.position_embedding.weight",
                "pre_layrnorm.weight",
                "pre_layrnorm.bias",
                "post_layernorm.weight",
                "post_layernorm.bias"));
        tensors.add(parameters.get("visual_projection.weight"));
        addBlocks(tensors, parameters, EYE, ClipShape.VISION_DEPTH);
        return tensors;
    }

    /** The text tower's tensors in the order of the text {@code clip}. */
    static List<NDArray> reader(TrainableParameters parameters) {
        List<NDArray> tensors = new ArrayList<>(parameters.list(
                READER,
                "embeddings.token_embedding.weight",
                "embeddings.position_embedding.weight",
                "final_layer_norm.weight",
                "final_layer_norm.bias"));
        tensors.add(parameters.get("text_projection.weight"));
        addBlocks(tensors, parameters, READER, ClipShape.TEXT_DEPTH);
        return tensors;
    }

    private static void addBlocks(List<NDArray> tensors, TrainableParameters parameters, String tower, int depth) {
        for (int i = 0; i < depth; i++) {
            tensors.addAll(parameters.list(tower + "encoder.layers." + i + ".", BLOCK));
        }
    }
}
