package io.github.glimpse.examples.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.agent.tool.P;
import dev.langchain4j.agent.tool.Tool;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.RateLimitException;
import dev.langchain4j.model.chat.Capability;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.PartialResponse;
import dev.langchain4j.model.chat.response.PartialResponseContext;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.chat.response.StreamingHandle;
import dev.langchain4j.model.openai.OpenAiChatModel;
import dev.langchain4j.model.openai.OpenAiEmbeddingModel;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import dev.langchain4j.service.AiServices;
import io.github.glimpse.generate.EngineOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** LangChain4j's own client. */
class LangChain4jOverHttpTest {

    private static final int ENDLESS = 100_000;

    private static ScriptedServer server;

    @BeforeAll
    static void start() {
        server = ScriptedServer.start(EngineOptions.DEFAULT_MAX_QUEUED);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static OpenAiChatModel.OpenAiChatModelBuilder chat(ScriptedServer server) {
        return OpenAiChatModel.builder()
                .baseUrl(server.url() + "/v1")
                .apiKey("none")
                .modelName(ScriptedServer.MODEL)
                .maxRetries(0);
    }

    private static OpenAiStreamingChatModel streaming() {
        return streaming(server);
    }

    private static OpenAiStreamingChatModel streaming(ScriptedServer server) {
        return OpenAiStreamingChatModel.builder()
                .baseUrl(server.url() + "/v1")
                .apiKey("none")
                .modelName(ScriptedServer.MODEL)
                .maxCompletionTokens(ENDLESS)
                .build();
    }

    private static UserMessage question(String text) throws IOException {
        byte[] picture = Files.readAllBytes(ScriptedServer.QWEN.resolve("cases/017/a.png"));
        return UserMessage.from(
                TextContent.from(text), ImageContent.from(Base64.getEncoder().encodeToString(picture), "image/png"));
    }

    @Test
    void aPictureIsAnswered() throws IOException {
        ChatResponse response = chat(server).build().chat(question("What is the capital?"));

        assertThat(response.aiMessage().text()).isEqualTo("It is Berlin.");
        assertThat(response.metadata().tokenUsage().inputTokenCount()).isPositive();
        assertThat(response.metadata().modelName()).isEqualTo(ScriptedServer.MODEL);
    }

    /** Hears a stream, and leaves it after some pieces. */
    private static final class Heard implements StreamingChatResponseHandler {

        private final List<String> pieces = new CopyOnWriteArrayList<>();
        private final CompletableFuture<ChatResponse> answer = new CompletableFuture<>();
        private final CompletableFuture<StreamingHandle> handle = new CompletableFuture<>();
        private final CompletableFuture<Void> left = new CompletableFuture<>();
        private final int most;

        Heard(int most) {
            this.most = most;
        }

        @Override
        public void onPartialResponse(PartialResponse piece, PartialResponseContext context) {
            pieces.add(piece.text());
            handle.complete(context.streamingHandle());
            if (pieces.size() == most) {
                leave();
                left.complete(null);
            }
        }

        void leave() {
            handle.join().cancel();
        }

        @Override
        public void onCompleteResponse(ChatResponse response) {
            answer.complete(response);
        }

        @Override
        public void onError(Throwable error) {
            answer.completeExceptionally(error);
        }
    }

    @Test
    void aStreamComesInPiecesWithItsTokenCounts() throws Exception {
        Heard heard = new Heard(Integer.MAX_VALUE);
        streaming().chat(List.of(question("What is the capital?")), heard);

        ChatResponse response = heard.answer.get(1, TimeUnit.MINUTES);
        assertThat(response.aiMessage().text()).isEqualTo("It is Berlin.").isEqualTo(String.join("", heard.pieces));
        assertThat(heard.pieces).hasSizeGreaterThan(1);
        assertThat(response.metadata().tokenUsage().outputTokenCount()).isPositive();
    }

    @Test
    void whoLeavesAStreamFreesThePlaceWithinASecond() throws Exception {
        Heard heard = new Heard(4);
        streaming().chat(List.of(question("LONG")), heard);
        heard.left.get(1, TimeUnit.MINUTES);

        long end = System.nanoTime() + Duration.ofSeconds(1).toNanos();
        while (server.engine().activeRequests() > 0 && System.nanoTime() < end) {
            Thread.sleep(5);
        }
        assertThat(server.engine().activeRequests()).isZero();
    }

    @Test
    void anErrorInTheMiddleIsAnError() throws Exception {
        Heard heard = new Heard(Integer.MAX_VALUE);
        streaming().chat(List.of(question("FAIL")), heard);

        assertThatThrownBy(() -> heard.answer.get(1, TimeUnit.MINUTES)).isInstanceOf(ExecutionException.class);
        assertThat(String.join("", heard.pieces)).startsWith("It");
    }

    @Test
    void eightAtOnceAreAnswered() {
        ChatModel model = chat(server).build();
        List<CompletableFuture<String>> answers = IntStream.range(0, 8)
                .mapToObj(number -> CompletableFuture.supplyAsync(() -> model.chat("What is the capital? " + number)))
                .toList();

        assertThat(answers).allSatisfy(answer -> assertThat(answer.get(1, TimeUnit.MINUTES))
                .isEqualTo("It is Berlin."));
    }

    @Test
    void aFullQueueIsTriedAgain() throws Exception {
        try (ScriptedServer narrow = ScriptedServer.start(0)) {
            Heard running = new Heard(Integer.MAX_VALUE);
            streaming(narrow).chat(List.of(question("LONG")), running);
            while (narrow.engine().activeRequests() == 0) {
                Thread.sleep(5);
            }
            assertThatThrownBy(() -> chat(narrow).build().chat("What is the capital?"))
                    .isInstanceOf(RateLimitException.class);
            CompletableFuture<String> patient = CompletableFuture.supplyAsync(
                    () -> chat(narrow).maxRetries(5).build().chat("What is the capital?"));
            running.leave();
            assertThat(patient.get(1, TimeUnit.MINUTES)).isEqualTo("It is Berlin.");
        }
    }

    @Test
    void whatCannotWorkIsRefused() {
        assertThatThrownBy(() -> chat(server).temperature(1e9).build().chat("a"))
                .isInstanceOf(InvalidRequestException.class);
    }

    @Test
    void vectorsAreMade() {
        OpenAiEmbeddingModel model = OpenAiEmbeddingModel.builder()
                .baseUrl(server.url() + "/v1")
                .apiKey("none")
                .modelName("clip")
                .build();

        assertThat(model.embedAll(List.of(TextSegment.from("a cat"), TextSegment.from("a dog")))
                        .content())
                .hasSize(2)
                .allSatisfy(vector -> assertThat(vector.dimension()).isPositive());
    }

    /** What a service returns. */
    record Person(String name, Integer age) {}

    interface Reader {

        Person read(String text);
    }

    @Test
    void aServiceReadsARecord() {
        Reader reader = AiServices.create(
                Reader.class,
                chat(server)
                        .supportedCapabilities(Capability.RESPONSE_FORMAT_JSON_SCHEMA)
                        .strictJsonSchema(true)
                        .build());

        assertThat(reader.read("PERSON").name()).isEqualTo("Ada");
    }

    static final class Weather {

        private final List<String> cities = new CopyOnWriteArrayList<>();

        @Tool(name = "get_weather")
        String weather(@P(name = "city", value = "city") String city) {
            cities.add(city);
            return "sunny";
        }
    }

    interface Agent {

        String ask(String text);
    }

    /** With text alone: this client refuses to send pictures of tools. */
    @Test
    void aServiceCallsATool() {
        Weather weather = new Weather();
        Agent agent = AiServices.builder(Agent.class)
                .chatModel(chat(server).build())
                .tools(weather)
                .build();

        assertThat(agent.ask("WEATHER in Munich")).isEqualTo("There is sun.");
        assertThat(weather.cities).containsExactly("Munich");
    }
}
