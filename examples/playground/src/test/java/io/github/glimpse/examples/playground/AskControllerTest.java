package io.github.glimpse.examples.playground;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.prune.KeepRule;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;

/** What the page and its endpoint answer, to friends and to others. */
@SpringBootTest(
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {"glimpse.limits.max-image-size=100000B", "glimpse.limits.max-images=3"})
class AskControllerTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String BOUNDARY = "glimpse-boundary";
    private static final String QUESTION =
            "{\"messages\":[{\"role\":\"user\",\"text\":\"What is the total?\",\"pictures\":[0]}],"
                    + "\"settings\":{\"threshold\":0.3,\"seed\":1}}";
    private static final int HOSTILE = 300;
    private static final int PAGE_BYTES = 80_000;

    private final HttpClient client = HttpClient.newHttpClient();

    @Value("${local.server.port}")
    private int port;

    @Autowired
    private LoadedModel engine;

    @ParameterizedTest
    @ValueSource(
            strings = {"/", "/app.js", "/page.css", "/samples/receipt.jpg", "/glimpse/playground/facts", "/nowhere"})
    void everyAnswerForbidsThePageToLoadFromElsewhere(String path) throws Exception {
        HttpResponse<String> response = client.send(request(path).build(), BodyHandlers.ofString());

        assertThat(response.headers().firstValue("Content-Security-Policy").orElse(""))
                .contains("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "base-uri 'none'")
                .doesNotContain("unsafe");
        assertThat(response.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
    }

    @Test
    void thePageIsSmallAndNamesNoOtherHost() throws Exception {
        int bytes = 0;
        for (String file : List.of(
                "/",
                "/page.css",
                "/app.js",
                "/rule.js",
                "/stream.js",
                "/copy.js",
                "/conversation.js",
                "/picture.js",
                "/words.js")) {
            String text =
                    client.send(request(file).build(), BodyHandlers.ofString()).body();
            bytes += text.getBytes(UTF_8).length;
            assertThat(text.replace("http://www.w3.org/2000/svg", "")).as(file).doesNotContain("http://", "https://");
            assertThat(text).as(file).doesNotContain("innerHTML", "eval(", "style=\"", "onclick=\"");
        }
        assertThat(bytes).isLessThan(PAGE_BYTES);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/app.js", "/page.css", "/samples/receipt.jpg"})
    void aBrowserThatHasAFileIsToldByItsContentWhetherItIsStillTheSame(String file) throws Exception {
        HttpResponse<byte[]> response = client.send(request(file).build(), BodyHandlers.ofByteArray());
        String hash =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(response.body()));

        assertThat(response.headers().firstValue("ETag")).hasValue("W/\"" + hash + '"');
        assertThat(response.headers().firstValue("Cache-Control")).hasValue("no-cache");
        assertThat(response.headers().firstValue("Last-Modified"))
                .as("which is the same in every build")
                .isEmpty();
        assertThat(status(file, "W/\"" + hash + '"')).isEqualTo(304);
        assertThat(status(file, "W/\"" + "0".repeat(hash.length()) + '"')).isEqualTo(200);
    }

    private int status(String file, String tag) throws Exception {
        return client.send(request(file).header("If-None-Match", tag).build(), BodyHandlers.discarding())
                .statusCode();
    }

    @Test
    void anAnswerIsAStreamThatSaysWhatWasKeptByWhichNumbers() throws Exception {
        HttpResponse<String> response = ask(QUESTION, receipt());

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("Content-Type").orElse("")).startsWith("text/event-stream");
        assertThat(response.headers().firstValue("Cache-Control")).hasValue("no-store");
        assertThat(names(response.body()))
                .containsSubsequence("stage", "text", "pruned", "done")
                .doesNotContain("error");
        JsonNode pruned = event(response.body(), "pruned");
        JsonNode unit = pruned.get("units").get(0);
        JsonNode step = pruned.get("steps").get(0);
        assertThat(step.get("numbers").get("threshold").asDouble()).isEqualTo(0.3);
        FloatBuffer logits = ByteBuffer.wrap(Base64.getDecoder()
                        .decode(step.get("images").get(0).get("logits").asText()))
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer();
        FloatBuffer scores = ByteBuffer.wrap(Base64.getDecoder()
                        .decode(step.get("images").get(0).get("scores").asText()))
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer();
        byte[] kept = Base64.getDecoder().decode(unit.get("kept").asText());
        assertThat(logits.remaining())
                .isEqualTo(unit.get("rows").asInt() * unit.get("columns").asInt());
        int stayed = 0;
        for (int i = 0; i < logits.remaining(); i++) {
            boolean bit = (kept[i / 8] >> i % 8 & 1) == 1;
            stayed += bit ? 1 : 0;
            assertThat(scores.get(i)).isEqualTo(KeepRule.probability(logits.get(i)));
            assertThat(bit).isEqualTo(scores.get(i) > 0.3f);
        }
        assertThat(pruned.get("keptTokens").asInt()).isEqualTo(stayed).isPositive();
        JsonNode done = event(response.body(), "done");
        assertThat(done.get("text").asText()).isEqualTo("87.00");
        assertThat(done.get("cacheBytes").asLong())
                .isLessThan(done.get("cacheBytesUnpruned").asLong());
        assertThat(done.get("timings").get("vision").asDouble()).isPositive();
    }

    @Test
    void aSecondQuestionGoesWithTheFirstAndItsPicture() throws Exception {
        String conversation = "{\"messages\":[{\"role\":\"user\",\"text\":\"What is the total?\",\"pictures\":[0]},"
                + "{\"role\":\"assistant\",\"text\":\"87.00\"},{\"role\":\"user\",\"text\":\"What is the order?\"}]}";

        JsonNode done = event(ask(conversation, receipt()).body(), "done");

        assertThat(done.get("text").asText()).isNotEmpty();
        assertThat(done.get("imageTokens").asInt()).isEqualTo(144);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{ | not the JSON",
                "null | null",
                "{} | 0 messages",
                "{\"messages\":[{}]} | no text",
                "{\"messages\":[null]} | no text",
                "{\"messages\":[{\"role\":\"system\",\"text\":\"x\"}]} | role 'system'",
                "{\"messages\":[{\"role\":\"user\",\"text\":\"x\",\"pictures\":[1]}]} | picture 1 of 1",
                "{\"messages\":[{\"role\":\"user\",\"text\":\"x\",\"pictures\":[null]}]} | picture null",
                "{\"messages\":[{\"role\":\"user\",\"text\":\"x\"}]} | parts 'picture'",
                "{\"messages\":[{\"role\":\"user\",\"text\":\"x\",\"pictures\":[0]}],\"speed\":1} | speed",
                "{\"messages\":[{\"role\":\"user\",\"text\":\"x\",\"pictures\":[0]}],\"settings\":{\"threshold\":7}} | threshold",
                "{\"messages\":[{\"role\":\"user\",\"text\":\"x\",\"pictures\":[0]}],\"settings\":{\"strategy\":\"nobody\"}} | nobody",
                "{\"messages\":[{\"role\":\"user\",\"text\":\"x\",\"pictures\":[0]}],\"settings\":{\"strategy\":\"fastv\"}} | retention-ratio",
                "{\"messages\":[{\"role\":\"user\",\"text\":\"x\",\"pictures\":[0]}],\"settings\":{\"schedule\":[{\"at\":\"vision\"}]}} | names no strategy"
            })
    void whatCannotBeAskedIsRefusedInWords(String request, String words) throws Exception {
        HttpResponse<String> response = ask(request, receipt());

        assertThat(response.statusCode()).isBetween(400, 499);
        assertThat(message(response)).contains(words);
    }

    @Test
    void aPictureOverTheLimitIsRefusedWithThePropertyThatChangesIt() throws Exception {
        HttpResponse<String> response = ask(QUESTION, new byte[100_001]);

        assertThat(response.statusCode()).isEqualTo(413);
        assertThat(message(response)).contains("100001").contains("100000");
        assertThat(JSON.readTree(response.body()).get("property").asText()).isEqualTo("glimpse.limits.max-image-size");
    }

    @Test
    void tooManyPicturesAreRefusedWithThePropertyThatChangesIt() throws Exception {
        HttpResponse<String> response = ask(QUESTION, receipt(), receipt(), receipt(), receipt());

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(JSON.readTree(response.body()).get("property").asText()).isEqualTo("glimpse.limits.max-images");
    }

    @Test
    void whatIsNoPictureIsRefused() throws Exception {
        assertThat(event(ask(QUESTION, "no picture".getBytes(UTF_8)).body(), "error")
                        .get("message")
                        .asText())
                .as("found out while it is read, when the answer has begun")
                .contains("PNG");
        assertThat(message(post(body(QUESTION, "text/plain", receipt())))).contains("PNG");
        assertThat(post("{}".getBytes(UTF_8), "application/json").statusCode()).isEqualTo(415);
    }

    @Test
    void hostileFormsAreRefusedAndHarmNobody() throws Exception {
        Random random = new Random(23);
        byte[] good = body(QUESTION, "image/jpeg", receipt());
        List<Integer> statuses = new ArrayList<>();
        for (int i = 0; i < HOSTILE; i++) {
            byte[] bad =
                    random.nextBoolean() ? good.clone() : java.util.Arrays.copyOf(good, random.nextInt(good.length));
            int changes = random.nextInt(20);
            for (int c = 0; c < changes; c++) {
                // most of them in the headers and the JSON
                int at = random.nextInt(random.nextInt(4) == 0 ? bad.length + 1 : Math.min(bad.length, 500) + 1);
                if (at < bad.length) {
                    bad[at] = (byte) random.nextInt(256);
                }
            }
            HttpResponse<String> response = post(bad);
            statuses.add(response.statusCode());
            if (response.statusCode() != 200) {
                assertThat(JSON.readTree(response.body()).get("message").asText())
                        .isNotBlank();
            }
        }
        assertThat(statuses).allMatch(status -> status == 200 || (status >= 400 && status < 500));
        assertThat(Set.copyOf(statuses)).contains(400);
        assertThat(engine.activeRequests()).isZero();
        assertThat(ask(QUESTION, receipt()).statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({
        "localhost, , 200",
        "127.0.0.1, , 200",
        "[::1], , 200",
        "LOCALHOST, , 200",
        "localhost, http://localhost:PORT, 200",
        "localhost, http://evil.example, 403",
        "localhost, http://localhost:1, 403",
        "localhost, null, 403",
        "evil.example, , 403",
        "evil.example, http://evil.example:PORT, 403",
        "localhost.evil.example, , 403",
        "'', , 403"
    })
    void pagesAndNamesOfOthersAreKeptOut(String host, String origin, int status) throws IOException {
        String name = host.isEmpty() ? "" : host + ":" + port;
        String more = origin == null ? "" : "Origin: " + origin.replace("PORT", Integer.toString(port)) + "\r\n";

        assertThat(raw("GET /glimpse/playground/facts HTTP/1.1\r\nHost: " + name + "\r\n" + more))
                .startsWith("HTTP/1.1 " + status);
    }

    @Test
    void aRequestThatAnotherSiteMadeIsKeptOutAndALinkIsNot() throws IOException {
        String start = " HTTP/1.1\r\nHost: localhost:" + port + "\r\nSec-Fetch-Site: cross-site\r\n";

        assertThat(raw("GET /app.js" + start)).startsWith("HTTP/1.1 403");
        assertThat(raw("POST /glimpse/playground/ask" + start + "Content-Length: 0\r\n"))
                .startsWith("HTTP/1.1 403");
        assertThat(raw("GET /" + start + "Sec-Fetch-Mode: navigate\r\n")).startsWith("HTTP/1.1 200");
    }

    private String raw(String head) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.getOutputStream().write((head + "Connection: close\r\n\r\n").getBytes(ISO_8859_1));
            socket.getOutputStream().flush();
            return new String(socket.getInputStream().readAllBytes(), UTF_8);
        }
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://localhost:" + port + path));
    }

    private HttpResponse<String> ask(String question, byte[]... pictures) throws Exception {
        return post(body(question, "image/jpeg", pictures));
    }

    private HttpResponse<String> post(byte[] body) throws Exception {
        return post(body, "multipart/form-data; boundary=" + BOUNDARY);
    }

    private HttpResponse<String> post(byte[] body, String type) throws Exception {
        return client.send(
                request("/glimpse/playground/ask")
                        .header("Content-Type", type)
                        .POST(BodyPublishers.ofByteArray(body))
                        .build(),
                BodyHandlers.ofString());
    }

    private static byte[] body(String question, String type, byte[]... pictures) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        String part = "--" + BOUNDARY + "\r\nContent-Disposition: form-data; name=";
        body.write((part + "\"request\"\r\n\r\n" + question + "\r\n").getBytes(UTF_8));
        for (byte[] picture : pictures) {
            body.write(
                    (part + "\"picture\"; filename=\"a.jpg\"\r\nContent-Type: " + type + "\r\n\r\n").getBytes(UTF_8));
            body.write(picture);
            body.write("\r\n".getBytes(UTF_8));
        }
        body.write(("--" + BOUNDARY + "--\r\n").getBytes(UTF_8));
        return body.toByteArray();
    }

    private static byte[] receipt() throws IOException {
        try (InputStream in = AskControllerTest.class.getResourceAsStream("/static/samples/receipt.jpg")) {
            return in.readAllBytes();
        }
    }

    private static String message(HttpResponse<String> response) throws IOException {
        return JSON.readTree(response.body()).get("message").asText();
    }

    private static List<String> names(String stream) {
        return stream.lines()
                .filter(line -> line.startsWith("event:"))
                .map(line -> line.substring("event:".length()))
                .toList();
    }

    private static JsonNode event(String stream, String name) throws IOException {
        String data = stream.substring(stream.indexOf("event:" + name));
        return JSON.readTree(data.lines().skip(1).findFirst().orElseThrow().substring("data:".length()));
    }
}
