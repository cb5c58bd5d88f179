package io.github.glimpse.text;

/** Makes tokens of a word by a vocabulary. Safe for concurrent use. */
interface SubwordModel {

    /**
     * Adds the tokens of a word.
     *
     * @param text what the word is part of
     * @param from first unit of the word
     * @param to   one behind its last, more than {@code from}
     * @param sink takes the tokens, and looks from time to time
     * @throws io.github.glimpse.ModelFilesException if the vocabulary lacks what it needs for the word
     */
    void encode(AlignedText text, int from, int to, TokenSink sink);

    /** The token for what the vocabulary does not know; -1 if there is none. */
    int unknownId();

    /** The error of a vocabulary without its token for what it does not know. */
    static io.github.glimpse.ModelFilesException unknownMissing(String token) {
        return new io.github.glimpse.ModelFilesException(
                "The tokenizer of the model fails: the text needs the token '" + TokenPattern.shortened(token)
                        + "' for what the vocabulary does not know, which it does not have; download tokenizer.json again");
    }
}
