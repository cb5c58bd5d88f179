package com.example.tests.openai;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.context.ConfigurableApplicationContext;

/** More slow connections than Tomcat has threads: requests that are refused before their bodies are read hold none of them. */
class OpenAiSlowBodyTest {

    private static final int CONNECTIONS = 250;
    private static final String KEY = "the-key";
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

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "POST /v1/chat/completions | Content-Type: application/json | 401",
                "POST /v1/chat/completions | Authorization: Bearer other | 401",
                "POST /v1/embeddings | Content-Type: application/json | 401",
                "POST /v1/chat/completions | Origin: https://evil.example | 403",
                "POST /v1/chat/completions | Authorization: Bearer the-key~Content-Type: text/plain | 415",
                "POST /v1/chat/completions | Expect: 100-continue | 401",
                "POST /v1/chat/completions | Content-Type: multipart/form-data; boundary=a | 415",
                "PUT /v1/chat/completions | Content-Type: application/x-www-form-urlencoded | 415",
                "PUT /v1/chat/completions | Content-Type: application/json | 405",
                "GET /v1/models | Content-Type: application/json | 401",
                "GET /v1/models | Authorization: Bearer the-key | 200",
                "POST /v1/nothing | Content-Type: application/json | 404",
                "POST /nothing | Content-Type: application/json | 404",
                "POST /health | Content-Type: application/json | 200",
                "OPTIONS * | Content-Type: application/json | 200"
            })
    void requestsWithSlowBodiesHoldNoThread(String line, String headers, int status) throws IOException {
        String head = line + " HTTP/1.1\r\nHost: 127.0.0.1:" + client.port() + "\r\n" + headers.replace("~", "\r\n");

        flood(head + "\r\nContent-Length: 1000000\r\n\r\n", "x", status);
        flood(head + "\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\nx\r\n", status);
    }

    private static void flood(String head, String piece, int status) throws IOException {
        try (SlowClients slow = SlowClients.open(client.port(), CONNECTIONS, head, piece)) {
            Map<Integer, Integer> statuses = slow.statuses();

            assertThat(client.get("/health").statusCode()).isEqualTo(200);
            HttpResponse<String> good = client.post("/v1/chat/completions", GOOD, "Authorization", "Bearer " + KEY);
            assertThat(good.statusCode()).as(good.body()).isEqualTo(200);
            assertThat(statuses).containsKey(status);
            // Those with the key are also refused because it has too many requests.
            assertThat(statuses.keySet()).isSubsetOf(0, status, 429);
            assertThat(slow.isClosed(CONNECTIONS - 1)).isTrue();
        }
    }
}
