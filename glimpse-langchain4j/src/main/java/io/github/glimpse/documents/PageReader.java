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

    /** Names this reader and its settings: an index that was made by another one is made anew. */
    String label();
}
