package com.example.tests.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.RateLimitException;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ResponseFormat;
import dev.langchain4j.model.chat.request.ResponseFormatType;
import dev.langchain4j.model.chat.request.json.JsonRawSchema;
import dev.langchain4j.model.chat.request.json.JsonSchema;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import io.github.glimpse.DeadlineExceededException;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.request.ErrorMapper;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/** What a client of a web application reads of requests that Glimpse refused or could not finish. */
class ProblemDetailsTest {

    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final int MOST_BYTES = 2_000;

    private static ConfigurableApplicationContext context;

    @BeforeAll
    static void start() {
        context = new SpringApplicationBuilder(Application.class, Own.class, OwnAdvice.class)
                .properties(
                        "spring.main.banner-mode=off",
                        "server.port=0",
                        "server.address=127.0.0.1",
                        "server.error.include-message=always",
                        "glimpse.limits.max-image-size=" + MOST_BYTES + "B",
                        "glimpse.limits.max-image-pixels=40000",
                        "glimpse.limits.max-input-tokens=512",
                        "glimpse.serving.max-running=1",
                        "glimpse.concurrency.max-queued=0",
                        "glimpse.generation.max-output-tokens=4",
                        "glimpse.web.problem-details.retry-after=7s")
                .run();
    }

    @AfterAll
    static void stop() {
        context.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/damaged | 400 | send a PNG, JPEG",
                "/long | 400 | tokens",
                "/schema | 400 | keyword 'not'",
                "/film | 400 | not supported",
                "/bytes | 413 | the limit is 2000",
                "/pixels | 413 | the limit is 0.0 MP",
                "/future | 400 | send a PNG, JPEG",
                "/late | 504 | too late"
            })
    void everyRefusalHasItsStatusAndSaysWhatToDo(String path, int status, String detail) throws Exception {
        HttpResponse<String> response = get(path, "application/json");

        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(response.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        assertThat(response.headers().firstValue("Retry-After")).isEmpty();
        assertThat(response.body())
                .contains("\"status\":" + status)
                .contains(detail)
                .doesNotContain("secret");
    }

    @Test
    void afterAFullQueueTheCallerIsToldWhenToTryAgain() throws Exception {
        // What it took says how long the next one waits, whatever is set.
        assertThat(get("/hello", "*/*").statusCode()).isEqualTo(200);
        Held held = new Held();
        context.getBean(StreamingChatModel.class).chat("Hello", held);
        assertThat(held.begun.await(30, TimeUnit.SECONDS)).isTrue();
        try {
            HttpResponse<String> response = get("/hello", "*/*");

            assertThat(response.statusCode()).isEqualTo(429);
            assertThat(response.headers().firstValue("Content-Type")).hasValue("application/problem+json");
            assertThat(response.headers().firstValue("Retry-After")).hasValue(seconds(response.body()));
        } finally {
            held.go.countDown();
            held.ended.get(30, TimeUnit.SECONDS);
        }
        assertThat(get("/hello", "*/*").statusCode()).isEqualTo(200);
    }

    private static String seconds(String body) {
        Matcher text = Pattern.compile("try again in (\\d+) s").matcher(body);
        assertThat(text.find()).as(body).isTrue();
        return text.group(1);
    }

    @Test
    void whileTheApplicationShutsDownTheCallerIsSentAway() throws Exception {
        LoadedModel engine = context.getBean(LoadedModel.class);
        engine.drain(Duration.ofSeconds(10));
        try {
            HttpResponse<String> response = get("/hello", "*/*");

            assertThat(response.statusCode()).isEqualTo(503);
            assertThat(response.headers().firstValue("Retry-After")).hasValue("7");
            assertThat(response.body()).contains("is being shut down");
        } finally {
            engine.resume();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/another", "/wrapped"})
    void errorsOfOthersGoOn(String path) throws Exception {
        HttpResponse<String> response = get(path, "application/json");

        assertThat(response.statusCode()).isEqualTo(500);
        assertThat(response.headers().firstValue("Content-Type")).hasValue("application/json");
    }

    @Test
    void aHandlerOfTheApplicationWins() throws Exception {
        HttpResponse<String> response = get("/own", "*/*");

        assertThat(response.statusCode()).isEqualTo(418);
        assertThat(response.body()).isEqualTo("own");
    }

    @ParameterizedTest
    @CsvSource({"/damaged,text/event-stream", "/events,*/*", "/emitter,*/*"})
    void noProblemTakesThePlaceOfAStreamOfEvents(String path, String accept) throws Exception {
        HttpResponse<String> response = get(path, accept);

        assertThat(response.statusCode()).isEqualTo(500);
        assertThat(response.headers().firstValue("Content-Type").orElse("")).doesNotContain("problem");
    }

    @Test
    void whatHasBegunEndsWithoutAProblem() throws Exception {
        HttpResponse<String> response;
        try {
            response = get("/begun", "*/*");
        } catch (IOException e) {
            // The server may cut the connection.
            return;
        }
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).startsWith("begun").doesNotContain("\"status\"");
    }

    private static HttpResponse<String> get(String path, String accept) throws IOException, InterruptedException {
        URI uri = URI.create("http://127.0.0.1:" + context.getEnvironment().getProperty("local.server.port") + path);
        return CLIENT.send(
                HttpRequest.newBuilder(uri)
                        .header("Accept", accept)
                        .timeout(Duration.ofSeconds(60))
                        .build(),
                BodyHandlers.ofString());
    }

    /** Keeps the only place until it is let go. */
    private static final class Held implements StreamingChatResponseHandler {

        private final CountDownLatch begun = new CountDownLatch(1);
        private final CountDownLatch go = new CountDownLatch(1);
        private final CompletableFuture<ChatResponse> ended = new CompletableFuture<>();

        @Override
        public void onPartialResponse(String text) {
            begun.countDown();
            try {
                go.await(30, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public void onCompleteResponse(ChatResponse response) {
            ended.complete(response);
        }

        @Override
        public void onError(Throwable error) {
            ended.completeExceptionally(error);
        }
    }

    /** An application of the simplest kind, without a word about errors. */
    @SpringBootApplication
    @RestController
    static class Application {

        private final ChatModel model;

        Application(ChatModel model) {
            this.model = model;
        }

        @GetMapping("/hello")
        String hello() {
            return model.chat("Hello");
        }

        @GetMapping("/damaged")
        String damaged() {
            return ask(new byte[] {1, 2, 3, 4}, "image/png");
        }

        @GetMapping("/bytes")
        String bytes() {
            return ask(new byte[MOST_BYTES + 10], "image/png");
        }

        @GetMapping("/pixels")
        String pixels() throws IOException {
            ByteArrayOutputStream png = new ByteArrayOutputStream();
            ImageIO.write(new BufferedImage(300, 300, BufferedImage.TYPE_BYTE_GRAY), "png", png);
            return ask(png.toByteArray(), "image/png");
        }

        @GetMapping("/film")
        String film() {
            return ask(new byte[] {1, 2, 3, 4}, "video/mp4");
        }

        @GetMapping("/long")
        String longPrompt() {
            return model.chat("secret ".repeat(2_000));
        }

        @GetMapping("/schema")
        String schema() {
            return model.chat(ChatRequest.builder()
                            .messages(UserMessage.from("secret"))
                            .responseFormat(ResponseFormat.builder()
                                    .type(ResponseFormatType.JSON)
                                    .jsonSchema(JsonSchema.builder()
                                            .name("refused")
                                            .rootElement(JsonRawSchema.from("{\"not\": {}}"))
                                            .build())
                                    .build())
                            .build())
                    .aiMessage()
                    .text();
        }

        @GetMapping("/future")
        CompletableFuture<String> future() {
            return CompletableFuture.supplyAsync(this::damaged);
        }

        @GetMapping("/late")
        String late() {
            throw ErrorMapper.failure(new DeadlineExceededException("too late; ask for less"));
        }

        @GetMapping("/another")
        String another() {
            throw new RateLimitException("of another provider");
        }

        @GetMapping("/wrapped")
        String wrapped() {
            try {
                return damaged();
            } catch (RuntimeException e) {
                throw new IllegalStateException("of the application", e);
            }
        }

        @GetMapping(value = "/events", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
        String events() {
            return damaged();
        }

        @GetMapping("/emitter")
        SseEmitter emitter() {
            damaged();
            return new SseEmitter();
        }

        @GetMapping("/begun")
        void begun(jakarta.servlet.http.HttpServletResponse response) throws IOException {
            response.getOutputStream().print("begun");
            response.flushBuffer();
            damaged();
        }

        private String ask(byte[] file, String type) {
            return model.chat(UserMessage.from(
                            TextContent.from("secret"),
                            ImageContent.from(Base64.getEncoder().encodeToString(file), type)))
                    .aiMessage()
                    .text();
        }
    }

    @RestController
    static class Own {

        private final Application application;

        Own(Application application) {
            this.application = application;
        }

        @GetMapping("/own")
        String own() {
            return application.damaged();
        }
    }

    @RestControllerAdvice(assignableTypes = Own.class)
    static class OwnAdvice {

        @ExceptionHandler
        ResponseEntity<String> any(RuntimeException error) {
            return ResponseEntity.status(418).body("own");
        }
    }
}
