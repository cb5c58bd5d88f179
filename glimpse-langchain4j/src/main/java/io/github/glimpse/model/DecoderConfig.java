package io.github.glimpse.model;

import io.github.glimpse.UnsupportedModelException;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.engine.Weights;
import io.github.glimpse.hub.ModelConfig;
import io.github.glimpse.hub.NumberRange;
import io.github.glimpse.nn.DecoderNames;
import io.github.glimpse.nn.DecoderShape;
import io.github.glimpse.nn.DecoderStack;
import io.github.glimpse.nn.ModelDimensions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The {@code text_config} of a family whose language model is one of LLaMA's kind: LLaMA, Mistral or Qwen2. Keys that released
 * files leave out have the reference's defaults for that kind.
 *
 * @param dimensions with those of the tower
 * @param shape the rest of its sizes
 * @param contextLength most rows: {@code max_position_embeddings}, or the window of attention where that is less. Up to it a
 *     window hides nothing
 * @param tiedText whether {@code text_config} itself ties the head to the embedding, whatever stands at the top
 */
public record DecoderConfig(ModelDimensions dimensions, DecoderShape shape, int contextLength, boolean tiedText) {

    private static final int HIDDEN = 4_096;
    private static final int LAYERS = 32;
    private static final int HEADS = 32;
    private static final Logger LOG = LoggerFactory.getLogger(DecoderConfig.class);
    private static final int NO_WINDOW = Integer.MAX_VALUE;

    /** What the reference takes for keys that are missing; {@code kvHeads} 0 is as many as there are heads. */
    private enum Kind {
        LLAMA(11_008, 0, 32_000, 2_048, NO_WINDOW),
        MISTRAL(14_336, 8, 32_000, 131_072, 4_096),
        QWEN2(22_016, 32, 151_936, 32_768, 4_096);

        private final int intermediate;
        private final int kvHeads;
        private final int vocabulary;
        private final int contextLength;
        private final int window;

        Kind(int intermediate, int kvHeads, int vocabulary, int contextLength, int window) {
            this.intermediate = intermediate;
            this.kvHeads = kvHeads;
            this.vocabulary = vocabulary;
            this.contextLength = contextLength;
            this.window = window;
        }
    }

    /**
     * Reads it.
     *
     * @param root {@code config.json}, whose {@code text_config} it is
     * @param visionHidden width of the tower
     * @param visionLayers blocks of the tower
     * @throws UnsupportedModelException if it is of another kind, or asks for what is not computed
     * @throws io.github.glimpse.ModelFilesException if the numbers do not go together
     */
    public static DecoderConfig of(ModelConfig root, int visionHidden, int visionLayers) {
        ModelConfig text = root.at("text_config");
        Kind kind =
                switch (text.string("model_type", "llama")) {
                    case "llama" -> Kind.LLAMA;
                    case "mistral" -> Kind.MISTRAL;
                    case "qwen2" -> Kind.QWEN2;
                    default ->
                        throw new UnsupportedModelException("config.json: the language model (text_config) is of type '"
                                + text.string("model_type") + "'; llama, mistral and qwen2 are known");
                };
        if (!text.string("hidden_act", "silu").equals("silu")) {
            throw new UnsupportedModelException("config.json: text_config.hidden_act is '" + text.string("hidden_act")
                    + "', silu is known; use another model");
        }
        int hidden = text.positiveInteger("hidden_size", HIDDEN);
        int heads = text.positiveInteger("num_attention_heads", HEADS);
        ModelDimensions dimensions = new ModelDimensions(
                text.positiveInteger("num_hidden_layers", LAYERS),
                hidden,
                heads,
                text.positiveInteger("num_key_value_heads", kind.kvHeads == 0 ? heads : kind.kvHeads),
                text.positiveInteger("head_dim", hidden / heads),
                text.number("rms_norm_eps", 1e-6, NumberRange.EPSILON),
                visionHidden,
                visionLayers);
        DecoderShape shape = new DecoderShape(
                text.positiveInteger("vocab_size", kind.vocabulary),
                text.positiveInteger("intermediate_size", kind.intermediate),
                theta(text),
                new int[] {dimensions.headDim() / 2},
                root.has("tie_word_embeddings")
                        ? root.bool("tie_word_embeddings", false)
                        : text.bool("tie_word_embeddings", false));
        return new DecoderConfig(
                dimensions,
                shape,
                Math.min(text.positiveInteger("max_position_embeddings", kind.contextLength), window(text, kind)),
                text.bool("tie_word_embeddings", false));
    }

    private static int window(ModelConfig text, Kind kind) {
        boolean unused = kind == Kind.LLAMA
                || text.isNull("sliding_window")
                || (kind == Kind.QWEN2 && !text.bool("use_sliding_window", false));
        int window = unused ? NO_WINDOW : text.positiveInteger("sliding_window", kind.window);
        if (window < text.positiveInteger("max_position_embeddings", kind.contextLength)) {
            LOG.warn(
                    "Attention in a window is not computed: the context ends with config.json's sliding_window of {} tokens,"
                            + " up to which both are the same",
                    window);
        }
        return window;
    }

    private static double theta(ModelConfig text) {
        // "rope_parameters" is the name of newer releases.
        String key = text.has("rope_parameters") ? "rope_parameters" : "rope_scaling";
        double theta = text.number("rope_theta", 10_000, NumberRange.ROPE_BASE);
        if (!text.has(key)) {
            return theta;
        }
        ModelConfig scaling = text.at(key);
        String type = scaling.string("rope_type", scaling.string("type", "default"));
        if (!type.equals("default")) {
            throw new UnsupportedModelException(
                    "config.json: text_config." + key + " is of type '" + type + "', default is known");
        }
        return scaling.number("rope_theta", theta, NumberRange.ROPE_BASE);
    }

    /**
     * Loads the language model.
     *
     * @param weights the checkpoint; owns the tensors
     * @param names where its parts lie in the checkpoint
     * @param owner owns the position tables
     */
    public DecoderStack load(TorchRuntime runtime, Weights weights, DecoderNames names, TensorScope owner) {
        // Releases before 5 go by text_config alone, so the head may be left out though the top says "untied".
        boolean headLeftOut = tiedText && !weights.has(names.head() + ".weight");
        return DecoderStack.load(runtime, weights, names, headLeftOut ? shape.tied() : shape, dimensions, owner);
    }
}
