package io.github.glimpse.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.NonRetriableException;
import dev.langchain4j.exception.RateLimitException;
import dev.langchain4j.exception.TimeoutException;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.request.DefaultChatRequestParameters;
import dev.langchain4j.model.chat.request.ResponseFormat;
import dev.langchain4j.model.chat.request.ResponseFormatType;
import dev.langchain4j.model.chat.request.ToolChoice;
import dev.langchain4j.model.chat.request.json.JsonRawSchema;
import dev.langchain4j.model.chat.request.json.JsonSchema;
import io.github.glimpse.EngineClosedException;
import io.github.glimpse.InvalidImageException;
import io.github.glimpse.PromptTooLongException;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.prune.PruningStep;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What is refused, when, and by which exception. */
class ChatModelRefusalsIT {

    private static final ToolSpecification TOOL =
            ToolSpecification.builder().name("getWeather").build();

    private static LoadedModel engine;
    private static ChatModel model;
    private static StreamingChatModel streaming;

    @BeforeAll
    static void load() {
        engine = TinyModels.qwen();
        model = GlimpseChatModel.builder().model(engine).build();
        streaming = GlimpseStreamingChatModel.builder().model(engine).build();
    }

    @AfterAll
    static void close() {
        engine.close();
    }

    private static ResponseFormat schema(String text) {
        return ResponseFormat.builder()
                .type(ResponseFormatType.JSON)
                .jsonSchema(JsonSchema.builder()
                        .name("answer")
                        .rootElement(JsonRawSchema.from(text))
                        .build())
                .build();
    }

    static Stream<Arguments> parameters() {
        PruningStep outside = PruningStep.builder("glimpse").at("layer 99").build();
        return Stream.of(
                arguments(common().modelName("dummy").build(), UnsupportedFeatureException.class, "modelName"),
                arguments(
                        common().toolSpecifications(TOOL, TOOL).build(),
                        InvalidRequestException.class,
                        "'getWeather' comes twice"),
                arguments(
                        common().toolChoice(ToolChoice.REQUIRED).build(),
                        InvalidRequestException.class,
                        "ToolChoice.REQUIRED"),
                arguments(
                        own().responseFormat(ResponseFormat.JSON).regex("a").build(),
                        InvalidRequestException.class,
                        "JSON response format and regex"),
                arguments(
                        own().choice(List.of("a")).regex("a").build(),
                        InvalidRequestException.class,
                        "choice and regex"),
                arguments(own().choice(List.of()).build(), InvalidRequestException.class, "satisfies"),
                arguments(own().regex("(?=a)").build(), UnsupportedFeatureException.class, "regular expression"),
                arguments(
                        common().responseFormat(schema("{\"type\": \"object\", \"not\": {}}"))
                                .build(),
                        UnsupportedFeatureException.class,
                        "'not' at #"),
                arguments(
                        common().responseFormat(schema("{\"type\": \"integer\", \"minimum\": 2, \"maximum\": 1}"))
                                .build(),
                        InvalidRequestException.class,
                        "satisfies"),
                arguments(common().temperature(-1.0).build(), InvalidRequestException.class, "temperature"),
                arguments(common().topP(0.0).build(), InvalidRequestException.class, "top-p"),
                arguments(common().topP(Double.NaN).build(), InvalidRequestException.class, "top-p"),
                arguments(common().topK(-1).build(), InvalidRequestException.class, "top-k"),
                arguments(common().maxOutputTokens(0).build(), InvalidRequestException.class, "max-output-tokens"),
                arguments(common().presencePenalty(3.0).build(), InvalidRequestException.class, "presence-penalty"),
                arguments(common().stopSequences("").build(), InvalidRequestException.class, "stop sequence"),
                arguments(own().minP(2.0).build(), InvalidRequestException.class, "min-p"),
                arguments(own().pruningStrategy("magic").build(), InvalidRequestException.class, "'magic'"),
                arguments(own().pruningSchedule(List.of(outside)).build(), InvalidRequestException.class, "layer 99"),
                arguments(
                        own().pruningSchedule(List.of(half("fastv", "layer 2"), half("div-prune", "vision")))
                                .build(),
                        InvalidRequestException.class,
                        "places of a schedule must rise"),
                arguments(
                        own().pruningSchedule(List.of(half("merge-similar", "layer 3")))
                                .build(),
                        InvalidRequestException.class,
                        "merge-similar"),
                arguments(
                        own().pruningSchedule(List.of(half("cls-attention", "vision")))
                                .build(),
                        InvalidRequestException.class,
                        "CLS"));
    }

    private static PruningStep half(String strategy, String at) {
        return PruningStep.builder(strategy).at(at).retentionRatio(0.5).build();
    }

    @ParameterizedTest
    @MethodSource("parameters")
    void parametersThatCannotWorkAreRefusedAtOnce(
            ChatRequestParameters parameters, Class<? extends Exception> type, String word) {
        ChatRequest request = ChatRequest.builder()
                .messages(UserMessage.from("hello"))
                .parameters(parameters)
                .build();

        assertThatThrownBy(() -> model.chat(request)).isExactlyInstanceOf(type).hasMessageContaining(word);
        assertThatThrownBy(() -> streaming.chat(request, new RecordingHandler()))
                .isExactlyInstanceOf(type)
                .hasMessageContaining(word);
        if (type == UnsupportedFeatureException.class) {
            assertThatThrownBy(() -> model.chat(request)).hasMessageContaining("not support");
        }
    }

    @ParameterizedTest
    @MethodSource("parameters")
    void defaultsThatCannotWorkAreRefusedWhenTheModelIsBuilt(
            ChatRequestParameters parameters, Class<? extends Exception> type, String word) {
        assertThatThrownBy(() -> GlimpseChatModel.builder()
                        .model(engine)
                        .defaultRequestParameters(parameters)
                        .build())
                .isExactlyInstanceOf(type)
                .hasMessageContaining(word);
        assertThatThrownBy(() -> GlimpseStreamingChatModel.builder()
                        .model(engine)
                        .defaultRequestParameters(parameters)
                        .build())
                .isExactlyInstanceOf(type)
                .hasMessageContaining(word);
    }

    @Test
    void whereToolsAreRefusedTheRefusalNamesThem() {
        ChatModel refusing =
                GlimpseChatModel.builder().model(engine).tools(ToolsMode.REFUSE).build();

        assertThatThrownBy(() -> refusing.chat(ChatRequest.builder()
                        .messages(UserMessage.from("hello"))
                        .toolSpecifications(TOOL)
                        .build()))
                .isExactlyInstanceOf(UnsupportedFeatureException.class)
                .hasMessageContainingAll("getWeather", "not support", "wiringMode");
    }

    @Test
    void parametersAreNamedBeforeContents() {
        ChatRequest request = ChatRequest.builder()
                .messages(UserMessage.from(ImageContent.from("https://example.com/cat.png")))
                .modelName("dummy")
                .responseFormat(ResponseFormat.JSON)
                .build();

        assertThatThrownBy(() -> model.chat(request)).hasMessageContaining("modelName");
    }

    @Test
    void theLoadedModelsNameAndHarmlessToolChoicesAreAccepted() {
        for (ToolChoice choice : List.of(ToolChoice.AUTO, ToolChoice.NONE)) {
            assertThat(model.chat(ChatRequest.builder()
                                    .messages(UserMessage.from("hello"))
                                    .modelName("tiny")
                                    .toolChoice(choice)
                                    .responseFormat(ResponseFormat.TEXT)
                                    .maxOutputTokens(1)
                                    .build())
                            .modelName())
                    .isEqualTo("tiny");
        }
    }

    @Test
    void aDamagedImageIsAnInvalidRequest() {
        String data = Base64.getEncoder().encodeToString("no picture".getBytes(StandardCharsets.UTF_8));
        ChatRequest request = ChatRequest.builder()
                .messages(UserMessage.from(ImageContent.from(data, "image/png")))
                .build();

        assertThatThrownBy(() -> model.chat(request))
                .isExactlyInstanceOf(InvalidRequestException.class)
                .hasCauseInstanceOf(InvalidImageException.class);
        RecordingHandler handler = new RecordingHandler();
        streaming.chat(request, handler);
        assertThat(handler.error()).isExactlyInstanceOf(InvalidRequestException.class);
    }

    @Test
    void aPromptOverTheLimitIsAnInvalidRequest() {
        try (LoadedModel small = LoadedModel.load(
                TinyModels.options(TinyModels.QWEN).maxInputTokens(40).build())) {
            ChatModel chat = GlimpseChatModel.builder().model(small).build();

            assertThatThrownBy(() -> chat.chat("word ".repeat(100)))
                    .isExactlyInstanceOf(InvalidRequestException.class)
                    .hasCauseInstanceOf(PromptTooLongException.class)
                    .hasMessageContaining("40");
        }
    }

    @Test
    void aRequestThatTakesTooLongTimesOut() {
        try (LoadedModel slow = LoadedModel.load(
                TinyModels.options(TinyModels.QWEN).timeout(Duration.ofNanos(1)).build())) {
            ChatModel chat = GlimpseChatModel.builder().model(slow).build();

            assertThatThrownBy(() -> chat.chat("hello")).isExactlyInstanceOf(TimeoutException.class);
        }
    }

    @Test
    void aFullQueueIsToldAsRateLimit() throws Exception {
        try (LoadedModel busy = LoadedModel.load(
                TinyModels.options(TinyModels.QWEN).maxRunning(1).maxQueued(0).build())) {
            StreamingChatModel first =
                    GlimpseStreamingChatModel.builder().model(busy).build();
            ChatModel second = GlimpseChatModel.builder().model(busy).build();
            CountDownLatch started = new CountDownLatch(1);
            CountDownLatch goOn = new CountDownLatch(1);
            RecordingHandler holding = new RecordingHandler() {
                @Override
                public void onPartialResponse(String text) {
                    started.countDown();
                    awaitUnchecked(goOn);
                }
            };
            first.chat("hello", holding);
            assertThat(started.await(30, TimeUnit.SECONDS)).isTrue();

            assertThatThrownBy(() -> second.chat("hello")).isExactlyInstanceOf(RateLimitException.class);
            RecordingHandler refused = new RecordingHandler();
            first.chat("hello", refused);
            assertThat(refused.error()).isExactlyInstanceOf(RateLimitException.class);
            goOn.countDown();
            assertThat(holding.response()).isNotNull();
        }
    }

    @Test
    void aThreadThatCannotBeHadIsToldAsRateLimit() {
        ChatModel chat = GlimpseChatModel.builder()
                .model(engine)
                .executor(work -> {
                    throw new RejectedExecutionException("full");
                })
                .build();

        assertThatThrownBy(() -> chat.chat("hello")).isExactlyInstanceOf(RateLimitException.class);
    }

    @Test
    void aClosedEngineIsNotRetried() {
        LoadedModel closed = TinyModels.qwen();
        ChatModel chat = GlimpseChatModel.builder().model(closed).build();
        StreamingChatModel stream =
                GlimpseStreamingChatModel.builder().model(closed).build();
        closed.close();

        assertThatThrownBy(() -> chat.chat("hello"))
                .isExactlyInstanceOf(NonRetriableException.class)
                .hasCauseInstanceOf(EngineClosedException.class)
                .hasMessageContaining("closed");
        RecordingHandler handler = new RecordingHandler();
        stream.chat("hello", handler);
        assertThat(handler.error()).isExactlyInstanceOf(NonRetriableException.class);
        assertThatThrownBy(() -> new GlimpseTokenCountEstimator(closed).estimateTokenCountInText("hello"))
                .isExactlyInstanceOf(NonRetriableException.class);
    }

    @Test
    void anInterruptedCallerGetsControlBackAndThePlaceIsFree() throws Exception {
        try (LoadedModel own = LoadedModel.load(TinyModels.options(TinyModels.QWEN)
                .timeout(Duration.ofMinutes(1))
                .build())) {
            ChatModel chat = GlimpseChatModel.builder().model(own).build();
            CompletableFuture<Throwable> outcome = new CompletableFuture<>();
            CompletableFuture<Boolean> status = new CompletableFuture<>();
            Thread caller = new Thread(() -> {
                try {
                    chat.chat(ChatRequest.builder()
                            .messages(UserMessage.from("hello"))
                            .maxOutputTokens(100_000)
                            .build());
                    outcome.complete(new AssertionError("not interrupted"));
                } catch (RuntimeException e) {
                    status.complete(Thread.currentThread().isInterrupted());
                    outcome.complete(e);
                }
            });
            caller.start();
            await(() -> own.activeRequests() == 1);
            caller.interrupt();

            assertThat(outcome.get(10, TimeUnit.SECONDS)).isExactlyInstanceOf(NonRetriableException.class);
            assertThat(status.get(1, TimeUnit.SECONDS)).isTrue();
            await(() -> own.activeRequests() == 0);
        }
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("gave up waiting").isLessThan(end);
            Thread.sleep(5);
        }
    }

    private static DefaultChatRequestParameters.Builder<?> common() {
        return ChatRequestParameters.builder();
    }

    private static GlimpseChatRequestParameters.Builder own() {
        return GlimpseChatRequestParameters.builder();
    }
}
