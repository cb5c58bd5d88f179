package com.example.tests.openai;

import static com.example.tests.openai.Client.json;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;

/** Requests without a key to paths and with methods that no handler has: their bodies are not read and their log is short. */
@ExtendWith(OutputCaptureExtension.class)
class OpenAiUnreadBodyTest {

    private static final String KEY = "the-key";
    private static final String FORM = "application/x-www-form-urlencoded";
    private static final String MULTIPART = "multipart/form-data; boundary=a";
    private static final String UNENDED_PART = "--a\r\nContent-Disposition: form-data; name=\"b\"\r\n\r\nx";
    /** More than the bodies that a connector waits for at once. */
    private static final int CONNECTIONS = 150;

    private static final int PAUSE_MILLIS = 2_000;
    private static final int PATIENCE_MILLIS = 30_000;
    private static final String GOOD =
            "{\"max_tokens\": 1, \"messages\": [{\"role\": \"user\", \"content\": \"Hello\"}]}";

    private static ConfigurableApplicationContext context;
    private static Client client;

    @BeforeAll
    static void begin() {
        context = TinyEndpoint.start("glimpse.openai.api-keys=" + KEY);
        client = new Client(context);
    }

    @AfterAll
    static void end() {
        context.close();
    }

    private static HttpResponse<String> send(String method, String path, String type, String body) {
        HttpRequest.Builder request = client.request(path).method(method, BodyPublishers.ofString(body));
        return client.send(type.isEmpty() ? request : request.header("Content-Type", type));
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /v1/nothing, 404, ''",
        "POST, /v1/chat/completions/x, 404, ''",
        "DELETE, /v1, 404, ''",
        "PUT, /v1/chat/completions, 405, POST",
        "GET, /v1/embeddings, 405, POST",
        "FOO, /v1/chat/completions, 405, POST",
        "POST, /v1/models, 405, 'GET, HEAD'",
        "DELETE, /v1/models/tiny, 405, 'GET, HEAD'"
    })
    void unknownPathsAndMethodsHaveErrorsOfOpenAisForm(String method, String path, int status, String allowed) {
        HttpResponse<String> answer = send(method, path, "application/json", "{}");

        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(json(answer).at("/error/type").textValue()).isEqualTo("invalid_request_error");
        assertThat(answer.headers().firstValue("Allow").orElse("")).isEqualTo(allowed);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/models", "/v1/models/tiny"})
    void modelsAreToldToGetAndHead(String path) {
        for (String method : List.of("GET", "HEAD")) {
            HttpRequest.Builder request = client.request(path)
                    .method(method, BodyPublishers.noBody())
                    .header("Authorization", "Bearer " + KEY);

            assertThat(client.send(request).statusCode()).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "PUT | /health | " + FORM + " | 200",
                "PATCH | /nothing | " + FORM + " | 404",
                "DELETE | / | " + FORM + " | 404",
                "POST | /nothing | " + MULTIPART + " | 404",
                "PUT | /v1/nothing | " + MULTIPART + " | 404",
                "POST | /health | " + MULTIPART + " | 200",
                "PUT | /actuator/health | " + FORM + " | 405"
            })
    void malformedFormsThatNoHandlerReadsAreNotParsed(
            String method, String path, String type, int status, CapturedOutput output) {
        HttpResponse<String> answer = send(method, path, type, type.equals(FORM) ? "a=%zz" : UNENDED_PART);

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(output.getAll()).doesNotContain("\tat ", " ERROR ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/health", "/nothing", "/v1/models", "/actuator/health"})
    void aLongMethodNameIsRefusedAndNotLogged(String path, CapturedOutput output) {
        HttpResponse<String> answer = send("M".repeat(4_000), path, "", "");

        assertThat(answer.statusCode()).isEqualTo(501);
        assertThat(answer.body()).contains("4000", "32").doesNotContain("MM");
        assertThat(output.getAll()).doesNotContain("MM");
    }

    /** Of the paths the application's error page reads forms. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "POST /nothing " + MULTIPART,
                "PUT /nothing " + FORM,
                "DELETE /health " + FORM,
                "POST /error " + MULTIPART
            })
    void anUploadThatPausesIsReadWhileFormsWithoutAKeyAreSlow(String request) throws IOException, InterruptedException {
        String[] parts = request.split(" ", 3);
        String head = parts[0] + " " + parts[1] + " HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: " + parts[2]
                + "\r\nContent-Length: 1000000\r\n\r\n" + UNENDED_PART;
        try (SlowClients slow = SlowClients.open(client.port(), CONNECTIONS, head, "x");
                Socket upload = new Socket(InetAddress.getLoopbackAddress(), client.port())) {
            slow.awaitAnswers(CONNECTIONS / 3);
            upload.setSoTimeout(PATIENCE_MILLIS);
            write(
                    upload,
                    "POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
                            + "Content-Type: application/json\r\nAuthorization: Bearer " + KEY + "\r\nContent-Length: "
                            + GOOD.length() + "\r\n\r\n" + GOOD.substring(0, 10));
            Thread.sleep(PAUSE_MILLIS);
            write(upload, GOOD.substring(10));

            assertThat(new String(upload.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .startsWith("HTTP/1.1 200");
        }
    }

    private static void write(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void twoHeadersOfOriginAreBothChecked() {
        HttpResponse<String> answer = client.get(
                "/v1/models",
                "Authorization",
                "Bearer " + KEY,
                "Origin",
                "http://127.0.0.1:" + client.port(),
                "Origin",
                "https://evil.example");

        assertThat(answer.statusCode()).isEqualTo(403);
    }
}
