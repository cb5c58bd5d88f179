package io.github.glimpse.model.qwen3vl;

import io.github.glimpse.UnsupportedModelException;
import io.github.glimpse.hub.ModelConfig;
import io.github.glimpse.hub.NumberRange;
import io.github.glimpse.nn.DecoderShape;
import io.github.glimpse.nn.ModelDimensions;
import java.util.List;

/** {@code config.json} of a Qwen3-VL folder, as released or in the form of newer releases of the library. */
record Qwen3VlConfig(
        ModelDimensions dimensions,
        DecoderShape decoder,
        Qwen3VisionConfig vision,
        int imageToken,
        int videoToken,
        int contextLength) {

    // The reference's defaults.
    private static final int IMAGE_TOKEN = 151_655;
    private static final int VIDEO_TOKEN = 151_656;
    private static final int HEAD_DIM = 128;
    private static final List<Integer> SECTIONS = List.of(24, 20, 20);
    private static final double THETA = 5_000_000;
    private static final double EPS = 1e-6;
    private static final int CONTEXT_LENGTH = 128_000;

    static Qwen3VlConfig of(ModelConfig root) {
        ModelConfig text = root.has("text_config") ? root.at("text_config") : root;
        if (!text.string("hidden_act", "silu").equals("silu")) {
            throw new UnsupportedModelException("config.json: hidden_act is '" + text.string("hidden_act")
                    + "', Qwen3-VL has silu; use another model");
        }
        Qwen3VisionConfig vision = Qwen3VisionConfig.of(root, true);
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
        RopeConfig rope = RopeConfig.of(text, dimensions.headDim(), THETA, SECTIONS, 1);
        DecoderShape decoder = new DecoderShape(
                text.positiveInteger("vocab_size"),
                text.positiveInteger("intermediate_size"),
                rope.theta(),
                rope.sections(),
                tied(root, text),
                true,
                true);
        return new Qwen3VlConfig(
                dimensions,
                decoder,
                vision,
                root.integer("image_token_id", IMAGE_TOKEN),
                root.integer("video_token_id", VIDEO_TOKEN),
                text.positiveInteger("max_position_embeddings", CONTEXT_LENGTH));
    }

    private static boolean tied(ModelConfig root, ModelConfig text) {
        return (root.has("tie_word_embeddings") ? root : text).bool("tie_word_embeddings", false);
    }
}
