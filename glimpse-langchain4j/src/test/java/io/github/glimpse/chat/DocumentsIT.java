package io.github.glimpse.chat;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.TimeoutException;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ResponseFormat;
import dev.langchain4j.model.chat.request.ResponseFormatType;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.request.json.JsonSchema;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.CompleteToolCall;
import dev.langchain4j.model.chat.response.PartialToolCall;
import dev.langchain4j.model.chat.response.PartialToolCallContext;
import dev.langchain4j.model.output.FinishReason;
import io.github.glimpse.form.AnswerForm;
import io.github.glimpse.generate.EngineOptions;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.generate.ScriptedModel;
import io.github.glimpse.hub.ModelSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Documents of a schema as streams, beside tools, and told to the model. */
class DocumentsIT {

    private static final ObjectMapper JSON = new ObjectMapper();

    private static final ResponseFormat WEATHER = ResponseFormat.builder()
            .type(ResponseFormatType.JSON)
            .jsonSchema(JsonSchema.builder()
                    .name("weather")
                    .rootElement(JsonObjectSchema.builder()
                            .addEnumProperty("sky", List.of("sunny", "rainy"))
                            .addIntegerProperty("degrees")
                            .required("sky", "degrees")
                            .build())
                    .build())
            .build();

    private static final String SCHEMA = "{\"type\":\"object\",\"properties\":{\"sky\":{\"type\":\"string\",\"enum\":"
            + "[\"sunny\",\"rainy\"]},\"degrees\":{\"type\":\"integer\"}},\"required\":[\"sky\",\"degrees\"]}";

    private static final ToolSpecification LOOK = ToolSpecification.builder()
            .name("look")
            .parameters(JsonObjectSchema.builder()
                    .addStringProperty("city")
                    .required("city")
                    .build())
            .build();

    static List<Path> families() {
        return List.of(TinyModels.QWEN, TinyModels.LLAVA);
    }

    private static ChatRequest request(long seed, List<ToolSpecification> tools) {
        return ChatRequest.builder()
                .messages(UserMessage.from("How is the weather?"))
                .parameters(GlimpseChatRequestParameters.builder()
                        .responseFormat(WEATHER)
                        .toolSpecifications(tools)
                        .temperature(1.0)
                        .seed(seed)
                        .maxOutputTokens(300)
                        .build())
                .build();
    }

    private static void requireWeather(String text) {
        try {
            JsonNode document = JSON.readTree(text);
            assertThat(document.path("sky").asText()).isIn("sunny", "rainy");
            assertThat(document.path("degrees").isIntegralNumber()).isTrue();
            assertThat(document).hasSize(2);
        } catch (JsonProcessingException e) {
            throw new AssertionError(text, e);
        }
    }

    @ParameterizedTest
    @MethodSource("families")
    void aStreamedDocumentComesInPiecesThatAddUpToIt(Path family) {
        try (LoadedModel engine = LoadedModel.load(TinyModels.options(family).build())) {
            for (int seed = 0; seed < 4; seed++) {
                RecordingHandler handler = new RecordingHandler();
                GlimpseStreamingChatModel.builder().model(engine).build().chat(request(seed, List.of()), handler);
                ChatResponse response = handler.response();

                assertThat(handler.text()).isEqualTo(response.aiMessage().text());
                assertThat(handler.texts).hasSizeGreaterThan(1);
                requireWeather(handler.text());
                assertThat(response.finishReason()).isEqualTo(FinishReason.STOP);
                assertThat(Objects.requireNonNull(((GlimpseChatResponseMetadata) response.metadata()).constraint())
                                .kind())
                        .isEqualTo(AnswerForm.Kind.JSON_SCHEMA);
                assertThat(handler.errors).isEmpty();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("families")
    void withASchemaAndToolsAnAnswerIsADocumentOrCalls(Path family) {
        int documents = 0;
        int calls = 0;
        try (LoadedModel engine = LoadedModel.load(TinyModels.options(family).build())) {
            ChatModel model = new StreamedChatModel(engine);
            for (int seed = 0; seed < 6; seed++) {
                ChatResponse response = model.chat(request(seed, List.of(LOOK)));
                AiMessage message = response.aiMessage();
                if (message.hasToolExecutionRequests()) {
                    calls++;
                    assertThat(message.text()).isNull();
                    assertThat(response.finishReason()).isIn(FinishReason.TOOL_EXECUTION, FinishReason.LENGTH);
                } else {
                    documents++;
                    requireWeather(message.text());
                }
            }
        }
        assertThat(documents + calls).isEqualTo(6);
    }

    @ParameterizedTest
    @MethodSource("families")
    void behindTheResultOfACallComesTheDocument(Path family) {
        List<String> answers = List.of(
                "<tool_call>\n{\"name\": \"look\", \"arguments\": {\"city\": \"Munich\"}}\n</tool_call>",
                "{\"sky\": \"rainy\", \"degrees\": -3}");
        try (LoadedModel engine = ScriptedModel.load(TinyModels.options(family).build(), answers)) {
            ChatModel model = GlimpseChatModel.builder().model(engine).build();
            ChatRequest first = request(1, List.of(LOOK));
            ChatResponse called = model.chat(first);
            ToolExecutionRequest call =
                    called.aiMessage().toolExecutionRequests().get(0);
            ChatResponse told = model.chat(ChatRequest.builder()
                    .messages(
                            first.messages().get(0),
                            called.aiMessage(),
                            ToolExecutionResultMessage.from(call, "It rains."))
                    .parameters(first.parameters())
                    .build());

            assertThat(call.arguments()).isEqualTo("{\"city\": \"Munich\"}");
            assertThat(called.finishReason()).isEqualTo(FinishReason.TOOL_EXECUTION);
            assertThat(told.aiMessage().text()).isEqualTo(answers.get(1));
            assertThat(told.finishReason()).isEqualTo(FinishReason.STOP);
        }
    }

    /** A deadline that passes while the arguments of a call are told. */
    @Test
    void aDeadlineInAStreamedCallIsAnErrorAndNoCall() {
        Duration timeout = Duration.ofSeconds(5);
        List<CompleteToolCall> calls = new CopyOnWriteArrayList<>();
        EngineOptions options =
                TinyModels.options(TinyModels.QWEN).timeout(timeout).build();
        try (LoadedModel engine = ScriptedModel.load(
                options,
                prompt -> "<tool_call>\n{\"name\": \"look\", \"arguments\": {\"city\": \"" + "Munich".repeat(30)
                        + "\"}}\n</tool_call>")) {
            long end = System.nanoTime() + timeout.plusSeconds(1).toNanos();
            RecordingHandler handler = new RecordingHandler() {

                @Override
                public void onPartialToolCall(PartialToolCall piece, PartialToolCallContext context) {
                    texts.add(piece.partialArguments());
                    while (texts.size() == 3 && System.nanoTime() < end) {
                        LockSupport.parkNanos(end - System.nanoTime());
                    }
                }

                @Override
                public void onCompleteToolCall(CompleteToolCall call) {
                    calls.add(call);
                }
            };
            GlimpseStreamingChatModel.builder()
                    .model(engine)
                    .build()
                    .chat(
                            ChatRequest.builder()
                                    .messages(UserMessage.from("How is the weather?"))
                                    .toolSpecifications(LOOK)
                                    .build(),
                            handler);

            assertThat(handler.error()).isInstanceOf(TimeoutException.class);
            assertThat(handler.texts).hasSize(3);
            assertThat(calls).isEmpty();
            assertThat(handler.responses).isEmpty();
        }
    }

    @Test
    void byItselfThePromptHasTheSchemaOnceWhereThereIsRoom() {
        assertThat(prompt(TinyModels.options(TinyModels.QWEN).build(), "How is the weather?"))
                .containsOnlyOnce(SCHEMA);
    }

    @Test
    void byItselfThePromptHasNoSchemaThatAMessageHasAlready() {
        String prompt = prompt(TinyModels.options(TinyModels.QWEN).build(), "How is the weather? Answer by " + SCHEMA);

        assertThat(prompt).containsOnlyOnce(SCHEMA).doesNotContain("that is valid for this JSON schema");
    }

    @Test
    void byItselfThePromptHasTheSchemaWhereTheContextHasTwoThousandTokens(@TempDir Path folder) throws IOException {
        String prompt = prompt(withContext(2048, folder), "How is the weather?");

        assertThat(prompt).contains("How is the weather?").contains("that is valid for this JSON schema", SCHEMA);
    }

    @Test
    void byItselfThePromptHasNoSchemaWhereTheContextIsShort(@TempDir Path folder) throws IOException {
        String prompt = prompt(withContext(2047, folder), "How is the weather?");

        assertThat(prompt).contains("How is the weather?").doesNotContain("schema", "sunny");
    }

    /** The embedded model with another context, and without the limits of its training. */
    private static EngineOptions withContext(int tokens, Path folder) throws IOException {
        try (ModelSource embedded = ModelSource.embedded();
                Stream<Path> files = Files.list(embedded.directory())) {
            for (Path file : files.toList()) {
                Files.copy(file, folder.resolve(file.getFileName().toString()));
            }
        }
        Path config = folder.resolve("config.json");
        Files.writeString(
                config,
                Files.readString(config)
                        .replace("glimpse_training", "unused")
                        .replaceAll("(\"max_position_embeddings\"\\s*:\\s*)\\d+", "$1" + tokens));
        return EngineOptions.builder(folder).build();
    }

    private static String prompt(EngineOptions options, String question) {
        List<String> prompts = new ArrayList<>();
        try (LoadedModel engine = ScriptedModel.load(options, prompt -> {
            prompts.add(prompt);
            return "{\"sky\": \"sunny\", \"degrees\": 21}";
        })) {
            ChatResponse response = GlimpseChatModel.builder()
                    .model(engine)
                    .build()
                    .chat(ChatRequest.builder()
                            .messages(UserMessage.from(question))
                            .responseFormat(WEATHER)
                            .build());
            requireWeather(response.aiMessage().text());
        }
        assertThat(prompts).hasSize(1);
        return prompts.get(0);
    }
}
