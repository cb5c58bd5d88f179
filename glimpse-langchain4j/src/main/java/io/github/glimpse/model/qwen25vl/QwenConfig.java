package io.github.glimpse.model.qwen25vl;

import io.github.glimpse.ModelFilesException;
import io.github.glimpse.UnsupportedModelException;
import io.github.glimpse.hub.ModelConfig;
import io.github.glimpse.hub.NumberRange;
import io.github.glimpse.nn.DecoderShape;
import io.github.glimpse.nn.ModelDimensions;
import java.util.List;

/**
 * {@code config.json} of a Qwen2-VL or Qwen2.5-VL folder, in the flat form of the released files and in the nested one
 * ({@code text_config}) of newer releases.
 */
record QwenConfig(
        ModelDimensions dimensions,
        DecoderShape decoder,
        QwenVision vision,
        int imageToken,
        int videoToken,
        int contextLength) {

    // The reference's defaults: some of its releases leave out what equals them.
    private static final int IMAGE_TOKEN = 151_655;
    private static final int VIDEO_TOKEN = 151_656;
    private static final double TEXT_THETA = 1_000_000;
    private static final double TEXT_EPS = 1e-5;
    private static final int CONTEXT_LENGTH = 32_768;

    /** Reads the file; the tower's numbers are read already. */
    static QwenConfig of(ModelConfig root, QwenVision vision) {
        ModelConfig text = root.atOrHere("text_config");
        int hidden = text.positiveInteger("hidden_size");
        int heads = text.positiveInteger("num_attention_heads");
        if (text.bool("use_sliding_window", false)) {
            throw new UnsupportedModelException(
                    "config.json switches on use_sliding_window, which this release does not compute; use another model");
        }
        if (!text.string("hidden_act", "silu").equals("silu")) {
            throw new UnsupportedModelException("config.json: hidden_act is '" + text.string("hidden_act")
                    + "', the decoder of Qwen2-VL and Qwen2.5-VL has silu; use another model");
        }
        if (vision.outHidden() != hidden) {
            throw new ModelFilesException("config.json: the tower's rows have a width of " + vision.outHidden()
                    + " (vision_config.out_hidden_size, in Qwen2-VL hidden_size), but hidden_size is " + hidden);
        }
        ModelDimensions dimensions = new ModelDimensions(
                text.positiveInteger("num_hidden_layers"),
                hidden,
                heads,
                text.positiveInteger("num_key_value_heads", heads),
                text.positiveInteger("head_dim", hidden / heads),
                text.number("rms_norm_eps", TEXT_EPS, NumberRange.EPSILON),
                vision.hidden(),
                vision.depth());
        DecoderShape decoder = new DecoderShape(
                text.positiveInteger("vocab_size"),
                text.positiveInteger("intermediate_size"),
                theta(text),
                sections(text, dimensions.headDim()),
                root.has("tie_word_embeddings")
                        ? root.bool("tie_word_embeddings", false)
                        : text.bool("tie_word_embeddings", false));
        return new QwenConfig(
                dimensions,
                decoder,
                vision,
                root.integer("image_token_id", IMAGE_TOKEN),
                root.integer("video_token_id", VIDEO_TOKEN),
                text.positiveInteger("max_position_embeddings", CONTEXT_LENGTH));
    }

    private static double theta(ModelConfig text) {
        ModelConfig scaling = scaling(text);
        return scaling.has("rope_theta")
                ? scaling.number("rope_theta", NumberRange.ROPE_BASE)
                : text.number("rope_theta", TEXT_THETA, NumberRange.ROPE_BASE);
    }

    // "rope_parameters" is the name of newer releases.
    private static ModelConfig scaling(ModelConfig text) {
        return text.at(text.has("rope_parameters") ? "rope_parameters" : "rope_scaling");
    }

    private static int[] sections(ModelConfig text, int headDim) {
        ModelConfig scaling = scaling(text);
        String type = scaling.string("rope_type", scaling.string("type", "default"));
        if (!type.equals("default") && !type.equals("mrope")) {
            throw new UnsupportedModelException(
                    "config.json asks for rope scaling of type '" + type + "'; default and mrope are known");
        }
        List<Integer> sections = scaling.integers("mrope_section");
        if (sections.size() != 3
                || sections.stream().anyMatch(section -> section < 0)
                || sections.stream().mapToLong(Integer::longValue).sum() != headDim / 2) {
            throw new ModelFilesException("config.json: mrope_section is " + sections + ", three numbers with the sum "
                    + headDim / 2 + " are needed (half of the head's width)");
        }
        return sections.stream().mapToInt(Integer::intValue).toArray();
    }
}
