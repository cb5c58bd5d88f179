package io.github.glimpse.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ToolChoice;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.output.FinishReason;
import io.github.glimpse.generate.EngineOptions;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.generate.ScriptedModel;
import io.github.glimpse.testing.chat.ChatPlan;
import io.github.glimpse.testing.chat.ChatPlan.Answer;
import io.github.glimpse.testing.chat.ChatPlan.Call;
import io.github.glimpse.testing.chat.ChatPlan.Turn;
import io.github.glimpse.testing.chat.FormatCase;
import io.github.glimpse.testing.chat.ScriptedChat;
import io.github.glimpse.testing.chat.TemplateModel;
import io.github.glimpse.testing.chat.WrittenHistory;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A tiny Qwen3.5 with the chat templates and special tokens of released models. Skipped by name where {@code glimpse.templates}
 * names no folder with the template.
 */
class ReleasedTemplatesIT {

    private static final Path TINY = Path.of("src/test/resources/fixtures/qwen3_5-tiny/model");
    private static final int TOKENS = 12;
    private static final int TOKENS_OF_CALL = 400;

    @TempDir
    Path folder;

    private EngineOptions options(FormatCase format) {
        assumeTrue(format.folder().isPresent(), "no folder of glimpse.templates has " + format.template());
        TemplateModel.copy(TINY, "<|image_pad|>", format, folder.resolve("model"));
        return EngineOptions.builder(folder.resolve("model")).build();
    }

    private static ChatRequest.Builder request(ChatMessage... messages) {
        return ChatRequest.builder().messages(messages);
    }

    @ParameterizedTest
    @EnumSource(names = {"QWEN3_5_CODER", "QWEN3_CODER", "GEMMA4", "MISTRAL_V11"})
    void answersAQuestionAndStreamsTheSame(FormatCase format) {
        try (LoadedModel engine = LoadedModel.load(options(format))) {
            ChatRequest request =
                    request(UserMessage.from("Hello")).maxOutputTokens(TOKENS).build();
            ChatResponse whole =
                    GlimpseChatModel.builder().model(engine).build().chat(request);
            RecordingHandler stream = new RecordingHandler();
            GlimpseStreamingChatModel.builder().model(engine).build().chat(request, stream);

            assertThat(stream.response().aiMessage()).isEqualTo(whole.aiMessage());
            assertThat(stream.text()).isEqualTo(whole.aiMessage().text());
            assertThat(whole.tokenUsage().outputTokenCount()).isBetween(1, TOKENS);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"QWEN3_5_CODER", "QWEN3_CODER", "GEMMA4", "MISTRAL_V11"})
    void runsTwoRoundsOfToolsWithThoughts(FormatCase format) {
        ChatPlan plan = new ChatPlan(List.of(new Turn(
                "Q01 Rome?",
                false,
                List.of(
                        answer(format, "T01 one call", null, call("Rome", "R01a")),
                        answer(format, "T02 one more", null, call("Oslo", "R01b")),
                        answer(format, "T03 both", "A01 sunny")))));
        ScriptedChat script = new ScriptedChat(format, plan);
        try (LoadedModel engine = ScriptedModel.load(options(format), script)) {
            GlimpseChatModel model = GlimpseChatModel.builder().model(engine).build();
            new PlannedChat(model::chat).run(plan);

            WrittenHistory.check(format, plan, script.takePrompts());
        }
    }

    private static Answer answer(FormatCase format, String thinking, @Nullable String text, Call... calls) {
        return new Answer(format.thinks() ? thinking : null, text, List.of(calls));
    }

    private static Call call(String city, String result) {
        return new Call("get_weather", Map.of("city", city), result + " warm", false);
    }

    @ParameterizedTest
    @EnumSource(names = {"QWEN3_5_CODER", "QWEN3_CODER", "GEMMA4", "MISTRAL_V11"})
    void forcesAValidCallOfAModelWithoutTraining(FormatCase format) {
        try (LoadedModel engine = LoadedModel.load(options(format))) {
            ChatResponse response = GlimpseChatModel.builder()
                    .model(engine)
                    .tools(ToolOptions.DEFAULT)
                    .build()
                    .chat(request(UserMessage.from("Rome?"))
                            .toolSpecifications(PlannedChat.tools())
                            .toolChoice(ToolChoice.REQUIRED)
                            .maxOutputTokens(TOKENS_OF_CALL)
                            .build());

            assertThat(response.finishReason()).isIn(FinishReason.TOOL_EXECUTION, FinishReason.LENGTH);
            assertThat(response.aiMessage().toolExecutionRequests())
                    .isNotEmpty()
                    .allSatisfy(call -> {
                        JsonNode arguments = PlannedChat.json(call.arguments());
                        String required =
                                switch (call.name()) {
                                    case "get_weather" -> "city";
                                    case "take_photo" -> "place";
                                    default -> throw new AssertionError("No tool has the name " + call.name());
                                };
                        assertThat(arguments.path(required).isTextual()).isTrue();
                    });
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"QWEN3_5_CODER", "QWEN3_CODER", "GEMMA4", "MISTRAL_V11"})
    void readsAnImageAndOneInAToolResultWhereTheTemplateHasAPlace(FormatCase format) {
        try (LoadedModel engine = LoadedModel.load(options(format))) {
            GlimpseChatModel model = GlimpseChatModel.builder().model(engine).build();
            UserMessage question =
                    UserMessage.from(TextContent.from("What is that?"), TinyModels.image(TinyModels.QWEN, "017/a.png"));
            ChatResponse answer =
                    model.chat(request(question).maxOutputTokens(TOKENS).build());

            int ofOne =
                    ((GlimpseChatResponseMetadata) answer.metadata()).pruning().imageTokens();
            assertThat(ofOne).isPositive();

            ChatRequest withResult = request(
                            question,
                            AiMessage.from(ToolExecutionRequest.builder()
                                    .id("call00001")
                                    .name("take_photo")
                                    .arguments("{\"place\": \"moon\"}")
                                    .build()),
                            ToolExecutionResultMessage.builder()
                                    .id("call00001")
                                    .toolName("take_photo")
                                    .contents(PlannedChat.contents(new Call("take_photo", Map.of(), "R01", true)))
                                    .build())
                    .toolSpecifications(PlannedChat.tools())
                    .maxOutputTokens(TOKENS)
                    .build();
            if (format.imagesInResults()) {
                ChatResponse response = model.chat(withResult);
                assertThat(((GlimpseChatResponseMetadata) response.metadata())
                                .pruning()
                                .imageTokens())
                        .isEqualTo(2 * ofOne);
            } else {
                assertThatThrownBy(() -> model.chat(withResult))
                        .isInstanceOf(InvalidRequestException.class)
                        .hasMessageContaining("images in tool results");
            }
        }
    }
}
