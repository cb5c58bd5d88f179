package com.example.tests.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.glimpse.generate.LoadedModel;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;

/** Requests whose client closes the connection before the answer. */
@ExtendWith(OutputCaptureExtension.class)
class OpenAiDisconnectTest {

    private static final String HELLO = "\"messages\": [{\"role\": \"user\", \"content\": \"Hello\"}]";
    /** A prompt of some 20,000 tokens, whose prefill takes far longer than the time between two probes. */
    private static final String LONG = "{\"max_tokens\": 100000, \"messages\": [{\"role\": \"user\", \"content\": \""
            + "Hello ".repeat(10_000) + "\"}]}";

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static ConfigurableApplicationContext context;
    private static Client client;

    @BeforeAll
    static void begin() {
        context = TinyEndpoint.start("server.address=127.0.0.1", "glimpse.serving.max-running=1");
        client = new Client(context);
    }

    @AfterAll
    static void end() {
        context.close();
    }

    @Test
    void anAnswerInOnePieceIsCancelledWhenItsClientLeaves(CapturedOutput output) throws IOException {
        LoadedModel engine = context.getBean(LoadedModel.class);
        try (Client.Stream running = client.open(LONG);
                Client.Stream waiting = client.open(LONG)) {
            await().atMost(PATIENCE).until(() -> engine.activeRequests() == 1 && engine.queuedRequests() == 1);
            assertThat(running.socket().isClosed() || waiting.socket().isClosed())
                    .isFalse();
        }

        await().atMost(PATIENCE).until(() -> engine.activeRequests() == 0 && engine.queuedRequests() == 0);
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(outcomes()).containsEntry("cancelled", 2.0));
        assertThat(client.chat("{\"max_tokens\": 1, " + HELLO + "}").statusCode())
                .isEqualTo(200);
        assertThat(output).doesNotContain("\tat ").doesNotContain("ERROR");
    }

    /** Numbers of requests by their outcome. */
    private static Map<String, Double> outcomes() {
        return context.getBean(MeterRegistry.class).find("glimpse.requests").counters().stream()
                .collect(Collectors.toMap(
                        counter -> String.valueOf(counter.getId().getTag("outcome")), Counter::count, Double::sum));
    }

    /** The probes of the connection meanwhile leave the bytes of the request after it alone. */
    @ParameterizedTest
    @ValueSource(strings = {"together", "later"})
    void aRequestBehindALongOneIsAnswered(String sent) throws IOException {
        LoadedModel engine = context.getBean(LoadedModel.class);
        String body = "{\"max_tokens\": 2000, " + HELLO + "}";
        String host = "\r\nHost: 127.0.0.1:" + client.port() + "\r\n";
        String chat = "POST /v1/chat/completions HTTP/1.1" + host + "Content-Type: application/json\r\nContent-Length: "
                + body.length() + "\r\n\r\n" + body;
        String next = "GET /v1/models HTTP/1.1" + host + "Connection: close\r\n\r\n";
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), client.port())) {
            OutputStream out = socket.getOutputStream();
            if (sent.equals("together")) {
                out.write((chat + next).getBytes(StandardCharsets.US_ASCII));
            } else {
                out.write(chat.getBytes(StandardCharsets.US_ASCII));
                await().atMost(PATIENCE).until(() -> engine.activeRequests() == 1);
                out.write(next.getBytes(StandardCharsets.US_ASCII));
            }

            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .contains("chat.completion")
                    .contains("\"object\":\"list\"");
        }
    }
}
