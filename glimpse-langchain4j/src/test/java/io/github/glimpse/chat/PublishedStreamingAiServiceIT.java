package io.github.glimpse.chat;

import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.response.ChatResponseMetadata;
import dev.langchain4j.model.output.TokenUsage;
import dev.langchain4j.service.common.AbstractStreamingAiServiceIT;
import io.github.glimpse.request.GlimpseTokenUsage;
import io.github.glimpse.testing.TestCategory;
import java.util.List;
import org.junit.jupiter.api.AfterAll;

/** LangChain4j's published suite for streaming AI services; all of it asks for knowledge, which comes from a script. */
@TestCategory.Reference
class PublishedStreamingAiServiceIT extends AbstractStreamingAiServiceIT {

    private final KnowingModels models = new KnowingModels();

    @AfterAll
    void close() {
        models.close();
    }

    @Override
    protected List<StreamingChatModel> models() {
        return models.streamingModels();
    }

    @Override
    protected Class<? extends ChatResponseMetadata> chatResponseMetadataType(StreamingChatModel model) {
        return GlimpseChatResponseMetadata.class;
    }

    @Override
    protected Class<? extends TokenUsage> tokenUsageType(StreamingChatModel model) {
        return GlimpseTokenUsage.class;
    }
}
