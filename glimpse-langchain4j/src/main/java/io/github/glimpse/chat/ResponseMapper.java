package io.github.glimpse.chat;

import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.output.FinishReason;
import io.github.glimpse.Warnings;
import io.github.glimpse.generate.GenerationResult;
import io.github.glimpse.generate.ToolCall;
import io.github.glimpse.prune.PruningReport;
import io.github.glimpse.request.GlimpseTokenUsage;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Our answers to LangChain4j's. */
final class ResponseMapper {

    private final String modelName;

    ResponseMapper(String modelName) {
        this.modelName = modelName;
    }

    /**
     * Maps an answer.
     *
     * @param warnings that the mapping of the request gave
     */
    ChatResponse map(GenerationResult result, ChatRequestParameters parameters, CallIds ids, List<String> warnings) {
        Warnings all = new Warnings();
        all.addAll(warnings);
        all.addAll(result.warnings());
        PruningReport report = result.report();
        List<ToolCall> calls = result.calls();
        List<ToolExecutionRequest> requests = new ArrayList<>();
        List<ToolCallReport> reports = new ArrayList<>();
        for (int place = 0; place < calls.size(); place++) {
            ToolCall call = calls.get(place);
            String written = call.id();
            if (written != null) {
                ids.written(place, written);
            }
            requests.add(request(ids.whole(place), call));
            reports.add(new ToolCallReport(
                    ids.whole(place), call.name(), report.retention(), report.confidence(), call.leastProbability()));
        }
        boolean scoreMap = !Boolean.FALSE.equals(
                GlimpseChatRequestParameters.of(parameters).returnScoreMap());
        return ChatResponse.builder()
                .aiMessage(message(
                        result.text(),
                        returnsThinking(parameters) ? result.thinking().text() : null,
                        requests))
                .metadata(GlimpseChatResponseMetadata.builder()
                        .id("glimpse-" + UUID.randomUUID())
                        .modelName(modelName)
                        .tokenUsage(new GlimpseTokenUsage(
                                result.inputTokens(),
                                result.tokenIds().length,
                                report.imageTokens(),
                                report.imageTokens() - report.keptTokens(),
                                result.thinking().tokens()))
                        .finishReason(finishReason(result))
                        .pruning(scoreMap ? report : report.withoutScores())
                        .timings(result.timings())
                        .likelihood(result.likelihood())
                        .history(result.history())
                        .constraint(result.constraint())
                        .tools(result.tools())
                        .reuse(result.reuse())
                        .lookup(result.lookup())
                        .thinking(result.thinking().withoutText())
                        .calls(reports)
                        .warnings(all.list())
                        .build())
                .build();
    }

    /** Without a text there is none: an empty one would be shown, and remembered. */
    private static AiMessage message(String text, @Nullable String thinking, List<ToolExecutionRequest> requests) {
        return AiMessage.builder()
                .text(text.isEmpty() && !requests.isEmpty() ? null : text)
                .thinking(thinking)
                .toolExecutionRequests(requests)
                .build();
    }

    /** Whether answers carry the thought; unset is yes. */
    static boolean returnsThinking(ChatRequestParameters parameters) {
        return !Boolean.FALSE.equals(GlimpseChatRequestParameters.of(parameters).returnThinking());
    }

    static ToolExecutionRequest request(String id, ToolCall call) {
        return ToolExecutionRequest.builder()
                .id(id)
                .name(call.name())
                .arguments(call.arguments())
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
