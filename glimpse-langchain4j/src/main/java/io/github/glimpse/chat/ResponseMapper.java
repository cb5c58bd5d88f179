package io.github.glimpse.chat;

import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.output.FinishReason;
import io.github.glimpse.generate.GenerationResult;
import io.github.glimpse.prune.PruningReport;
import io.github.glimpse.request.GlimpseTokenUsage;
import java.util.UUID;

/** Our answers to LangChain4j's. */
final class ResponseMapper {

    private final String modelName;

    ResponseMapper(String modelName) {
        this.modelName = modelName;
    }

    ChatResponse map(GenerationResult result, ChatRequestParameters parameters) {
        PruningReport report = result.report();
        boolean scoreMap = !Boolean.FALSE.equals(
                GlimpseChatRequestParameters.of(parameters).returnScoreMap());
        return ChatResponse.builder()
                .aiMessage(AiMessage.from(result.text()))
                .metadata(GlimpseChatResponseMetadata.builder()
                        .id("glimpse-" + UUID.randomUUID())
                        .modelName(modelName)
                        .tokenUsage(new GlimpseTokenUsage(
                                result.inputTokens(),
                                result.tokenIds().length,
                                report.imageTokens(),
                                report.imageTokens() - report.keptTokens()))
                        .finishReason(finishReason(result))
                        .pruning(scoreMap ? report : report.withoutScores())
                        .timings(result.timings())
                        .likelihood(result.likelihood())
                        .history(result.history())
                        .constraint(result.constraint())
                        // Had they not been ignored, there would be no answer.
                        .ignoredTools(parameters.toolSpecifications().size())
                        .build())
                .build();
    }

    private static FinishReason finishReason(GenerationResult result) {
        return switch (result.finishReason()) {
            case STOP -> FinishReason.STOP;
            case LENGTH -> FinishReason.LENGTH;
            case TOOL_CALLS -> FinishReason.TOOL_EXECUTION;
        };
    }
}
