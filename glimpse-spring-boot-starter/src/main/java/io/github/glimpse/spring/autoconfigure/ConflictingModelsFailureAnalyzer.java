package io.github.glimpse.spring.autoconfigure;

import dev.langchain4j.service.IllegalConfigurationException;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Says how to settle two models for one {@code @AiService}. LangChain4j's starter takes models by type and knows no
 * {@code @Primary}.
 */
final class ConflictingModelsFailureAnalyzer extends AbstractFailureAnalyzer<IllegalConfigurationException> {

    @Override
    protected @Nullable FailureAnalysis analyze(Throwable rootFailure, IllegalConfigurationException cause) {
        String message = String.valueOf(cause.getMessage());
        if (!message.startsWith("Conflict: multiple beans") || !message.contains("glimpse")) {
            return null;
        }
        return new FailureAnalysis(
                message,
                "Name the model in the annotation: @AiService(wiringMode = EXPLICIT, chatModel = \"glimpseChatModel\","
                        + " streamingChatModel = \"glimpseStreamingChatModel\"). Or leave one out:"
                        + " glimpse.chat-model.enabled=false and glimpse.streaming-chat-model.enabled=false turn off"
                        + " those of Glimpse.",
                cause);
    }
}
