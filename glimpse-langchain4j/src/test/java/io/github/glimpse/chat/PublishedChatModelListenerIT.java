package io.github.glimpse.chat;

import dev.langchain4j.exception.NonRetriableException;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.common.AbstractChatModelListenerIT;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import io.github.glimpse.generate.LoadedModel;
import java.util.List;
import org.junit.jupiter.api.AfterEach;

/** LangChain4j's published suite for listeners of chat models. */
class PublishedChatModelListenerIT extends AbstractChatModelListenerIT {

    private final LoadedModel engine = TinyModels.qwen();

    @AfterEach
    void close() {
        engine.close();
    }

    @Override
    protected ChatModel createModel(ChatModelListener listener) {
        return GlimpseChatModel.builder()
                .model(engine)
                .listeners(List.of(listener))
                .defaultRequestParameters(ChatRequestParameters.builder()
                        .temperature(temperature())
                        .topP(topP())
                        .maxOutputTokens(maxTokens())
                        .build())
                .build();
    }

    @Override
    protected ChatModel createFailingModel(ChatModelListener listener) {
        ChatModel model = createModel(listener);
        engine.close();
        return model;
    }

    @Override
    protected Class<? extends Exception> expectedExceptionClass() {
        return NonRetriableException.class;
    }

    @Override
    protected String modelName() {
        return engine.name();
    }
}
