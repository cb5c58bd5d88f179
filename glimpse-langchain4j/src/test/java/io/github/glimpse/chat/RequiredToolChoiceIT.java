package io.github.glimpse.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.langchain4j.agent.tool.Tool;
import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.memory.chat.MessageWindowChatMemory;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.request.ToolChoice;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.service.AiServices;
import dev.langchain4j.service.TokenStream;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.generate.ScriptedModel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** {@code ToolChoice.REQUIRED} after a tool result: lifted for AI services, kept for callers of the chat model. */
class RequiredToolChoiceIT {

    private static final String CALL = "<tool_call>\n{\"name\": \"weather\", \"arguments\": {}}\n</tool_call>";

    private static LoadedModel engine;
    private static GlimpseChatModel model;

    @BeforeAll
    static void load() {
        engine = ScriptedModel.load(
                TinyModels.options(TinyModels.QWEN).build(),
                prompt -> prompt.contains("<tool_response>") ? "It is warm." : CALL);
        model = GlimpseChatModel.builder().model(engine).build();
    }

    @AfterAll
    static void close() {
        engine.close();
    }

    private static ChatRequest required(ChatRequest request) {
        return request.toBuilder().toolChoice(ToolChoice.REQUIRED).build();
    }

    interface Assistant {

        String ask(String question);
    }

    interface StreamingAssistant {

        TokenStream ask(String question);
    }

    static class Weather {

        int calls;

        @Tool
        String weather() {
            calls++;
            return "warm";
        }
    }

    @Test
    void anAiServiceAnswersAfterTheFirstRound() {
        Weather weather = new Weather();
        Assistant assistant = AiServices.builder(Assistant.class)
                .chatModel(model)
                .tools(weather)
                .chatRequestTransformer(RequiredToolChoiceIT::required)
                .chatMemory(MessageWindowChatMemory.withMaxMessages(20))
                .build();

        assertThat(assistant.ask("Is it warm?")).isEqualTo("It is warm.");
        assertThat(weather.calls).isEqualTo(1);
        assertThat(assistant.ask("And now?")).isEqualTo("It is warm.");
        // The next question demands a call again.
        assertThat(weather.calls).isEqualTo(2);
    }

    @Test
    void anAiServiceBehindAWrapperOfTheModelDoesToo() {
        Weather weather = new Weather();
        ChatModel wrapper = new ChatModel() {
            @Override
            public ChatResponse doChat(ChatRequest request) {
                return model.chat(request);
            }

            @Override
            public ChatRequestParameters defaultRequestParameters() {
                return ChatRequestParameters.builder()
                        .toolChoice(ToolChoice.REQUIRED)
                        .build();
            }
        };

        assertThat(AiServices.builder(Assistant.class)
                        .chatModel(wrapper)
                        .tools(weather)
                        .build()
                        .ask("Is it warm?"))
                .isEqualTo("It is warm.");
        assertThat(weather.calls).isEqualTo(1);
    }

    @Test
    void aStreamingAiServiceDoesToo() throws Exception {
        Weather weather = new Weather();
        CompletableFuture<ChatResponse> answer = new CompletableFuture<>();
        AiServices.builder(StreamingAssistant.class)
                .streamingChatModel(
                        GlimpseStreamingChatModel.builder().model(engine).build())
                .tools(weather)
                .chatRequestTransformer(RequiredToolChoiceIT::required)
                .build()
                .ask("Is it warm?")
                .onPartialResponse(piece -> {})
                .onCompleteResponse(answer::complete)
                .onError(answer::completeExceptionally)
                .start();

        assertThat(answer.get(2, TimeUnit.MINUTES).aiMessage().text()).isEqualTo("It is warm.");
        assertThat(weather.calls).isEqualTo(1);
    }

    private static ChatResponse afterAResult() {
        ToolExecutionRequest call = ToolExecutionRequest.builder()
                .id("c1")
                .name("weather")
                .arguments("{}")
                .build();
        List<ChatMessage> messages = List.of(
                UserMessage.from("Is it warm?"), AiMessage.from(call), ToolExecutionResultMessage.from(call, "warm"));
        return model.chat(ChatRequest.builder()
                .messages(messages)
                .parameters(ChatRequestParameters.builder()
                        .toolSpecifications(
                                ToolSpecification.builder().name("weather").build())
                        .toolChoice(ToolChoice.REQUIRED)
                        .build())
                .build());
    }

    @Test
    void aCallerOfTheChatModelGetsACall() {
        assertThat(afterAResult().aiMessage().toolExecutionRequests())
                .extracting(ToolExecutionRequest::name)
                .contains("weather");
    }

    static class Asking {

        private final List<ChatResponse> responses = new ArrayList<>();

        @Tool
        String weather() {
            responses.add(afterAResult());
            return "warm";
        }
    }

    @Test
    void aToolThatCallsTheChatModelGetsACall() {
        Asking asking = new Asking();
        String answer = AiServices.builder(Assistant.class)
                .chatModel(model)
                .tools(asking)
                .chatRequestTransformer(RequiredToolChoiceIT::required)
                .build()
                .ask("Is it warm?");

        assertThat(answer).isEqualTo("It is warm.");
        assertThat(asking.responses).hasSize(1).allMatch(response -> response.aiMessage()
                .hasToolExecutionRequests());
    }
}
