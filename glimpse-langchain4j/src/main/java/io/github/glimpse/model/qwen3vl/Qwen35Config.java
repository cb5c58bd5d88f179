package io.github.glimpse.model.qwen3vl;

import io.github.glimpse.ModelFilesException;
import io.github.glimpse.UnsupportedModelException;
import io.github.glimpse.hub.ModelConfig;
import io.github.glimpse.hub.NumberRange;
import io.github.glimpse.nn.DecoderShape;
import io.github.glimpse.nn.DeltaShape;
import io.github.glimpse.nn.ModelDimensions;
import java.util.List;
import java.util.stream.IntStream;

/**
 * {@code config.json} of a Qwen3.5 or Qwen3.6 folder, dense.
 *
 * @param recurrent layers of linear attention, by their number, rising
 */
record Qwen35Config(
        ModelDimensions dimensions,
        DecoderShape decoder,
        DeltaShape delta,
        List<Integer> recurrent,
        Qwen3VisionConfig vision,
        int imageToken,
        int videoToken,
        int contextLength) {

    // The reference's defaults.
    private static final int IMAGE_TOKEN = 248_056;
    private static final int VIDEO_TOKEN = 248_057;
    private static final int HEAD_DIM = 256;
    private static final List<Integer> SECTIONS = List.of(11, 11, 10);
    private static final double TURNED_SHARE = 0.25;
    private static final double THETA = 10_000_000;
    private static final double EPS = 1e-6;
    private static final int CONTEXT_LENGTH = 32_768;
    private static final int FULL_EVERY = 4;
    private static final int CONVOLUTION = 4;
    private static final int LINEAR_HEAD_DIM = 128;
    private static final int LINEAR_KEY_HEADS = 16;
    private static final int LINEAR_VALUE_HEADS = 32;
    private static final String LINEAR = "linear_attention";
    private static final String FULL = "full_attention";

    static Qwen35Config of(ModelConfig root) {
        ModelConfig text = root.has("text_config") ? root.at("text_config") : root;
        if (!text.string("hidden_act", "silu").equals("silu")) {
            throw new UnsupportedModelException("config.json: hidden_act is '" + text.string("hidden_act")
                    + "', Qwen3.5 has silu; use another model");
        }
        if (!text.bool("attn_output_gate", true)) {
            throw new UnsupportedModelException(
                    "config.json: attn_output_gate is false, Qwen3.5 has true; use another model");
        }
        Qwen3VisionConfig vision = Qwen3VisionConfig.of(root, false);
        int heads = text.positiveInteger("num_attention_heads");
        ModelDimensions dimensions = new ModelDimensions(
                text.positiveInteger("num_hidden_layers"),
                text.positiveInteger("hidden_size"),
                heads,
                text.positiveInteger("num_key_value_heads", heads),
                text.positiveInteger("head_dim", HEAD_DIM),
                text.number("rms_norm_eps", EPS, NumberRange.EPSILON),
                vision.hidden(),
                vision.depth());
        vision.checkFits(dimensions.hidden(), dimensions.layers());
        RopeConfig rope = RopeConfig.of(text, dimensions.headDim(), THETA, SECTIONS, TURNED_SHARE);
        int intermediate = text.positiveInteger("intermediate_size");
        DecoderShape decoder = new DecoderShape(
                text.positiveInteger("vocab_size"),
                intermediate,
                rope.theta(),
                rope.sections(),
                (root.has("tie_word_embeddings") ? root : text).bool("tie_word_embeddings", false),
                true,
                true,
                true,
                true);
        return new Qwen35Config(
                dimensions,
                decoder,
                delta(text, dimensions, intermediate),
                recurrent(text, dimensions.layers()),
                vision,
                root.integer("image_token_id", IMAGE_TOKEN),
                root.integer("video_token_id", VIDEO_TOKEN),
                text.positiveInteger("max_position_embeddings", CONTEXT_LENGTH));
    }

    private static DeltaShape delta(ModelConfig text, ModelDimensions dimensions, int intermediate) {
        int keyHeads = text.positiveInteger("linear_num_key_heads", LINEAR_KEY_HEADS);
        int valueHeads = text.positiveInteger("linear_num_value_heads", LINEAR_VALUE_HEADS);
        if (valueHeads % keyHeads != 0) {
            throw text.problem("linear_num_value_heads", "a multiple of linear_num_key_heads, " + keyHeads);
        }
        return new DeltaShape(
                dimensions.hidden(),
                intermediate,
                keyHeads,
                text.positiveInteger("linear_key_head_dim", LINEAR_HEAD_DIM),
                valueHeads,
                text.positiveInteger("linear_value_head_dim", LINEAR_HEAD_DIM),
                text.positiveInteger("linear_conv_kernel_dim", CONVOLUTION),
                dimensions.normEps());
    }

    private static List<Integer> recurrent(ModelConfig text, int layers) {
        if (!text.has("layer_types")) {
            int every = text.positiveInteger("full_attention_interval", FULL_EVERY);
            return IntStream.range(0, layers)
                    .filter(layer -> (layer + 1) % every != 0)
                    .boxed()
                    .toList();
        }
        List<String> types = text.strings("layer_types");
        if (types.size() != layers || types.stream().anyMatch(type -> !type.equals(LINEAR) && !type.equals(FULL))) {
            throw new ModelFilesException("config.json: layer_types has " + types.size()
                    + " entries, num_hidden_layers is " + layers + "; each must be " + LINEAR + " or " + FULL
                    + "; use the file of the model's repository");
        }
        return IntStream.range(0, layers)
                .filter(layer -> types.get(layer).equals(LINEAR))
                .boxed()
                .toList();
    }
}
