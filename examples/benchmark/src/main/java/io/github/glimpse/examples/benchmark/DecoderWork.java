package io.github.glimpse.examples.benchmark;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.glimpse.engine.SafetensorsIndex;
import io.github.glimpse.engine.TensorEntry;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;

/**
 * What a decoder has to do, counted from its sizes.
 *
 * @param layers layers
 * @param layerParameters weights of the products of one layer
 * @param attentionWidth heads times their width
 * @param headParameters weights of the head, which one row goes through
 * @param bytesPerToken bytes of all weights that each token of an answer reads
 */
record DecoderWork(int layers, long layerParameters, int attentionWidth, long headParameters, long bytesPerToken) {

    static DecoderWork of(Path model) throws IOException {
        return of(
                new ObjectMapper().readTree(model.resolve("config.json").toFile()),
                read(SafetensorsIndex.of(model).values()));
    }

    /** The sizes that {@code config.json} tells; LLaVA-1.5's leaves out what is LLaMA's own. */
    static DecoderWork of(JsonNode config, long bytesPerToken) {
        JsonNode text = config.has("text_config") ? config.get("text_config") : config;
        long hidden = text.path("hidden_size").asLong(4_096);
        int heads = text.path("num_attention_heads").asInt(32);
        long width = text.path("head_dim").asLong(hidden / heads) * heads;
        long keys = width / heads * text.path("num_key_value_heads").asInt(heads);
        long intermediate = text.path("intermediate_size").asLong(11_008);
        return new DecoderWork(
                text.path("num_hidden_layers").asInt(32),
                hidden * (2 * width + 2 * keys) + 3 * hidden * intermediate,
                Math.toIntExact(width),
                hidden * text.path("vocab_size").asInt(32_000),
                bytesPerToken);
    }

    /** Bytes of the keys and values of one token, in a type of two bytes. */
    static long cacheBytesPerToken(JsonNode config) {
        JsonNode text = config.has("text_config") ? config.get("text_config") : config;
        int heads = text.path("num_attention_heads").asInt(32);
        long headDim = text.path("head_dim").asLong(text.path("hidden_size").asLong(4_096) / heads);
        long keys = headDim * text.path("num_key_value_heads").asInt(heads);
        return 2 * Short.BYTES * keys * text.path("num_hidden_layers").asInt(32);
    }

    /** All of the language model but an embedding that has a head beside it; a tied one is the head. */
    private static long read(Collection<TensorEntry> tensors) {
        boolean untied = tensors.stream().anyMatch(tensor -> tensor.name().endsWith("lm_head.weight"));
        return tensors.stream()
                .filter(tensor -> !tensor.name().contains("visual.")
                        && !tensor.name().contains("vision_tower")
                        && !(untied && tensor.name().endsWith("embed_tokens.weight")))
                .mapToLong(TensorEntry::byteCount)
                .sum();
    }

    /**
     * The share of an unpruned prefill's operations that is left when rows are dropped behind a layer.
     *
     * @param rows of the prompt
     * @param dropped rows
     * @param cutAfter layers that run on all rows
     */
    double shareLeft(int rows, int dropped, int cutAfter) {
        double whole = layer(rows);
        return (cutAfter * whole + (layers - cutAfter) * layer(rows - dropped)) / (layers * whole);
    }

    /** The operations of one layer on a prompt; a product and an addition are two. */
    double layer(double rows) {
        // products of a row with the weights; then a row with the keys and with the values up to it, half of them on
        // average
        return 2 * layerParameters * rows + 2 * attentionWidth * rows * rows;
    }

    /** The operations of one layer on rows behind others, whose keys and values are there. */
    double layer(double past, double rows) {
        double all = past + rows;
        return 2 * layerParameters * rows + 2 * attentionWidth * (all * all - past * past);
    }
}
