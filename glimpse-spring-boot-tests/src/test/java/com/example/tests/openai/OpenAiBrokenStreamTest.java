package com.example.tests.openai;

import static org.assertj.core.api.Assertions.assertThat;

import com.example.tests.Folders;
import dev.langchain4j.exception.RateLimitException;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import io.github.glimpse.EngineBusyException;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Errors and disconnects after a stream has begun: the connection breaks, and the log stays short. */
@ExtendWith(OutputCaptureExtension.class)
class OpenAiBrokenStreamTest {

    private static final Semaphore LEFT = new Semaphore(0);

    private static ConfigurableApplicationContext context;
    private static Client client;

    @BeforeAll
    static void begin() {
        context = new SpringApplicationBuilder(OpenAiEndpointTest.Application.class, FailingModel.class)
                .properties(
                        "spring.main.banner-mode=off",
                        "server.port=0",
                        "server.address=127.0.0.1",
                        "glimpse.chat-model.enabled=false",
                        "glimpse.model.location=" + Folders.QWEN.resolve("model"),
                        "server.tomcat.connection-timeout=2s",
                        "glimpse.openai.keep-alive=100ms",
                        "glimpse.openai.enabled=true")
                .run();
        client = new Client(context);
    }

    @AfterAll
    static void end() {
        context.close();
    }

    /** The whole rest of a stream whose model does so. */
    private static List<String> rest(String behavior) throws IOException {
        try (Client.Stream stream = client.open(body(behavior))) {
            stream.until("data:");
            return stream.rest();
        }
    }

    private static String body(String behavior) {
        return "{\"stream\": true, \"messages\": [{\"role\": \"user\", \"content\": \"" + behavior + "\"}]}";
    }

    @Test
    void aRefusalAfterTheBeginningBreaksTheConnectionAndLogsNothing(CapturedOutput output) throws IOException {
        List<String> rest = rest("refuse");

        assertThat(rest).anyMatch(line -> line.contains("rate_limit_error"));
        assertThat(rest).doesNotContain("0").noneMatch(line -> line.contains("[DONE]"));
        // The request after it, so that the one before has ended.
        assertThat(client.get("/health").statusCode()).isEqualTo(200);
        assertThat(output).doesNotContain("\tat ").doesNotContain("ERROR").doesNotContain("WARN");
    }

    @Test
    void aFailureIsLoggedOnceByTheEndpoint(CapturedOutput output) throws IOException {
        List<String> rest = rest("fail");

        assertThat(rest).anyMatch(line -> line.contains("server_error"));
        assertThat(rest).doesNotContain("0").noneMatch(line -> line.contains("[DONE]"));
        assertThat(client.get("/health").statusCode()).isEqualTo(200);
        assertThat(output.getAll().split("ERROR", -1)).hasSize(2);
        assertThat(output).contains("A request of the OpenAI endpoint failed").doesNotContain("Servlet.service()");
    }

    @Test
    void aClientThatLeavesLogsNothing(CapturedOutput output) throws Exception {
        try (Client.Stream stream = client.open(body("go on"))) {
            stream.until("data:");
        }
        assertThat(LEFT.tryAcquire(1, TimeUnit.MINUTES)).isTrue();
        assertThat(client.get("/health").statusCode()).isEqualTo(200);
        assertThat(output).doesNotContain("\tat ").doesNotContain("ERROR").doesNotContain("WARN");
    }

    /** Its writes wait for no longer than the server's timeout of connections: the model's thread goes on. */
    @Test
    void aClientThatDoesNotReadIsLeft(CapturedOutput output) throws Exception {
        try (Client.Stream stream = client.open(body("go on"))) {
            stream.until("data:");
            assertThat(LEFT.tryAcquire(1, TimeUnit.MINUTES)).isTrue();
        }
        assertThat(client.get("/health").statusCode()).isEqualTo(200);
        assertThat(output).doesNotContain("\tat ").doesNotContain("ERROR").doesNotContain("WARN");
    }

    /** A model of the application that does as it is told. */
    @Configuration
    static class FailingModel {

        @Bean
        StreamingChatModel glimpseStreamingChatModel() {
            return new StreamingChatModel() {
                @Override
                public void doChat(ChatRequest request, StreamingChatResponseHandler handler) {
                    String behavior = request.messages().toString();
                    new Thread(() -> answer(behavior, handler)).start();
                }
            };
        }

        private static void answer(String behavior, StreamingChatResponseHandler handler) {
            handler.onPartialResponse("Hello");
            if (behavior.contains("refuse")) {
                handler.onError(new RateLimitException(new EngineBusyException("The queue is full")));
            } else if (behavior.contains("fail")) {
                handler.onError(new IllegalStateException("A failure of the model"));
            } else {
                // Enough for the break to be noticed, whatever the sockets hold.
                for (int i = 0; i < 2_000; i++) {
                    handler.onPartialResponse("x".repeat(10_000));
                }
                LEFT.release();
            }
        }
    }
}
