package io.github.glimpse.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ToolChoice;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.CompleteToolCall;
import dev.langchain4j.model.chat.response.PartialToolCall;
import dev.langchain4j.model.chat.response.PartialToolCallContext;
import dev.langchain4j.model.output.FinishReason;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.generate.ToolOffer.Withheld;
import io.github.glimpse.text.ToolForm;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Tools with models of random weights: what the mask, the parser and the prompt see to without any knowledge. */
class ToolCallsIT {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int ROOM = 300;
    private static final ToolSpecification WEATHER = ToolSpecification.builder()
            .name("get_weather")
            .description("Weather of a city")
            .parameters(JsonObjectSchema.builder()
                    .addIntegerProperty("days")
                    .addEnumProperty("unit", List.of("celsius", "fahrenheit"))
                    .required("days", "unit")
                    .build())
            .build();
    private static final ToolSpecification NOW =
            ToolSpecification.builder().name("now").build();

    private static List<LoadedModel> engines;

    @BeforeAll
    static void load() {
        engines = List.of(
                TinyModels.qwen(),
                LoadedModel.load(TinyModels.options(TinyModels.LLAVA).build()));
    }

    @AfterAll
    static void close() {
        engines.forEach(LoadedModel::close);
    }

    private static ChatRequest request(
            ToolChoice choice, List<? extends ChatMessage> messages, ToolSpecification... tools) {
        return ChatRequest.builder()
                .messages(new ArrayList<>(messages))
                .parameters(GlimpseChatRequestParameters.builder()
                        .toolSpecifications(tools)
                        .toolChoice(choice)
                        .temperature(1.0)
                        .seed(7L)
                        .maxOutputTokens(ROOM)
                        .build())
                .build();
    }

    private static ChatRequest request(ToolChoice choice, ToolSpecification... tools) {
        return request(choice, List.of(UserMessage.from("Is it warm?")), tools);
    }

    private static GlimpseChatResponseMetadata metadata(ChatResponse response) {
        return (GlimpseChatResponseMetadata) response.metadata();
    }

    private static void requireWeather(ToolExecutionRequest call) {
        try {
            JsonNode arguments = JSON.readTree(call.arguments());
            assertThat(arguments.path("days").isIntegralNumber()).isTrue();
            assertThat(arguments.path("unit").asText()).isIn("celsius", "fahrenheit");
            assertThat(arguments).hasSize(2);
        } catch (IOException e) {
            throw new AssertionError(call.arguments(), e);
        }
    }

    @Test
    void underRequiredEveryAnswerIsAValidCallAndNothingElse() {
        Set<String> ids = new HashSet<>();
        for (LoadedModel engine : engines) {
            ChatResponse response = GlimpseChatModel.builder()
                    .model(engine)
                    .tools(new ToolOptions(ToolsMode.AUTO, true, false, 8))
                    .build()
                    .chat(request(ToolChoice.REQUIRED, WEATHER));

            assertThat(response.finishReason()).isEqualTo(FinishReason.TOOL_EXECUTION);
            assertThat(response.aiMessage().text()).isNull();
            ToolExecutionRequest call =
                    response.aiMessage().toolExecutionRequests().get(0);
            assertThat(response.aiMessage().toolExecutionRequests()).hasSize(1);
            assertThat(call.name()).isEqualTo("get_weather");
            assertThat(call.id()).matches("call_[0-9A-Za-z]{24}");
            assertThat(ids.add(call.id())).isTrue();
            requireWeather(call);
            assertThat(metadata(response).calls()).singleElement().satisfies(report -> {
                assertThat(report.id()).isEqualTo(call.id());
                assertThat(report.retention()).isEqualTo(1);
                assertThat(report.leastProbability()).isGreaterThan(0).isLessThanOrEqualTo(1);
            });
            assertThat(metadata(response).tools().offered()).isEqualTo(1);
        }
    }

    /** Hears calls too. */
    private static final class CallHandler extends RecordingHandler {

        private final List<String> order = new CopyOnWriteArrayList<>();
        private final List<PartialToolCall> pieces = new CopyOnWriteArrayList<>();
        private final List<CompleteToolCall> calls = new CopyOnWriteArrayList<>();
        private final int cancelAfter;

        CallHandler(int cancelAfter) {
            this.cancelAfter = cancelAfter;
        }

        @Override
        public void onPartialToolCall(PartialToolCall piece, PartialToolCallContext context) {
            threads.add(Thread.currentThread());
            order.add("piece " + piece.index());
            pieces.add(piece);
            if (pieces.size() == cancelAfter) {
                context.streamingHandle().cancel();
            }
        }

        @Override
        public void onCompleteToolCall(CompleteToolCall call) {
            threads.add(Thread.currentThread());
            order.add("call " + call.index());
            calls.add(call);
        }

        @Override
        public void onCompleteResponse(ChatResponse response) {
            order.add("response");
            super.onCompleteResponse(response);
        }
    }

    @Test
    void streamedPiecesOfParallelCallsComeInOrderAndAddUpToTheArguments() {
        for (LoadedModel engine : engines) {
            GlimpseStreamingChatModel model =
                    GlimpseStreamingChatModel.builder().model(engine).build();
            CallHandler handler = new CallHandler(Integer.MAX_VALUE);
            model.chat(request(ToolChoice.REQUIRED, WEATHER, NOW), handler);
            List<ToolExecutionRequest> requests = handler.response().aiMessage().toolExecutionRequests();

            assertThat(requests).isNotEmpty();
            assertThat(handler.calls.stream().map(CompleteToolCall::toolExecutionRequest))
                    .isEqualTo(requests);
            for (CompleteToolCall call : handler.calls) {
                List<PartialToolCall> own = handler.pieces.stream()
                        .filter(piece -> piece.index() == call.index())
                        .toList();
                assertThat(own.stream().map(PartialToolCall::partialArguments).collect(Collectors.joining()))
                        .isEqualTo(call.toolExecutionRequest().arguments());
                assertThat(own).allSatisfy(piece -> {
                    assertThat(piece.partialArguments()).isNotBlank();
                    assertThat(piece.id()).isEqualTo(call.toolExecutionRequest().id());
                    assertThat(piece.name())
                            .isEqualTo(call.toolExecutionRequest().name());
                });
                if (call.toolExecutionRequest().name().equals("now")) {
                    assertThat(own)
                            .extracting(PartialToolCall::partialArguments)
                            .containsExactly("{}");
                }
            }
            List<String> sorted = new ArrayList<>(handler.order);
            sorted.sort((left, right) -> rank(left) - rank(right));
            assertThat(handler.order).isEqualTo(sorted);
            assertThat(handler.order).endsWith("response");
            assertThat(handler.threads).hasSize(1).doesNotContain(Thread.currentThread());
            assertThat(handler.texts).isEmpty();
        }
    }

    private static int rank(String event) {
        int blank = event.indexOf(' ');
        return blank < 0
                ? Integer.MAX_VALUE
                : 2 * Integer.parseInt(event.substring(blank + 1)) + (event.startsWith("call") ? 1 : 0);
    }

    @Test
    void aRequestMayAskForOneCallAtMost() {
        ChatModel model = GlimpseChatModel.builder().model(engines.get(0)).build();
        int most = 0;
        for (long seed = 0; seed < 8; seed++) {
            GlimpseChatRequestParameters several = GlimpseChatRequestParameters.builder()
                    .toolSpecifications(NOW)
                    .toolChoice(ToolChoice.REQUIRED)
                    .temperature(1.0)
                    .seed(seed)
                    .maxOutputTokens(ROOM)
                    .build();
            GlimpseChatRequestParameters one = several.overrideWith(GlimpseChatRequestParameters.builder()
                    .parallelToolCalls(false)
                    .build());

            most = Math.max(most, calls(model, several));
            assertThat(calls(model, one)).as("calls under seed %s", seed).isEqualTo(1);
        }
        assertThat(most).isGreaterThan(1);
    }

    private static int calls(ChatModel model, GlimpseChatRequestParameters parameters) {
        return model.chat(ChatRequest.builder()
                        .messages(UserMessage.from("Is it warm?"))
                        .parameters(parameters)
                        .build())
                .aiMessage()
                .toolExecutionRequests()
                .size();
    }

    @Test
    void afterCancelNothingOfACallIsTold() throws InterruptedException {
        GlimpseStreamingChatModel model =
                GlimpseStreamingChatModel.builder().model(engines.get(0)).build();
        CallHandler handler = new CallHandler(2);
        model.chat(request(ToolChoice.REQUIRED, WEATHER), handler);
        long patience = System.nanoTime() + 60_000_000_000L;
        while ((handler.pieces.size() < 2 || engines.get(0).activeRequests() > 0) && System.nanoTime() < patience) {
            Thread.sleep(5);
        }

        assertThat(handler.order).containsExactly("piece 0", "piece 0");
        assertThat(handler.responses).isEmpty();
        assertThat(handler.errors).isEmpty();
    }

    @Test
    void aConversationWithCallsAndPicturesInResultsGoesOn() {
        for (int index = 0; index < engines.size(); index++) {
            LoadedModel engine = engines.get(index);
            ImageContent picture = TinyModels.image(
                    index == 0 ? TinyModels.QWEN : TinyModels.LLAVA, index == 0 ? "020/a.png" : "009/r.png");
            ToolExecutionRequest call = ToolExecutionRequest.builder()
                    .id("1")
                    .name("now")
                    .arguments("{}")
                    .build();
            List<ChatMessage> messages = List.of(
                    UserMessage.from("What time is it?"),
                    AiMessage.from(call),
                    ToolExecutionResultMessage.builder()
                            .id("1")
                            .toolName("now")
                            .contents(List.of(TextContent.from("see the clock"), picture))
                            .build());
            ChatModel model = GlimpseChatModel.builder().model(engine).build();

            ChatResponse response = model.chat(request(ToolChoice.AUTO, messages, NOW));

            assertThat(metadata(response).pruning().imageTokens()).isPositive();
            assertThat(metadata(response).tools().form()).isEqualTo(index == 0 ? ToolForm.MERGED : ToolForm.PROMPTED);
            assertThat(new GlimpseTokenCountEstimator(engine).estimateTokenCountInMessages(messages))
                    .isLessThan(response.tokenUsage().inputTokenCount());
        }
    }

    @Test
    void theMetadataSayWhyAToolIsNotOffered() {
        LoadedModel engine = engines.get(0);
        ChatModel model = GlimpseChatModel.builder().model(engine).build();
        ChatModel ignoring =
                GlimpseChatModel.builder().model(engine).tools(ToolsMode.IGNORE).build();
        ToolExecutionRequest call = ToolExecutionRequest.builder()
                .id("1")
                .name("now")
                .arguments("{}")
                .build();
        List<ChatMessage> stuck = new ArrayList<>(List.of(UserMessage.from("When?")));
        List<ChatMessage> many = new ArrayList<>(List.of(UserMessage.from("When?")));
        for (int count = 0; count < 8; count++) {
            ToolExecutionRequest other =
                    call.toBuilder().arguments("{\"n\":" + count + "}").build();
            many.addAll(List.of(AiMessage.from(other), ToolExecutionResultMessage.from(other, "noon")));
            if (count < 2) {
                stuck.addAll(List.of(AiMessage.from(call), ToolExecutionResultMessage.from(call, "noon")));
            }
        }

        assertThat(withheld(model, request(ToolChoice.NONE, NOW))).isEqualTo(Withheld.CHOICE);
        assertThat(withheld(ignoring, request(ToolChoice.AUTO, NOW))).isEqualTo(Withheld.MODE);
        assertThat(withheld(model, request(ToolChoice.REQUIRED, stuck, NOW))).isEqualTo(Withheld.REPEATED_CALL);
        assertThat(withheld(model, request(ToolChoice.REQUIRED, many, NOW))).isEqualTo(Withheld.MOST_CALLS);
        assertThat(withheld(model, request(ToolChoice.AUTO, NOW))).isNull();
    }

    private static @Nullable Withheld withheld(ChatModel model, ChatRequest request) {
        ChatResponse response = model.chat(request);
        GlimpseChatResponseMetadata metadata = metadata(response);
        assertThat(metadata.tools().given()).isEqualTo(1);
        assertThat(metadata.ignoredTools()).isEqualTo(metadata.tools().withheld() == null ? 0 : 1);
        if (metadata.tools().withheld() != null) {
            assertThat(response.aiMessage().toolExecutionRequests()).isEmpty();
        }
        return metadata.tools().withheld();
    }

    @Test
    void whereToolsAreIgnoredThePromptIsThatWithoutThemAndRequiredStillCalls() {
        LoadedModel engine = engines.get(0);
        ChatModel ignoring =
                GlimpseChatModel.builder().model(engine).tools(ToolsMode.IGNORE).build();

        ChatResponse without = ignoring.chat(request(ToolChoice.AUTO));
        ChatResponse ignored = ignoring.chat(request(ToolChoice.AUTO, WEATHER, NOW));
        ChatResponse required = ignoring.chat(request(ToolChoice.REQUIRED, WEATHER));

        assertThat(ignored.aiMessage()).isEqualTo(without.aiMessage());
        assertThat(required.tokenUsage().inputTokenCount())
                .isEqualTo(ignored.tokenUsage().inputTokenCount())
                .isEqualTo(without.tokenUsage().inputTokenCount());
        requireWeather(required.aiMessage().toolExecutionRequests().get(0));
    }

    @Test
    void theSameCallTwiceInARowEndsAnAnswer() {
        ChatModel model = GlimpseChatModel.builder().model(engines.get(0)).build();

        List<ToolExecutionRequest> calls =
                model.chat(request(ToolChoice.REQUIRED, NOW)).aiMessage().toolExecutionRequests();

        assertThat(calls.size()).isBetween(1, 2);
    }

    @Test
    void whatCannotBeCalledIsRefusedBeforeAnyWork() {
        ChatModel model = GlimpseChatModel.builder().model(engines.get(0)).build();
        // Nobody has looked at the picture when the tools are refused.
        List<ChatMessage> damaged = List.of(UserMessage.from(ImageContent.from("!", "image/png")));

        refused(model, request(ToolChoice.REQUIRED, damaged), InvalidRequestException.class, "without");
        refused(model, request(ToolChoice.AUTO, damaged, NOW, NOW), InvalidRequestException.class, "'now' comes twice");
        refused(
                model,
                request(
                        ToolChoice.AUTO,
                        damaged,
                        ToolSpecification.builder().name(" ").build()),
                InvalidRequestException.class,
                "no name");
        assertThatThrownBy(() -> model.chat(ChatRequest.builder()
                        .messages(UserMessage.from("Is it warm?"))
                        .toolSpecifications(WEATHER)
                        .toolChoice(ToolChoice.REQUIRED)
                        .maxOutputTokens(10)
                        .build()))
                .isExactlyInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("room for 10");
    }

    private static void refused(ChatModel model, ChatRequest request, Class<? extends Exception> type, String word) {
        assertThatThrownBy(() -> model.chat(request)).isExactlyInstanceOf(type).hasMessageContaining(word);
    }

    @Test
    void modelsWithoutAChatFormRefuseToolsUnlessTheyAreIgnored() {
        try (LoadedModel blip = TinyBlip.captions()) {
            ChatModel model = GlimpseChatModel.builder().model(blip).build();
            ChatModel ignoring = GlimpseChatModel.builder()
                    .model(blip)
                    .tools(ToolsMode.IGNORE)
                    .build();
            UserMessage question = UserMessage.from(TinyBlip.PICTURE);
            ChatRequest request = ChatRequest.builder()
                    .messages(question)
                    .toolSpecifications(NOW)
                    .build();

            refused(model, request, UnsupportedFeatureException.class, "blip");
            assertThat(metadata(ignoring.chat(request)).ignoredTools()).isEqualTo(1);
        }
    }

    /** Without a mask a model of random weights writes no call, and what it writes is delivered as text. */
    @Test
    void withoutAMaskAnAnswerIsReadAsItIsWritten() {
        ChatModel model = GlimpseChatModel.builder()
                .model(engines.get(0))
                .tools(new ToolOptions(ToolsMode.AUTO, false, true, 8))
                .build();

        ChatResponse response = model.chat(request(ToolChoice.AUTO, NOW));

        assertThat(metadata(response).tools().withheld()).isNull();
        assertThat(response.aiMessage().text() != null
                        || !response.aiMessage().toolExecutionRequests().isEmpty())
                .isTrue();
    }

    @Test
    void argumentsOfAToolThatIsNotStrictAreSomeObject() throws IOException {
        ChatModel model = GlimpseChatModel.builder()
                .model(engines.get(0))
                .tools(new ToolOptions(ToolsMode.AUTO, true, false, 1))
                .build();
        ToolSpecification free = WEATHER.toBuilder().strict(false).build();

        ToolExecutionRequest call = model.chat(request(ToolChoice.REQUIRED, free))
                .aiMessage()
                .toolExecutionRequests()
                .get(0);

        assertThat(JSON.readTree(call.arguments()).isObject()).isTrue();
    }
}
