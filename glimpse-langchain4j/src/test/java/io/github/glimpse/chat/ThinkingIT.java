package io.github.glimpse.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ResponseFormat;
import dev.langchain4j.model.chat.request.ResponseFormatType;
import dev.langchain4j.model.chat.request.ToolChoice;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.request.json.JsonSchema;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.PartialThinking;
import dev.langchain4j.model.output.FinishReason;
import io.github.glimpse.answer.ThinkingReport;
import io.github.glimpse.answer.ToolCallFormat;
import io.github.glimpse.generate.EngineOptions;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.generate.ScriptedModel;
import io.github.glimpse.request.GlimpseTokenUsage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Thoughts and native tool calls of a tiny model whose template opens a thought, with scripted answers. */
class ThinkingIT {

    private static final String TEMPLATE = """
            {%- if tools %}{{- '<|im_start|>system\\n' }}{% for tool in tools %}{{ tool | tojson }}{% endfor %}{{- '<|im_end|>\\n' }}{% endif %}
            {%- for message in messages %}
            {{- '<|im_start|>' + message.role + '\\n' }}
            {%- if message.content is string %}{{- message.content }}{% else %}{% for part in message.content %}
            {%- if part.type == 'image' %}{{- '<|vision_start|><|image_pad|><|vision_end|>' }}{% else %}{{- part.text }}{% endif %}
            {%- endfor %}{% endif %}
            {%- for call in message.tool_calls or [] %}
            {{- '<tool_call>\\n<function=' + call.function.name + '>\\n' }}
            {%- if call.function.arguments is mapping %}
            {%- for key, value in call.function.arguments.items() %}
            {{- '<parameter=' + key + '>\\n' }}{{ value if value is string else value | tojson }}{{- '\\n</parameter>\\n' }}
            {%- endfor %}{% endif %}
            {{- '</function>\\n</tool_call>' }}
            {%- endfor %}
            {{- '<|im_end|>\\n' }}
            {%- endfor %}
            {%- if add_generation_prompt %}{{- '<|im_start|>assistant\\n<think>\\n' }}{% endif %}
            {#- history drops '\\n</think>\\n\\n' -#}
            """;

    private static final ToolSpecification PUT = ToolSpecification.builder()
            .name("put")
            .parameters(JsonObjectSchema.builder()
                    .addStringProperty("text")
                    .addIntegerProperty("count")
                    .required("text")
                    .build())
            .build();

    @TempDir
    static Path folder;

    @TempDir
    static Path unreadable;

    @BeforeAll
    static void copyTheModelWithOtherTemplates() throws IOException {
        copyModel(folder, TEMPLATE);
        copyModel(unreadable, TEMPLATE.replace("<tool_call>", "<|call|>"));
    }

    private static void copyModel(Path target, String template) throws IOException {
        try (Stream<Path> files = Files.list(TinyModels.QWEN.resolve("model"))) {
            for (Path file : files.toList()) {
                Files.copy(file, target.resolve(file.getFileName()));
            }
        }
        Files.writeString(target.resolve("chat_template.jinja"), template);
    }

    private static LoadedModel model(String answer) {
        return ScriptedModel.load(EngineOptions.builder(folder).build(), prompt -> answer);
    }

    private static ChatRequest.Builder question() {
        return ChatRequest.builder().messages(UserMessage.from("Six sevens?"));
    }

    private static ChatResponse answer(String script, ChatRequest request) {
        try (LoadedModel engine = model(script)) {
            return GlimpseChatModel.builder().model(engine).build().chat(request);
        }
    }

    @Test
    void returnsTheThoughtApartFromTheText() {
        ChatResponse response =
                answer("Six sevens are 42.\n</think>\n\nIt is 42.", question().build());

        assertThat(response.aiMessage().thinking()).isEqualTo("Six sevens are 42.");
        assertThat(response.aiMessage().text()).isEqualTo("It is 42.");
        assertThat(((GlimpseTokenUsage) response.tokenUsage()).reasoningTokenCount())
                .isPositive()
                .isLessThan(response.tokenUsage().outputTokenCount());
    }

    @Test
    void dropsTheThoughtThatIsNotToBeReturned() {
        ChatRequest request = question()
                .parameters(GlimpseChatRequestParameters.builder()
                        .returnThinking(false)
                        .build())
                .build();
        ChatResponse response = answer("Six sevens are 42.</think>It is 42.", request);

        assertThat(response.aiMessage().thinking()).isNull();
        assertThat(response.aiMessage().text()).isEqualTo("It is 42.");
    }

    @Test
    void aModelThatReturnsNoThoughtsReportsNoPiecesOfThem() {
        try (LoadedModel engine = model("Six sevens are 42.</think>It is 42.")) {
            RecordingHandler handler = new RecordingHandler() {
                @Override
                public void onPartialThinking(PartialThinking piece) {
                    throw new AssertionError("A thought was reported: " + piece);
                }
            };
            GlimpseStreamingChatModel.builder()
                    .model(engine)
                    .returnThinking(false)
                    .build()
                    .chat(question().build(), handler);

            assertThat(handler.response().aiMessage().thinking()).isNull();
            assertThat(handler.response().aiMessage().text()).isEqualTo("It is 42.");
            assertThat(handler.errors).isEmpty();
        }
    }

    @Test
    void reportsThoughtAndTextInPiecesThatAddUp() {
        try (LoadedModel engine = model("If a < b </thin.\n</think>\n\nIt is <b>42</b>.")) {
            StringBuilder thinking = new StringBuilder();
            RecordingHandler handler = new RecordingHandler() {
                @Override
                public void onPartialThinking(PartialThinking piece) {
                    thinking.append(piece.text());
                }
            };
            GlimpseStreamingChatModel.builder()
                    .model(engine)
                    .build()
                    .chat(question().build(), handler);
            ChatResponse response = handler.response();

            assertThat(thinking).hasToString("If a < b </thin.");
            assertThat(response.aiMessage().thinking()).isEqualTo(thinking.toString());
            assertThat(response.aiMessage().text()).isEqualTo("It is <b>42</b>.");
        }
    }

    @Test
    void closesTheThoughtAtItsBudget() {
        ChatRequest request = question()
                .parameters(GlimpseChatRequestParameters.builder()
                        .thinkingBudget(8)
                        .maxOutputTokens(200)
                        .build())
                .build();
        ChatResponse response = answer("I think and think and ".repeat(12), request);
        GlimpseChatResponseMetadata metadata = (GlimpseChatResponseMetadata) response.metadata();

        assertThat(metadata.thinking().closed()).isEqualTo(ThinkingReport.Closed.BY_BUDGET);
        assertThat(response.aiMessage().thinking()).startsWith("I think").doesNotContain("think>");
        assertThat(response.aiMessage().text()).isNotEmpty().doesNotContain("think>");
        assertThat(response.finishReason()).isEqualTo(FinishReason.STOP);
    }

    @Test
    void appliesStopSequencesToTheTextOnly() {
        ChatRequest request = question()
                .parameters(GlimpseChatRequestParameters.builder()
                        .stopSequences("42")
                        .build())
                .build();
        ChatResponse response = answer("It has 42.</think>So 42 it is.", request);

        assertThat(response.aiMessage().thinking()).isEqualTo("It has 42.");
        assertThat(response.aiMessage().text()).isEqualTo("So ");
    }

    @Test
    void leavesAThoughtThatTheLimitCutWithoutText() {
        ChatRequest request = question()
                .parameters(GlimpseChatRequestParameters.builder()
                        .maxOutputTokens(5)
                        .build())
                .build();
        ChatResponse response = answer("I think and think and think and think.", request);

        assertThat(response.aiMessage().thinking()).startsWith("I think");
        assertThat(response.aiMessage().text()).isEmpty();
        assertThat(response.finishReason()).isEqualTo(FinishReason.LENGTH);
    }

    @Test
    void beginsTheMaskOfADocumentAfterTheThought() {
        ChatRequest request = question()
                .responseFormat(ResponseFormat.builder()
                        .type(ResponseFormatType.JSON)
                        .jsonSchema(JsonSchema.builder()
                                .name("number")
                                .rootElement(JsonObjectSchema.builder()
                                        .addIntegerProperty("n")
                                        .required("n")
                                        .build())
                                .build())
                        .build())
                .build();
        ChatResponse response = answer("{\"n\": 1} is wrong.\n</think>\n\n{\"n\": 42}", request);

        assertThat(response.aiMessage().thinking()).isEqualTo("{\"n\": 1} is wrong.");
        assertThat(response.aiMessage().text().replace(" ", "")).isEqualTo("{\"n\":42}");
    }

    @Test
    void closesTheThoughtWhereOnlyTheRoomForADocumentIsLeft() {
        ChatRequest request = question()
                .parameters(GlimpseChatRequestParameters.builder()
                        .maxOutputTokens(60)
                        .responseFormat(ResponseFormat.builder()
                                .type(ResponseFormatType.JSON)
                                .jsonSchema(JsonSchema.builder()
                                        .name("number")
                                        .rootElement(JsonObjectSchema.builder()
                                                .addBooleanProperty("b")
                                                .required("b")
                                                .build())
                                        .build())
                                .build())
                        .build())
                .build();
        ChatResponse response = answer("I think and think and ".repeat(30), request);

        assertThat(response.aiMessage().text()).matches("\\s*\\{\\s*\"b\"\\s*:\\s*(true|false)\\s*\\}\\s*");
        assertThat(((GlimpseChatResponseMetadata) response.metadata())
                        .thinking()
                        .closed())
                .isEqualTo(ThinkingReport.Closed.FOR_FORM);
    }

    @Test
    void readsCallsInTheFormatOfTheTemplateWithTypedParameters() {
        String call =
                "<tool_call>\n<function=put>\n<parameter=text>\n01\n</parameter>\n<parameter=count>\n7\n</parameter>\n"
                        + "</function>\n</tool_call>";
        ChatResponse response = answer(
                "I call.\n</think>\n\nNow:\n" + call,
                question().toolSpecifications(PUT).build());

        assertThat(response.aiMessage().thinking()).isEqualTo("I call.");
        assertThat(response.aiMessage().text()).isEqualTo("Now:");
        assertThat(response.aiMessage().toolExecutionRequests()).singleElement().satisfies(request -> {
            assertThat(request.name()).isEqualTo("put");
            assertThat(request.arguments()).isEqualTo("{\"text\": \"01\", \"count\": 7}");
        });
        assertThat(response.finishReason()).isEqualTo(FinishReason.TOOL_EXECUTION);
    }

    @Test
    void leavesABlockOfAnUnlistedToolAsTextAndReportsIt() {
        String call = "<tool_call>\n<function=no_such>\n</function>\n</tool_call>";
        try (LoadedModel engine = model("</think>" + call)) {
            GlimpseChatModel model = GlimpseChatModel.builder()
                    .model(engine)
                    .tools(new ToolOptions(ToolsMode.DEFAULT, false, true, ToolOptions.DEFAULT_MAX_CALLS))
                    .build();

            ChatResponse response =
                    model.chat(question().toolSpecifications(PUT).build());

            assertThat(response.aiMessage().text()).isEqualTo(call);
            assertThat(response.aiMessage().hasToolExecutionRequests()).isFalse();
            GlimpseChatResponseMetadata metadata = (GlimpseChatResponseMetadata) response.metadata();
            assertThat(metadata.tools().unlisted()).isEqualTo(List.of("no_such"));
        }
    }

    @Test
    void aMaskAllowsNoBlockOfAnUnlistedTool() {
        ChatResponse response = answer(
                "</think><tool_call>\n<function=no_such>\n</function>\n</tool_call>",
                question().toolSpecifications(PUT).maxOutputTokens(60).build());

        GlimpseChatResponseMetadata metadata = (GlimpseChatResponseMetadata) response.metadata();
        assertThat(metadata.tools().masked()).isTrue();
        assertThat(metadata.tools().unlisted()).isEmpty();
        assertThat(response.aiMessage().toolExecutionRequests())
                .allSatisfy(made -> assertThat(made.name()).isEqualTo("put"));
    }

    @Test
    void forcesACallAfterTheThought() {
        ChatRequest request = question()
                .toolSpecifications(PUT)
                .toolChoice(ToolChoice.REQUIRED)
                .build();
        ChatResponse response = answer(
                "I call.\n</think>\n\n<tool_call>\n{\"name\": \"put\", \"arguments\": {\"text\": \"a\"}}\n</tool_call>",
                request);

        assertThat(response.aiMessage().thinking()).isEqualTo("I call.");
        assertThat(response.aiMessage().toolExecutionRequests()).isNotEmpty().allSatisfy(call -> assertThat(call.name())
                .isEqualTo("put"));
    }

    @Test
    void refusesToolsWhereNoReaderUnderstandsTheTemplatesCalls() {
        try (LoadedModel engine =
                ScriptedModel.load(EngineOptions.builder(unreadable).build(), prompt -> "</think>Hello")) {
            GlimpseChatModel model = GlimpseChatModel.builder().model(engine).build();

            assertThatThrownBy(
                            () -> model.chat(question().toolSpecifications(PUT).build()))
                    .isInstanceOf(UnsupportedFeatureException.class)
                    .hasMessageContaining("the answer format of this template is not supported");
            assertThat(model.chat(question().build()).aiMessage().text()).isEqualTo("Hello");
        }
    }

    @Test
    void readsCallsInTheFormatThatIsNamed() {
        try (LoadedModel engine =
                ScriptedModel.load(EngineOptions.builder(unreadable).build(), prompt -> "</think>[put(text='a')]")) {
            GlimpseChatModel model = GlimpseChatModel.builder()
                    .model(engine)
                    .tools(ToolOptions.DEFAULT.withFormat(ToolCallFormat.PYTHONIC))
                    .build();

            assertThat(model.chat(question().toolSpecifications(PUT).build())
                            .aiMessage()
                            .toolExecutionRequests())
                    .singleElement()
                    .satisfies(call -> assertThat(call.arguments()).isEqualTo("{\"text\": \"a\"}"));
        }
    }
}
