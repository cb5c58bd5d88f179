package io.github.glimpse.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ToolChoice;
import dev.langchain4j.model.chat.response.ChatResponse;
import io.github.glimpse.PromptTooLongException;
import io.github.glimpse.generate.HistoryMode;
import io.github.glimpse.generate.LoadedModel;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Tools that do not fit the context beside the request. */
class ToolOverflowIT {

    private static final int LIMIT = 600;

    private static LoadedModel engine;

    @BeforeAll
    static void load() {
        engine = LoadedModel.load(
                TinyModels.options(TinyModels.QWEN).maxInputTokens(LIMIT).build());
    }

    @AfterAll
    static void close() {
        engine.close();
    }

    private static ToolSpecification tool(String name, int words) {
        return ToolSpecification.builder()
                .name(name)
                .description("word ".repeat(words))
                .build();
    }

    private static ChatResponse ask(ToolOverflow overflow, ToolChoice choice, String text, ToolSpecification... tools) {
        List<ChatMessage> messages = List.of(UserMessage.from(text));
        return GlimpseChatModel.builder()
                .model(engine)
                .tools(ToolOptions.DEFAULT.with(overflow))
                .build()
                .chat(ChatRequest.builder()
                        .messages(messages)
                        .parameters(GlimpseChatRequestParameters.builder()
                                .toolSpecifications(tools)
                                .toolChoice(choice)
                                .maxOutputTokens(100)
                                .history(HistoryMode.REFUSE)
                                .build())
                        .build());
    }

    private static GlimpseChatResponseMetadata metadata(ChatResponse response) {
        return (GlimpseChatResponseMetadata) response.metadata();
    }

    @Test
    void theErrorNamesTheToolsAndTheirTokens() {
        assertThatThrownBy(
                        () -> ask(ToolOverflow.REFUSE, ToolChoice.AUTO, "Hello", tool("small", 3), tool("large", 900)))
                .isInstanceOf(InvalidRequestException.class)
                .hasCauseInstanceOf(PromptTooLongException.class)
                .hasMessageContainingAll("glimpse.tools.overflow=drop-largest", "the limit is " + LIMIT)
                .hasMessageMatching("(?s).*large \\([0-9]{3,4}\\), small \\([0-9]{1,2}\\).*");
    }

    @Test
    void theLargestToolsAreLeftOutAndNamed() {
        ChatResponse response = ask(
                ToolOverflow.DROP_LARGEST,
                ToolChoice.REQUIRED,
                "Hello",
                tool("small", 3),
                tool("large", 900),
                tool("largest", 1000));

        assertThat(metadata(response).tools().dropped()).containsExactly("largest", "large");
        assertThat(metadata(response).tools().given()).isEqualTo(3);
        assertThat(metadata(response).tools().offered()).isEqualTo(1);
        // The mask knows the tools that stay.
        assertThat(response.aiMessage().toolExecutionRequests())
                .extracting(ToolExecutionRequest::name)
                .isNotEmpty()
                .containsOnly("small");
    }

    @Test
    void oneToolStaysOrTheRequestIsRefused() {
        assertThatThrownBy(() -> ask(ToolOverflow.DROP_LARGEST, ToolChoice.AUTO, "Hello", tool("only", 900)))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("only (")
                .hasMessageNotContaining("drop-largest");
    }

    @Test
    void toolsThatFitAreAllOffered() {
        assertThat(metadata(ask(
                                ToolOverflow.DROP_LARGEST,
                                ToolChoice.AUTO,
                                "Hello",
                                tool("small", 3),
                                tool("other", 9)))
                        .tools()
                        .dropped())
                .isEmpty();
    }

    @Test
    void aMessageThatIsTooLongItselfIsNotTheToolsFault() {
        assertThatThrownBy(() -> ask(ToolOverflow.DROP_LARGEST, ToolChoice.AUTO, "word ".repeat(900), tool("small", 3)))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageNotContaining("small (");
    }
}
