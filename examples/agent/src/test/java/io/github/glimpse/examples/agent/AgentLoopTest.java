package io.github.glimpse.examples.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.UserMessage;
import io.github.glimpse.chat.GlimpseChatModel;
import io.github.glimpse.generate.EngineOptions;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.generate.ScriptedModel;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** The loop with a model that knows what it wants: the tokens that it chooses come from a script, all else is the engine's. */
class AgentLoopTest {

    private static final Path TINY = Path.of(
            System.getProperty("glimpse.basedir", "../.."),
            "glimpse-langchain4j/src/test/resources/fixtures/qwen2_5_vl-tiny");

    private static String call(String name, String arguments) {
        return "<tool_call>\n{\"name\": \"" + name + "\", \"arguments\": " + arguments + "}\n</tool_call>";
    }

    private static ImageContent receipt() throws IOException {
        try (InputStream file = Objects.requireNonNull(AgentLoopTest.class.getResourceAsStream("/receipt.png"))) {
            return ImageContent.from(Base64.getEncoder().encodeToString(file.readAllBytes()), "image/png");
        }
    }

    @Test
    void itLooksCloserAddsNotesAndAnswers() throws IOException {
        StringWriter printed = new StringWriter();
        Desk desk = new Desk();
        List<String> script = List.of(
                call("zoom", "{\"image\": 1, \"x1\": 0, \"y1\": 500, \"x2\": 1000, \"y2\": 1000}"),
                call("add", "{\"first\": 12, \"second\": 30}"),
                call("note", "{\"entry\": \"TOTAL\", \"number\": 42}"),
                "42 in all");
        List<ChatMessage> messages;
        try (LoadedModel engine = ScriptedModel.load(
                EngineOptions.builder(TINY.resolve("model"))
                        .module(TINY.resolve("glimpse"))
                        .build(),
                script)) {
            GlimpseChatModel model = GlimpseChatModel.builder().model(engine).build();

            messages = new AgentLoop(model, new Toolbox(desk), new PrintWriter(printed, true), 8, 0)
                    .run(UserMessage.from(TextContent.from("What do both cost?"), receipt()));
        }

        assertThat(messages).hasSize(8);
        assertThat(((AiMessage) messages.get(7)).text()).isEqualTo("42 in all");
        assertThat(desk.notes()).containsExactly("total 42");
        assertThat(printed.toString())
                .containsSubsequence(
                        "Step 1",
                        "of 1 pictures",
                        "calls   zoom",
                        "gives   Image 1 from 0, 500 to 1000, 1000: ",
                        ", and a picture",
                        "Step 2",
                        "of 2 pictures",
                        "calls   add {\"first\": 12, \"second\": 30}",
                        "gives   42",
                        "Step 3",
                        "gives   1 noted",
                        "Step 4",
                        "says    42 in all");
    }

    @Test
    void itStopsAfterSoManySteps() throws IOException {
        StringWriter printed = new StringWriter();
        try (LoadedModel engine = ScriptedModel.load(
                EngineOptions.builder(TINY.resolve("model")).build(),
                List.of(call("add", "{\"first\": 1, \"second\": 1}"), call("add", "{\"first\": 2, \"second\": 1}")))) {
            GlimpseChatModel model = GlimpseChatModel.builder().model(engine).build();

            List<ChatMessage> messages = new AgentLoop(
                            model, new Toolbox(new Desk()), new PrintWriter(printed, true), 2, 0)
                    .run(UserMessage.from(receipt()));

            assertThat(messages).hasSize(5);
        }
        assertThat(printed.toString()).endsWith("Stopped after 2 steps" + System.lineSeparator());
    }
}
