package io.github.glimpse.documents;

import dev.langchain4j.data.message.ImageContent;

/** Says once, while documents are indexed, what stands on a page, so that it is found by text without a text layer. */
public interface PageReader {

    /**
     * What stands on a page, as text to be searched.
     *
     * @throws dev.langchain4j.exception.LangChain4jException if the page cannot be read; that becomes the page's error
     */
    String read(ImageContent page);

    /**
     * How likely a page says another word than was read on it, to tell a word that was misread from one that merely looks alike. Readers
     * that cannot tell say 0.
     *
     * @param read all that was read on the page
     * @param word of it that is in doubt
     * @param other what it would be instead
     * @return share of the other word beside the one that was read, 0..1
     * @throws dev.langchain4j.exception.LangChain4jException if the page cannot be read
     */
    default double share(ImageContent page, String read, String word, String other) {
        return 0;
    }

    /** Names this reader and its settings: an index that was made by another one is made anew. */
    String label();
}
