package io.github.glimpse.chat;

import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.output.TokenUsage;
import dev.langchain4j.service.common.AbstractAiServiceIT;
import io.github.glimpse.request.GlimpseTokenUsage;
import java.util.List;
import org.junit.jupiter.api.AfterAll;

/** LangChain4j's published suite for AI services; all of it asks for knowledge, which comes from a script. */
class PublishedAiServiceIT extends AbstractAiServiceIT {

    private final KnowingModels models = new KnowingModels();

    @AfterAll
    void close() {
        models.close();
    }

    @Override
    protected List<ChatModel> models() {
        return models.models();
    }

    @Override
    protected Class<? extends TokenUsage> tokenUsageType(ChatModel model) {
        return GlimpseTokenUsage.class;
    }
}
