package io.github.glimpse.examples.pgvector;

import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.store.embedding.EmbeddingSearchRequest;
import dev.langchain4j.store.embedding.EmbeddingSearchResult;
import dev.langchain4j.store.embedding.EmbeddingStore;
import dev.langchain4j.store.embedding.filter.Filter;
import java.util.Collection;
import java.util.List;
import java.util.function.Supplier;

/** A store whose failures say what to do: LangChain4j's throws a plain {@link RuntimeException} around the driver's. */
final class ReportingStore implements EmbeddingStore<TextSegment> {

    private final EmbeddingStore<TextSegment> store;
    private final StoreErrors errors;

    ReportingStore(EmbeddingStore<TextSegment> store, StoreErrors errors) {
        this.store = store;
        this.errors = errors;
    }

    private <T> T reporting(Supplier<T> work) {
        try {
            return work.get();
        } catch (RuntimeException e) {
            throw errors.of(e);
        }
    }

    private void reporting(Runnable work) {
        reporting(() -> {
            work.run();
            return true;
        });
    }

    @Override
    public String add(Embedding embedding) {
        return reporting(() -> store.add(embedding));
    }

    @Override
    public void add(String id, Embedding embedding) {
        reporting(() -> store.add(id, embedding));
    }

    @Override
    public String add(Embedding embedding, TextSegment segment) {
        return reporting(() -> store.add(embedding, segment));
    }

    @Override
    public List<String> addAll(List<Embedding> embeddings) {
        return reporting(() -> store.addAll(embeddings));
    }

    @Override
    public void addAll(List<String> ids, List<Embedding> embeddings, List<TextSegment> segments) {
        reporting(() -> store.addAll(ids, embeddings, segments));
    }

    @Override
    public void removeAll(Collection<String> ids) {
        reporting(() -> store.removeAll(ids));
    }

    @Override
    public void removeAll(Filter filter) {
        reporting(() -> store.removeAll(filter));
    }

    @Override
    public void removeAll() {
        reporting(() -> store.removeAll());
    }

    @Override
    public EmbeddingSearchResult<TextSegment> search(EmbeddingSearchRequest request) {
        return reporting(() -> store.search(request));
    }
}
