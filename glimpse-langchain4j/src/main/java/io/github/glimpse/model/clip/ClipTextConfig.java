package io.github.glimpse.model.clip;

import io.github.glimpse.ModelFilesException;
import io.github.glimpse.UnsupportedModelException;
import io.github.glimpse.hub.ModelConfig;
import io.github.glimpse.hub.NumberRange;
import io.github.glimpse.nn.Activation;

/**
 * The numbers of a text tower.
 *
 * @param depth blocks
 * @param hidden width
 * @param heads attention heads
 * @param intermediate width of the MLP
 * @param positions most ids of a text
 * @param vocabulary rows of the table of ids
 * @param activation of the MLP
 * @param eps epsilon of the layer norms
 * @param endId the id whose row is the text's, as the configuration states it
 * @param padId the id that fills a text up, where the family does so
 * @param pooling which row is the text's
 */
public record ClipTextConfig(
        int depth,
        int hidden,
        int heads,
        int intermediate,
        int positions,
        int vocabulary,
        Activation activation,
        double eps,
        int endId,
        int padId,
        TextPooling pooling) {

    private static final String CLIP = "clip_text_model";
    private static final String SIGLIP = "siglip_text_model";
    /** What early files state although their tokenizer ends with another id. */
    private static final int LEGACY_END = 2;

    /** Which row stands for the whole text. */
    public enum TextPooling {
        /** That of the largest id, the first if it comes again: files that state 2 as the end. */
        LARGEST_ID,
        /** That of the first end id, row 0 if there is none. */
        FIRST_END,
        /** The last one, of a text that is filled up to full length. */
        LAST_ROW
    }

    /** Reads CLIP's {@code text_config}; missing keys have the reference's defaults. */
    public static ClipTextConfig ofClip(ModelConfig json) {
        checkType(json, CLIP);
        int end = json.integer("eos_token_id", 49_407);
        return checked(new ClipTextConfig(
                json.positiveInteger("num_hidden_layers", 12),
                json.positiveInteger("hidden_size", 512),
                json.positiveInteger("num_attention_heads", 8),
                json.positiveInteger("intermediate_size", 2_048),
                json.positiveInteger("max_position_embeddings", 77),
                json.positiveInteger("vocab_size", 49_408),
                activation(json, "quick_gelu"),
                json.number("layer_norm_eps", 1e-5, NumberRange.EPSILON),
                end,
                json.integer("pad_token_id", 1),
                end == LEGACY_END ? TextPooling.LARGEST_ID : TextPooling.FIRST_END));
    }

    /** Reads SigLIP's {@code text_config}; missing keys have the reference's defaults. */
    public static ClipTextConfig ofSiglip(ModelConfig json) {
        checkType(json, SIGLIP);
        return checked(new ClipTextConfig(
                json.positiveInteger("num_hidden_layers", 12),
                json.positiveInteger("hidden_size", 768),
                json.positiveInteger("num_attention_heads", 12),
                json.positiveInteger("intermediate_size", 3_072),
                json.positiveInteger("max_position_embeddings", 64),
                json.positiveInteger("vocab_size", 32_000),
                activation(json, "gelu_pytorch_tanh"),
                json.number("layer_norm_eps", 1e-6, NumberRange.EPSILON),
                json.integer("eos_token_id", 49_407),
                json.integer("pad_token_id", 1),
                TextPooling.LAST_ROW));
    }

    private static void checkType(ModelConfig json, String known) {
        String type = json.string("model_type", known);
        if (!type.equals(known)) {
            throw new UnsupportedModelException(
                    "config.json: the text tower is of type '" + type + "', " + known + " is known");
        }
    }

    private static ClipTextConfig checked(ClipTextConfig config) {
        if (config.hidden % config.heads != 0 || config.positions < 2) {
            throw new ModelFilesException("config.json: text_config has hidden_size " + config.hidden
                    + ", which must be a multiple of num_attention_heads " + config.heads
                    + ", and max_position_embeddings " + config.positions
                    + ", at least 2; take the file of the model's repository again");
        }
        return config;
    }

    private static Activation activation(ModelConfig json, String standard) {
        String name = json.string("hidden_act", standard);
        return Activation.of(name)
                .orElseThrow(() -> new UnsupportedModelException(
                        "config.json: text_config.hidden_act is '" + name + "', known are " + Activation.known()));
    }

    /** The same with another id that fills texts up. */
    ClipTextConfig withPadId(int id) {
        return new ClipTextConfig(
                depth, hidden, heads, intermediate, positions, vocabulary, activation, eps, endId, id, pooling);
    }

    /** Whether a row sees only those before it. */
    public boolean causal() {
        return pooling != TextPooling.LAST_ROW;
    }

    /** Whether texts are filled up to {@link #positions}. */
    public boolean padsTexts() {
        return pooling == TextPooling.LAST_ROW;
    }

    /** The row that stands for a text of these ids. */
    public int pooledRow(int[] ids) {
        return switch (pooling) {
            case LARGEST_ID -> {
                int best = 0;
                for (int i = 1; i < ids.length; i++) {
                    best = ids[i] > ids[best] ? i : best;
                }
                yield best;
            }
            case FIRST_END -> {
                for (int i = 0; i < ids.length; i++) {
                    if (ids[i] == endId) {
                        yield i;
                    }
                }
                yield 0;
            }
            case LAST_ROW -> ids.length - 1;
        };
    }
}
