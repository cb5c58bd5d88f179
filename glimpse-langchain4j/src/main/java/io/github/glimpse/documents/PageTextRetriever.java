package io.github.glimpse.documents;

import dev.langchain4j.rag.content.Content;
import dev.langchain4j.rag.content.retriever.ContentRetriever;
import dev.langchain4j.rag.query.Query;
import java.util.List;

/**
 * Content retriever by text (BM25): the text layer of pages and the text that a {@link PageReader} has read. The
 * {@link IndexedPage#BOX} is the line of the text layer with the rarest words of the query, else the page.
 */
public final class PageTextRetriever implements ContentRetriever {

    private final DocumentIndex index;
    private final int maxResults;

    /** Finds at most so many pages. */
    public PageTextRetriever(DocumentIndex index, int maxResults) {
        this.index = index;
        this.maxResults = maxResults;
    }

    @Override
    public List<Content> retrieve(Query query) {
        return index.text().search(query.text(), maxResults).stream()
                .map(hit -> hit.page().found(index.text().box(query.text(), hit.page()), hit.score()))
                .toList();
    }
}
