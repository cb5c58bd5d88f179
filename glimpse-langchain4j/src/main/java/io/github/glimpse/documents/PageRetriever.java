package io.github.glimpse.documents;

import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.rag.content.Content;
import dev.langchain4j.rag.content.aggregator.ReciprocalRankFuser;
import dev.langchain4j.rag.content.retriever.ContentRetriever;
import dev.langchain4j.rag.query.Query;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Content retriever that fuses several by reciprocal rank: a page with a high rank in two of them is first. Score
 * and box of a page are those of the first retriever that has found it.
 */
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
        Map<Content, Content> first = new HashMap<>();
        for (ContentRetriever retriever : retrievers) {
            List<Content> keys = new ArrayList<>();
            for (Content content : retriever.retrieve(query)) {
                Content key = withoutBox(content);
                keys.add(key);
                first.putIfAbsent(key, content);
            }
            found.add(keys);
        }
        return ReciprocalRankFuser.fuse(found).stream()
                .limit(maxResults)
                .map(key -> Objects.requireNonNull(first.get(key)))
                .toList();
    }

    /** Equal for all boxes of a page: contents are compared by their segments. */
    private static Content withoutBox(Content content) {
        TextSegment segment = content.textSegment();
        return Content.from(
                TextSegment.from(segment.text(), segment.metadata().copy().remove(IndexedPage.BOX)));
    }
}
