package io.github.glimpse.embedding;

import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.listener.EmbeddingModelErrorContext;
import dev.langchain4j.model.embedding.listener.EmbeddingModelListener;
import dev.langchain4j.model.embedding.listener.EmbeddingModelRequestContext;
import dev.langchain4j.model.embedding.listener.EmbeddingModelResponseContext;
import dev.langchain4j.model.embedding.request.EmbeddingRequest;
import dev.langchain4j.model.embedding.response.EmbeddingResponse;
import dev.langchain4j.model.output.Response;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells listeners of one request. LangChain4j's own calls make a text segment of every input, which fails for pictures; here
 * segments are those of inputs with a text, and the request itself has them all.
 */
final class ListenerCalls {

    private static final Logger LOG = LoggerFactory.getLogger(ListenerCalls.class);

    private final EmbeddingModel model;
    private final EmbeddingRequest request;
    private final List<EmbeddingModelListener> listeners;
    private final List<TextSegment> segments;
    private final Map<Object, Object> attributes = new ConcurrentHashMap<>();

    ListenerCalls(EmbeddingModel model, EmbeddingRequest request, List<EmbeddingModelListener> listeners) {
        this.model = model;
        this.request = request;
        this.listeners = listeners;
        this.segments = request.inputs().stream()
                .map(input -> input.text())
                .filter(text -> !text.isBlank())
                .map(TextSegment::from)
                .toList();
    }

    void onRequest() {
        each(listener -> listener.onRequest(EmbeddingModelRequestContext.builder()
                .textSegments(segments)
                .embeddingRequest(request)
                .embeddingModel(model)
                .attributes(attributes)
                .build()));
    }

    void onResponse(EmbeddingResponse response) {
        Response<List<Embedding>> plain =
                Response.from(response.embeddings(), response.metadata().tokenUsage());
        each(listener -> listener.onResponse(EmbeddingModelResponseContext.builder()
                .embeddingRequest(request)
                .embeddingResponse(response)
                .embeddingModel(model)
                .attributes(attributes)
                .response(plain)
                .textSegments(segments)
                .build()));
    }

    void onError(Throwable error) {
        each(listener -> listener.onError(EmbeddingModelErrorContext.builder()
                .error(error)
                .textSegments(segments)
                .embeddingRequest(request)
                .embeddingModel(model)
                .attributes(attributes)
                .build()));
    }

    private void each(Consumer<EmbeddingModelListener> call) {
        for (EmbeddingModelListener listener : listeners) {
            try {
                call.accept(listener);
            } catch (RuntimeException e) {
                LOG.warn("An EmbeddingModelListener failed; the failure is ignored", e);
            }
        }
    }
}
