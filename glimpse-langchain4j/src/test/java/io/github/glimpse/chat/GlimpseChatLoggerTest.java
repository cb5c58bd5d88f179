package io.github.glimpse.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.RateLimitException;
import dev.langchain4j.model.ModelProvider;
import dev.langchain4j.model.chat.listener.ChatModelErrorContext;
import dev.langchain4j.model.chat.listener.ChatModelRequestContext;
import dev.langchain4j.model.chat.listener.ChatModelResponseContext;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.output.FinishReason;
import io.github.glimpse.chat.GlimpseChatLogger.Topic;
import io.github.glimpse.prune.Confidence;
import io.github.glimpse.prune.GuardReport;
import io.github.glimpse.prune.PruningPoint;
import io.github.glimpse.prune.PruningReport;
import io.github.glimpse.prune.StepReport;
import io.github.glimpse.request.GlimpseTokenUsage;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class GlimpseChatLoggerTest {

    private static final ChatRequest REQUEST =
            ChatRequest.builder().messages(UserMessage.from("What\nis it?")).build();
    private static final ChatResponse RESPONSE = ChatResponse.builder()
            .aiMessage(AiMessage.from("A car."))
            .metadata(GlimpseChatResponseMetadata.builder()
                    .id("1")
                    .finishReason(FinishReason.STOP)
                    .tokenUsage(new GlimpseTokenUsage(9, 3, 6, 4))
                    .pruning(new PruningReport("glimpse", PruningPoint.afterLayers(4), List.of()))
                    .build())
            .build();

    private final List<String> lines = new ArrayList<>();

    @Test
    void writesRequestsResponsesAndErrorsOnOneLineEach() {
        exchange(EnumSet.of(Topic.REQUESTS, Topic.RESPONSES));

        assertThat(lines).hasSize(3);
        assertThat(lines.get(0)).startsWith("Request: user: What\\u{a}is it? with ");
        assertThat(lines.get(1)).startsWith("Response 1: A car. (STOP, ").contains("prunedImageTokenCount=4");
        assertThat(lines.get(2)).startsWith("No response: ").contains("RateLimitException", "full\\u{a}queue");
    }

    @Test
    void writesWhatWasPruned() {
        exchange(EnumSet.of(Topic.PRUNING));

        assertThat(lines)
                .singleElement()
                .asString()
                .startsWith("Pruning 1: glimpse at layer 4 kept 0 of 0 image tokens;");
    }

    @Test
    void writesHowSureTheChoiceWasAndWhatTheGuardDid() {
        PruningPoint at = PruningPoint.afterLayers(4);
        Confidence confidence = Confidence.ofShares(new float[] {1, 1}, new int[] {0});
        GuardReport guard = new GuardReport(GuardReport.Action.REPORTED, "the cap", 0.0, 1, 1);
        StepReport step = new StepReport(at, "fastv", List.of(), null, confidence, guard);
        ChatResponse response = ChatResponse.builder()
                .aiMessage(AiMessage.from("A car."))
                .metadata(GlimpseChatResponseMetadata.builder()
                        .id("1")
                        .pruning(new PruningReport("fastv", at, List.of(), List.of(step)))
                        .build())
                .build();

        new GlimpseChatLogger(EnumSet.of(Topic.PRUNING), lines::add)
                .onResponse(new ChatModelResponseContext(response, REQUEST, ModelProvider.OTHER, Map.of()));

        assertThat(lines)
                .singleElement()
                .asString()
                .startsWith("Pruning 1: fastv at layer 4 kept 0 of 0 image tokens, confidence 0.00, guard: the cap;");
    }

    @Test
    void writesNothingUnasked() {
        exchange(EnumSet.noneOf(Topic.class));

        assertThat(lines).isEmpty();
    }

    private void exchange(Set<Topic> topics) {
        GlimpseChatLogger logger = new GlimpseChatLogger(topics, lines::add);
        logger.onRequest(new ChatModelRequestContext(REQUEST, ModelProvider.OTHER, Map.of()));
        logger.onResponse(new ChatModelResponseContext(RESPONSE, REQUEST, ModelProvider.OTHER, Map.of()));
        logger.onError(new ChatModelErrorContext(
                new RateLimitException("full\nqueue"), REQUEST, ModelProvider.OTHER, Map.of()));
    }
}
