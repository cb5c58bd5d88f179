package io.github.glimpse.documents;

import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.rag.content.Content;
import dev.langchain4j.rag.content.retriever.ContentRetriever;
import dev.langchain4j.rag.query.Query;
import dev.langchain4j.store.embedding.EmbeddingMatch;
import dev.langchain4j.store.embedding.EmbeddingSearchRequest;
import dev.langchain4j.store.embedding.EmbeddingStore;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Content retriever by vectors of pages and of their tiles: the nearest vector of a page gives its score and {@link
 * IndexedPage#BOX}. Vectors of a file that has changed since are ignored.
 */
public final class PageVectorRetriever implements ContentRetriever {

    private final DocumentIndex index;
    private final EmbeddingModel model;
    private final EmbeddingStore<TextSegment> store;
    private final int maxResults;

    /**
     * Finds at most so many pages.
     *
     * @param model that has made the vectors of the index
     * @param store that holds them: {@link DocumentVectors#fill}
     */
    public PageVectorRetriever(
            DocumentIndex index, EmbeddingModel model, EmbeddingStore<TextSegment> store, int maxResults) {
        this.index = index;
        this.model = model;
        this.store = store;
        this.maxResults = maxResults;
    }

    @Override
    public List<Content> retrieve(Query query) {
        Map<IndexedPage, Content> nearest = new LinkedHashMap<>();
        List<EmbeddingMatch<TextSegment>> matches = store.search(EmbeddingSearchRequest.builder()
                        .queryEmbedding(model.embed(query.text()).content())
                        .maxResults(maxResults * DocumentVectors.MOST_OF_A_PAGE)
                        .build())
                .matches();
        for (EmbeddingMatch<TextSegment> match : matches) {
            index.page(Content.from(match.embedded()))
                    .filter(page ->
                            page.sha256().equals(match.embedded().metadata().getString(IndexedPage.SHA256)))
                    .ifPresent(page -> nearest.putIfAbsent(
                            page,
                            page.found(DocumentVectors.box(match.embedded().metadata()), match.score())));
        }
        return nearest.values().stream().limit(maxResults).toList();
    }
}
