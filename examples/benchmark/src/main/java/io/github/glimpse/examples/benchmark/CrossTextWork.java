package io.github.glimpse.examples.benchmark;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * What the text half of BLIP has to do for a question and its answer, in multiply-adds, counted from its sizes: an encoder that
 * looks at the picture's rows, and a decoder that looks at the question's.
 *
 * @param layers layers of each
 * @param width width of a row
 * @param encoderWidth width of the picture's rows
 * @param intermediate width inside the MLP
 * @param vocabulary words
 */
record CrossTextWork(int layers, long width, long encoderWidth, long intermediate, long vocabulary) {

    /** From {@code config.json}; what it leaves out are the numbers of the base models. */
    static CrossTextWork of(JsonNode config) {
        JsonNode text = config.path("text_config");
        long width = text.path("hidden_size").asLong(768);
        return new CrossTextWork(
                text.path("num_hidden_layers").asInt(12),
                width,
                config.path("vision_config").path("hidden_size").asLong(768),
                text.path("intermediate_size").asLong(3_072),
                text.path("vocab_size").asLong(30_524));
    }

    /** Keys and values of the cross-attention to the picture, some layers on all rows and the others on what is left. */
    double keyValues(int rows, int left, int cutAfter) {
        return 2.0 * width * encoderWidth * ((double) cutAfter * rows + (double) (layers - cutAfter) * left);
    }

    /**
     * A question through the encoder.
     *
     * @param words rows of the question
     * @param rows rows of the picture
     * @param left rows of the picture behind the cut
     * @param cutAfter layers that look at all rows
     */
    double question(int words, int rows, int left, int cutAfter) {
        double own = layers * words * rowProducts() + layers * 2.0 * words * words * width;
        double cross = 2.0 * words * width * ((double) cutAfter * rows + (double) (layers - cutAfter) * left);
        return own + cross + keyValues(rows, left, cutAfter);
    }

    /** The words of an answer, which look at the question's rows; the picture has no part in it. */
    double answer(int words, int answer) {
        double keys = layers * 2.0 * words * width * width;
        double layer = rowProducts() + 2.0 * words * width;
        double head = width * width + (double) width * vocabulary;
        double seen = layers * (double) width * answer * (answer + 1);
        return keys + answer * (layers * layer + head) + seen;
    }

    /** Self-attention, what the cross-attention computes of the asking row, and the MLP. */
    private double rowProducts() {
        return 6.0 * width * width + 2.0 * width * intermediate;
    }
}
