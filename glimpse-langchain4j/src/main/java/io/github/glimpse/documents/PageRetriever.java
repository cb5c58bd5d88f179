package io.github.glimpse.documents;

import dev.langchain4j.rag.content.Content;
import dev.langchain4j.rag.content.aggregator.ReciprocalRankFuser;
import dev.langchain4j.rag.content.retriever.ContentRetriever;
import dev.langchain4j.rag.query.Query;
import java.util.ArrayList;
import java.util.List;

/** Finds pages by several retrievers, fused by rank: a page that two of them rank high comes first. */
public final class PageRetriever implements ContentRetriever {

    private final List<ContentRetriever> retrievers;
    private final int maxResults;

    /** Finds at most so many pages by these retrievers. */
    public PageRetriever(List<? extends ContentRetriever> retrievers, int maxResults) {
        this.retrievers = List.copyOf(retrievers);
        this.maxResults = maxResults;
    }

    @Override
    public List<Content> retrieve(Query query) {
        List<List<Content>> found = new ArrayList<>();
        for (ContentRetriever retriever : retrievers) {
            found.add(retriever.retrieve(query));
        }
        List<Content> fused = found.size() == 1 ? found.get(0) : ReciprocalRankFuser.fuse(found);
        return List.copyOf(fused.subList(0, Math.min(maxResults, fused.size())));
    }
}
