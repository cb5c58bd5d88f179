package io.github.glimpse.spring.autoconfigure;

import dev.langchain4j.service.IllegalConfigurationException;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.env.Environment;

/**
 * Says what to do about an {@code @AiService} that finds two models, or none. LangChain4j's starter takes models by type and knows
 * no {@code @Primary}.
 */
final class AiServiceFailureAnalyzer extends AbstractFailureAnalyzer<IllegalConfigurationException> {

    private final Environment environment;

    AiServiceFailureAnalyzer(Environment environment) {
        this.environment = environment;
    }

    @Override
    protected @Nullable FailureAnalysis analyze(Throwable rootFailure, IllegalConfigurationException cause) {
        String message = String.valueOf(cause.getMessage());
        if (message.startsWith("Conflict: multiple beans") && message.contains("glimpse")) {
            return new FailureAnalysis(
                    message,
                    "Name the model in the annotation: @AiService(wiringMode = EXPLICIT, chatModel ="
                            + " \"glimpseChatModel\", streamingChatModel = \"glimpseStreamingChatModel\"). Or leave one"
                            + " out: glimpse.chat-model.enabled=false and glimpse.streaming-chat-model.enabled=false turn"
                            + " off those of Glimpse.",
                    cause);
        }
        if (message.endsWith(MissingChatModelCheck.MESSAGE)) {
            return MissingModel.CHAT_MODEL
                    .reason(environment)
                    .map(reason -> new FailureAnalysis(
                            message + ": " + reason.cause() + ".",
                            reason.remedy() + ". Or add another library or bean that makes one, or return TokenStream"
                                    + " from the method.",
                            cause))
                    .orElse(null);
        }
        if (message.contains("either chatModel or streamingChatModel")) {
            return MissingModel.CHAT_MODEL
                    .reason(environment)
                    .or(() -> MissingModel.STREAMING_CHAT_MODEL.reason(environment))
                    .map(reason -> new FailureAnalysis(
                            "An @AiService found no chat model: " + reason.cause() + ".",
                            reason.remedy() + ". Or add another library or bean that makes one.",
                            cause))
                    .orElse(null);
        }
        return null;
    }
}
