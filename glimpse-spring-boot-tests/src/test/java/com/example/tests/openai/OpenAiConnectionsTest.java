package com.example.tests.openai;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.context.ConfigurableApplicationContext;

/** Unusual uses of connections, at an endpoint without keys whose clients all have one address. */
class OpenAiConnectionsTest {

    private static final int CONNECTIONS = 250;
    private static final int PATIENCE_MILLIS = 30_000;
    private static final String GOOD =
            "{\"max_tokens\": 1, \"messages\": [{\"role\": \"user\", \"content\": \"Hello\"}]}";

    private static ConfigurableApplicationContext context;
    private static Client client;

    @BeforeAll
    static void begin() {
        context = TinyEndpoint.start("server.address=127.0.0.1");
        client = new Client(context);
    }

    @AfterAll
    static void end() {
        context.close();
    }

    private static String head(String line, String... headers) {
        return line + "\r\nHost: 127.0.0.1:" + client.port() + "\r\n" + String.join("\r\n", headers) + "\r\n\r\n";
    }

    /** Answered, where it may have to be sent again because others' bodies are read. */
    private static void goodRequestIsAnswered() {
        HttpResponse<String> good = client.chat(GOOD);
        while (good.statusCode() == 429 || good.statusCode() == 503) {
            assertThat(good.headers().firstValue("Retry-After")).isPresent();
            good = client.chat(GOOD);
        }
        assertThat(good.statusCode()).as(good.body()).isEqualTo(200);
    }

    /** JSON, a multipart body, and a form that a filter of Spring reads, each to paths of the endpoint and others. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "POST /v1/chat/completions application/json",
                "POST /v1/chat/completions;a=b multipart/form-data; boundary=a",
                "POST /nothing multipart/form-data; boundary=a",
                "PUT /nothing application/x-www-form-urlencoded",
                "POST /health multipart/form-data; boundary=a"
            })
    void slowBodiesThatAreReadLeaveThreadsToOthers(String request) throws IOException {
        String[] parts = request.split(" ", 3);
        for (String length : List.of("Content-Length: 1000000", "Transfer-Encoding: chunked")) {
            String piece = length.startsWith("T") ? "1\r\n \r\n" : " ";
            String head = head(parts[0] + " " + parts[1] + " HTTP/1.1", "Content-Type: " + parts[2], length);
            try (SlowClients slow = SlowClients.open(client.port(), CONNECTIONS, head, piece)) {
                slow.awaitAnswers(CONNECTIONS / 2);

                assertThat(client.get("/health").statusCode()).isEqualTo(200);
                goodRequestIsAnswered();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ", "GET /", ""})
    void slowHeadersAndSilentConnectionsTakeNoThread(String head) throws IOException {
        try (SlowClients slow = SlowClients.open(client.port(), CONNECTIONS, head, head.isEmpty() ? "" : "x")) {
            assertThat(client.get("/health").statusCode()).isEqualTo(200);
            goodRequestIsAnswered();
            assertThat(slow.isOpen()).isTrue();
        }
    }

    @Test
    void idleKeepAliveConnectionsTakeNoThread() throws IOException {
        try (SlowClients idle = SlowClients.open(client.port(), CONNECTIONS, head("GET /health HTTP/1.1"), "")) {
            assertThat(idle.statuses()).containsOnlyKeys(200);
            assertThat(client.get("/health").statusCode()).isEqualTo(200);
            goodRequestIsAnswered();
        }
    }

    /** The bytes after the head are the body of a refused request: they are not taken for a further request. */
    @Test
    void theBodyOfARefusedRequestIsNoRequest() throws IOException {
        String hidden = head("GET /v1/models HTTP/1.1");
        for (String length : List.of("Content-Length: 1000000", "Transfer-Encoding: chunked")) {
            try (Socket socket = connect()) {
                send(socket, head("POST /nothing HTTP/1.1", length) + hidden.repeat(5));

                String answers = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                assertThat(answers).containsOnlyOnce("HTTP/1.1 ").contains("HTTP/1.1 404");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {10, 100_000, 1_500_000})
    void aBodyThatArrivesAndIsNotReadKeepsItsConnection(int bytes) throws IOException {
        try (Socket socket = connect()) {
            send(socket, head("POST /nothing HTTP/1.1", "Content-Length: " + bytes) + "x".repeat(bytes));
            send(socket, head("GET /v1/models HTTP/1.1", "Connection: close"));

            String answers = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(answers).contains("HTTP/1.1 404").contains("HTTP/1.1 200");
        }
    }

    @Test
    void pipelinedRequestsAreAnsweredInOrder() throws IOException {
        String chat = head(
                        "POST /v1/chat/completions HTTP/1.1",
                        "Content-Type: application/json",
                        "Content-Length: " + GOOD.length())
                + GOOD;
        try (Socket socket = connect()) {
            send(socket, (chat + head("GET /health HTTP/1.1")).repeat(4));
            send(socket, head("GET /nothing HTTP/1.1", "Connection: close"));

            List<String> statuses = new ArrayList<>();
            BufferedReader lines =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                // A body without an end of line stands before the next status.
                int status = line.indexOf("HTTP/1.1 ");
                if (status >= 0) {
                    statuses.add(line.substring(status + 9, status + 12));
                }
            }
            assertThat(statuses).hasSize(9).startsWith("200").endsWith("404");
            assertThat(statuses.subList(0, 8)).containsOnly("200");
        }
    }

    @Test
    void requestsOfHttp10AreAnswered() throws IOException {
        try (Socket socket = connect()) {
            send(
                    socket,
                    head(
                                    "POST /v1/chat/completions HTTP/1.0",
                                    "Content-Type: application/json",
                                    "Content-Length: " + GOOD.length())
                            + GOOD);

            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .contains(" 200 ")
                    .contains("chat.completion");
        }
    }

    @Test
    void longHeadersAreRefused() throws IOException {
        try (Socket socket = connect()) {
            send(
                    socket,
                    head("GET /v1/models HTTP/1.1", "Authorization: Bearer " + "k".repeat(7_000), "Connection: close"));

            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .startsWith("HTTP/1.1 200");
        }
        assertThat(client.get("/v1/models", "Authorization", "Bearer " + "k".repeat(100_000))
                        .statusCode())
                .isBetween(400, 431);
    }

    @Test
    void wrongKeysInParallelAreRefusedEach() throws InterruptedException, ExecutionException {
        try (ConfigurableApplicationContext own = TinyEndpoint.start("glimpse.openai.api-keys=the-key")) {
            Client guarded = new Client(own);
            ExecutorService threads = Executors.newFixedThreadPool(50);
            List<Future<Integer>> statuses = IntStream.range(0, 500)
                    .mapToObj(number -> threads.submit(
                            () -> guarded.post("/v1/chat/completions", GOOD, "Authorization", "Bearer key-" + number)
                                    .statusCode()))
                    .toList();
            for (Future<Integer> status : statuses) {
                assertThat(status.get()).isEqualTo(401);
            }
            threads.shutdown();
            assertThat(guarded.post("/v1/chat/completions", GOOD, "Authorization", "Bearer the-key")
                            .statusCode())
                    .isEqualTo(200);
        }
    }

    private static Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), client.port());
        socket.setSoTimeout(PATIENCE_MILLIS);
        return socket;
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }
}
