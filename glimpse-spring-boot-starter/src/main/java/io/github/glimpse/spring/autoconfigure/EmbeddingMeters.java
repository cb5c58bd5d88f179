package io.github.glimpse.spring.autoconfigure;

import dev.langchain4j.model.embedding.listener.EmbeddingModelErrorContext;
import dev.langchain4j.model.embedding.listener.EmbeddingModelListener;
import dev.langchain4j.model.embedding.listener.EmbeddingModelRequestContext;
import dev.langchain4j.model.embedding.listener.EmbeddingModelResponseContext;
import dev.langchain4j.model.embedding.request.EmbeddingInput;
import io.github.glimpse.chat.RequestOutcome;
import io.github.glimpse.embedding.EmbeddingEngine;
import io.github.glimpse.embedding.GlimpseEmbeddingResponseMetadata;
import io.github.glimpse.embedding.PatchReport;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Fills those of the {@link GlimpseMeter}s that the embedding model has. Safe for concurrent use. */
final class EmbeddingMeters implements EmbeddingModelListener {

    private static final String START = EmbeddingMeters.class.getName() + ".start";

    private final ModelMeters meters;

    EmbeddingMeters(MeterRegistry registry, EmbeddingEngine engine) {
        this.meters = new ModelMeters(registry, engine, ModelMeters.EMBEDDINGS);
    }

    @Override
    public void onRequest(EmbeddingModelRequestContext context) {
        context.attributes().put(START, System.nanoTime());
    }

    @Override
    public void onResponse(EmbeddingModelResponseContext context) {
        meters.ended(RequestOutcome.ANSWERED);
        meters.answered(since(context.attributes()));
        List<EmbeddingInput> inputs = context.embeddingRequest().inputs();
        if (context.embeddingResponse().metadata() instanceof GlimpseEmbeddingResponseMetadata metadata) {
            PatchReport pruning = metadata.pruning();
            int images = pruning.images().size();
            meters.inputs(images, inputs.size() - images);
            if (images > 0) {
                meters.images(KeptImages.of(pruning));
            }
        }
    }

    @Override
    public void onError(EmbeddingModelErrorContext context) {
        meters.ended(RequestOutcome.of(context.error()));
        meters.failed(context.error(), since(context.attributes()));
    }

    private static Duration since(Map<Object, Object> attributes) {
        return attributes.get(START) instanceof Long start
                ? Duration.ofNanos(System.nanoTime() - start)
                : Duration.ZERO;
    }
}
