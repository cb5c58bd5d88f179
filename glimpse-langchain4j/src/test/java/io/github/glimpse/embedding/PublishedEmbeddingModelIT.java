package io.github.glimpse.embedding;

import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.common.AbstractEmbeddingModelIT;
import dev.langchain4j.model.embedding.listener.EmbeddingModelListener;
import java.util.List;
import org.junit.jupiter.api.AfterAll;

/** LangChain4j's published suite for embedding models. */
class PublishedEmbeddingModelIT extends AbstractEmbeddingModelIT {

    private final EmbeddingEngine clip = TinyClip.clip();
    private final EmbeddingEngine siglip =
            EmbeddingEngine.load(TinyClip.options(TinyClip.SIGLIP).build());

    @AfterAll
    void close() {
        clip.close();
        siglip.close();
    }

    @Override
    protected List<EmbeddingModel> models() {
        return List.of(
                GlimpseEmbeddingModel.builder().engine(clip).build(),
                GlimpseEmbeddingModel.builder().engine(siglip).build());
    }

    @Override
    protected EmbeddingModel modelWith(EmbeddingModelListener listener) {
        return GlimpseEmbeddingModel.builder()
                .engine(clip)
                .listeners(List.of(listener))
                .build();
    }

    @Override
    protected EmbeddingModel failingModelWith(EmbeddingModelListener listener) {
        EmbeddingEngine closed = TinyClip.clip();
        closed.close();
        return GlimpseEmbeddingModel.builder()
                .engine(closed)
                .listeners(List.of(listener))
                .build();
    }

    @Override
    protected boolean supportsInputTypeParameter() {
        return false; // questions and documents lie in one space
    }

    @Override
    protected boolean supportsDimensionsParameter() {
        return false; // vectors cannot be shortened
    }

    @Override
    protected boolean supportsInterleavedInput() {
        return false; // one vector is that of a text or of a picture
    }

    @Override
    protected ImageContent catImage() {
        return TinyClip.image("a.png"); // the suite's own is behind a URL
    }
}
