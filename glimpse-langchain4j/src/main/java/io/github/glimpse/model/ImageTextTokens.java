package io.github.glimpse.model;

import io.github.glimpse.ModelFilesException;

/**
 * Ids with a meaning for an {@link ImageTextModel}; the tokenizer need not know all of them.
 *
 * @param start begins what the decoder writes
 * @param end ends it
 * @param enc stands for the first id of a text that attends to a picture; null leaves the tokenizer's
 */
public record ImageTextTokens(
        int start,
        int end,
        @org.jspecify.annotations.Nullable Integer enc) {

    /**
     * Checks that the ids are inside the vocabulary.
     *
     * @throws ModelFilesException if one is not
     */
    public ImageTextTokens {
        if (start < 0 || end < 0) {
            throw new ModelFilesException(
                    "config.json: bos_token_id " + start + " and sep_token_id " + end + " must not be negative");
        }
    }
}
