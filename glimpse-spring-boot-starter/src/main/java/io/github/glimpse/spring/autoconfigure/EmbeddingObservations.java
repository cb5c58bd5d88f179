package io.github.glimpse.spring.autoconfigure;

import dev.langchain4j.model.embedding.listener.EmbeddingModelErrorContext;
import dev.langchain4j.model.embedding.listener.EmbeddingModelListener;
import dev.langchain4j.model.embedding.listener.EmbeddingModelRequestContext;
import dev.langchain4j.model.embedding.listener.EmbeddingModelResponseContext;
import dev.langchain4j.model.output.TokenUsage;
import io.github.glimpse.embedding.EmbeddingEngine;
import io.github.glimpse.embedding.GlimpseEmbeddingResponseMetadata;
import io.micrometer.observation.ObservationRegistry;
import java.util.Map;
import java.util.function.Consumer;

/** Makes the {@link GlimpseObservation#EMBEDDINGS} of each request. Safe for concurrent use. */
final class EmbeddingObservations implements EmbeddingModelListener {

    private static final String CALL = EmbeddingObservations.class.getName() + ".call";

    private final ObservationRegistry registry;
    private final EmbeddingEngine engine;

    EmbeddingObservations(ObservationRegistry registry, EmbeddingEngine engine) {
        this.registry = registry;
        this.engine = engine;
    }

    @Override
    public void onRequest(EmbeddingModelRequestContext context) {
        context.attributes()
                .put(
                        CALL,
                        ObservedCall.start(
                                registry, GlimpseObservation.EMBEDDINGS, ModelMeters.EMBEDDINGS, engine.name()));
    }

    @Override
    public void onResponse(EmbeddingModelResponseContext context) {
        end(context.attributes(), call -> {
            if (context.embeddingResponse().metadata() instanceof GlimpseEmbeddingResponseMetadata metadata) {
                call.answered(KeptImages.of(metadata.pruning()));
                TokenUsage usage = metadata.tokenUsage();
                call.input(usage.inputTokenCount());
            }
        });
    }

    @Override
    public void onError(EmbeddingModelErrorContext context) {
        end(context.attributes(), call -> call.failed(context.error()));
    }

    private static void end(Map<Object, Object> attributes, Consumer<ObservedCall> last) {
        if (attributes.remove(CALL) instanceof ObservedCall call) {
            last.accept(call);
            call.stop();
        }
    }
}
