package io.github.glimpse.documents;

import dev.langchain4j.rag.content.Content;
import dev.langchain4j.rag.content.ContentMetadata;
import dev.langchain4j.rag.content.retriever.ContentRetriever;
import dev.langchain4j.rag.query.Query;
import java.util.List;
import java.util.Map;

/** Finds pages by what stands on them: the text layer, and what a {@link PageReader} has read. */
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
                .map(hit -> Content.from(hit.page().segment(), Map.of(ContentMetadata.SCORE, hit.score())))
                .toList();
    }
}
