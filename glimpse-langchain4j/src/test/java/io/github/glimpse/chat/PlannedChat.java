package io.github.glimpse.chat;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.Content;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.response.ChatResponse;
import io.github.glimpse.testing.chat.ChatPlan;
import io.github.glimpse.testing.chat.ChatPlan.Answer;
import io.github.glimpse.testing.chat.ChatPlan.Call;
import io.github.glimpse.testing.chat.ChatPlan.Turn;
import io.github.glimpse.testing.chat.TwelveTurns;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/** Driver of a {@link ChatPlan}: sends the messages of the conversation, with results in reverse order, and checks each answer. */
final class PlannedChat {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final List<ChatMessage> messages = new ArrayList<>();
    private final Set<String> ids = new HashSet<>();
    private final Function<ChatRequest, ChatResponse> model;

    /**
     * Makes a conversation with a model.
     *
     * @param model answers a request
     */
    PlannedChat(Function<ChatRequest, ChatResponse> model) {
        this.model = model;
    }

    /** The tools of {@link TwelveTurns}. */
    static List<ToolSpecification> tools() {
        return List.of(
                tool("get_weather")
                        .parameters(JsonObjectSchema.builder()
                                .addStringProperty("city", "Name of the city")
                                .addIntegerProperty("days")
                                .addBooleanProperty("details")
                                .required("city")
                                .build())
                        .build(),
                tool("take_photo")
                        .parameters(JsonObjectSchema.builder()
                                .addStringProperty("place")
                                .required("place")
                                .build())
                        .build());
    }

    private static ToolSpecification.Builder tool(String name) {
        return ToolSpecification.builder().name(name).description(TwelveTurns.DESCRIPTIONS.get(name));
    }

    /** Runs the whole conversation. */
    void run(ChatPlan plan) {
        for (Turn turn : plan.turns()) {
            messages.add(question(turn));
            for (Answer answer : turn.answers()) {
                ChatResponse response = model.apply(ChatRequest.builder()
                        .messages(messages)
                        .toolSpecifications(tools())
                        .build());
                check(answer, response);
                messages.add(response.aiMessage());
                List<ToolExecutionRequest> requests = response.aiMessage().toolExecutionRequests();
                for (int index = requests.size() - 1; index >= 0; index--) {
                    messages.add(result(requests.get(index), answer.calls().get(index)));
                }
            }
        }
    }

    static UserMessage question(Turn turn) {
        List<Content> contents = new ArrayList<>(List.of(TextContent.from(turn.question())));
        if (turn.image()) {
            contents.add(TinyModels.image(TinyModels.QWEN, "017/a.png"));
        }
        return UserMessage.from(contents);
    }

    static List<Content> contents(Call call) {
        List<Content> contents = new ArrayList<>(List.of(TextContent.from(call.result())));
        if (call.image()) {
            contents.add(TinyModels.image(TinyModels.QWEN, "017/a.png"));
        }
        return contents;
    }

    private static ToolExecutionResultMessage result(ToolExecutionRequest request, Call call) {
        return ToolExecutionResultMessage.builder()
                .id(request.id())
                .toolName(request.name())
                .contents(contents(call))
                .build();
    }

    private void check(Answer answer, ChatResponse response) {
        check(answer, response.aiMessage());
        assertThat(response.aiMessage().toolExecutionRequests())
                .allSatisfy(request -> assertThat(ids.add(request.id())).isTrue());
        assertThat(((GlimpseChatResponseMetadata) response.metadata()).history().leftOutMessages())
                .isZero();
    }

    /** Checks that a message is the planned answer. */
    static void check(Answer answer, AiMessage message) {
        assertThat(message.text()).as("text of %s", message).isEqualTo(answer.text());
        String thinking = answer.thinking();
        assertThat(message.thinking())
                .as("thought of %s", message)
                .isEqualTo(thinking == null || thinking.isBlank() ? null : thinking);
        assertThat(message.toolExecutionRequests())
                .as("calls of %s", message)
                .extracting(request -> request.name() + json(request.arguments()))
                .isEqualTo(answer.calls().stream().map(PlannedChat::text).toList());
    }

    /** Name and arguments of a call. */
    static String text(Call call) {
        return call.name() + JSON.valueToTree(call.arguments());
    }

    static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }
}
