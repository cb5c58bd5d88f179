package io.github.glimpse.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import io.github.glimpse.generate.ChatTurn;
import io.github.glimpse.generate.EngineOptions;
import io.github.glimpse.generate.HistoryMode;
import io.github.glimpse.generate.LoadedModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Conversations with tools and late system messages, by a template that asks what those of Qwen3.5 ask. */
class ConversationTemplatesIT {

    private static final String TEMPLATE = "{%- for m in messages -%}"
            + "{%- if m.role == 'system' and not loop.first -%}"
            + "{{ raise_exception('System message must be at the beginning.') }}{%- endif -%}"
            + "{%- if m.role == 'assistant' and loop.first -%}"
            + "{{ raise_exception('No user query found in messages.') }}{%- endif -%}"
            + "<|im_start|>{{ m.role }}\n{{ m.content if m.content is string else '' }}"
            + "{%- for c in m.tool_calls or [] -%}<function={{ c.function.name }}>"
            + "{%- for key, value in c.function.arguments | items -%}<parameter={{ key }}>{{ value }}{%- endfor -%}"
            + "{%- endfor -%}<|im_end|>\n{%- endfor -%}"
            + "{%- for t in tools or [] -%}{{ t | tojson }}{%- endfor -%}"
            + "{%- if add_generation_prompt -%}<|im_start|>assistant\n{%- endif -%}";

    private LoadedModel engine;
    private GlimpseChatModel model;

    @BeforeEach
    void load(@TempDir Path folder) throws IOException {
        try (Stream<Path> files = Files.list(TinyModels.QWEN.resolve("model"))) {
            for (Path file :
                    files.filter(file -> !file.endsWith("chat_template.json")).toList()) {
                Files.copy(file, folder.resolve(file.getFileName().toString()));
            }
        }
        Files.writeString(folder.resolve("chat_template.jinja"), TEMPLATE);
        engine = LoadedModel.load(
                EngineOptions.builder(folder).name("tiny").warmUp(false).build());
        model = GlimpseChatModel.builder().model(engine).build();
    }

    @AfterEach
    void close() {
        engine.close();
    }

    private static ToolExecutionRequest call(String id, String city) {
        return ToolExecutionRequest.builder()
                .id(id)
                .name("weather")
                .arguments("{\"city\": \"" + city + "\"}")
                .build();
    }

    private GlimpseChatResponseMetadata ask(ChatMessage... messages) {
        ChatResponse response = model.chat(ChatRequest.builder()
                .messages(List.of(messages))
                .maxOutputTokens(4)
                .build());
        return (GlimpseChatResponseMetadata) response.metadata();
    }

    @Test
    void answersTheRequestAfterAToolCall() {
        ToolExecutionRequest call = call("c1", "Oslo");

        GlimpseChatResponseMetadata metadata = ask(
                UserMessage.from("Is it warm?"),
                AiMessage.from(call),
                ToolExecutionResultMessage.from(call, "22 degrees"));

        assertThat(metadata.history().isWhole()).isTrue();
        assertThat(metadata.history().repairs()).isEmpty();
    }

    @Test
    void keepsTheHistoryWhereTheSystemMessageChanges() {
        int alone = ask(SystemMessage.from("Be kind."), UserMessage.from("What is my name?"))
                .tokenUsage()
                .inputTokenCount();

        GlimpseChatResponseMetadata metadata = ask(
                UserMessage.from("My name is Walrus, and I live in a small town near Oslo."),
                AiMessage.from("Hello, Walrus."),
                SystemMessage.from("Be kind."),
                UserMessage.from("What is my name?"));

        assertThat(metadata.tokenUsage().inputTokenCount()).isGreaterThan(alone + 10);
        assertThat(metadata.history().isWhole()).isTrue();
        assertThat(metadata.history().repairs()).containsExactly("system texts to the front");
    }

    @Test
    void refusesAConversationThatNoRepairHelps() {
        assertThatThrownBy(() -> ask(AiMessage.from("Welcome!"), UserMessage.from("Thanks.")))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("No user query found in messages.");
    }

    /** A chat memory counts each message alone. */
    @Test
    void countsAResultWithoutItsCall() {
        ChatTurn result = ChatTurn.result("c1", "weather", List.of(new ChatTurn.Text("22 degrees")));
        int text = engine.countTokens("22 degrees");

        assertThat(engine.countTokens(List.of(result))).isGreaterThan(text);
        try (LoadedModel strict = LoadedModel.load(
                engine.options().toBuilder().history(HistoryMode.REFUSE).build())) {
            assertThat(strict.countTokens(List.of(result))).isGreaterThan(text);
        }
    }

    @Test
    void readsResultsByTheirIds() {
        ToolExecutionRequest oslo = call("c1", "Oslo");
        ToolExecutionRequest rome = call("c2", "Rome");
        UserMessage question = UserMessage.from("Where is it warm?");
        AiMessage calls = AiMessage.from(oslo, rome);
        ToolExecutionResultMessage cold = ToolExecutionResultMessage.from(oslo, "cold");
        ToolExecutionResultMessage warm = ToolExecutionResultMessage.from(rome, "warm");

        assertThat(ask(question, calls, warm, cold).tokenUsage())
                .isEqualTo(ask(question, calls, cold, warm).tokenUsage());
        assertThatThrownBy(() -> ask(question, calls, cold))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("call without a result: c2");
        assertThatThrownBy(() -> ask(question, calls, cold, warm, warm))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("second tool result");
        assertThatThrownBy(() -> ask(question, AiMessage.from(oslo), warm))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("no call: c2");
        ToolExecutionRequest nameless =
                ToolExecutionRequest.builder().name("weather").arguments("{}").build();
        assertThatThrownBy(() -> ask(question, AiMessage.from(oslo, nameless), cold, warm))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("no id");
    }
}
