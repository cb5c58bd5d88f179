package com.example.tests.openai;

import static org.assertj.core.api.Assertions.assertThat;

import com.example.tests.Folders;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.github.glimpse.testing.HostileInputs;
import io.github.glimpse.testing.ResidentMemory;
import io.github.glimpse.testing.Sample;
import io.github.glimpse.testing.TestCategory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Damaged bodies and headers by a fixed seed: 60, 400 in the thorough profile, or {@code -Dglimpse.hostile=10000}. Each is
 * answered in time, by a status below 500, and a valid request is answered as before.
 */
@TestCategory.Hostile
class OpenAiHostileTest {

    private static final int COUNT = Integer.getInteger("glimpse.hostile", Sample.count(60, 400));
    private static final int IN_TIME_MILLIS = 30_000;
    private static final String[] PATHS = {
        "/v1/chat/completions",
        "/v1/chat/completions",
        "/v1/chat/completions",
        "/v1/responses",
        "/v1/responses",
        "/v1/embeddings",
        "/v1/models/%00",
        "/v1/models/a/../b"
    };
    private static final String CHAT =
            "{\"model\": \"tiny\", \"max_tokens\": 40, \"temperature\": 0.5, \"seed\": 1, \"stop\":"
                    + " [\"x\"], \"stream\": false, \"n\": 1, \"messages\": [{\"role\": \"system\", \"content\": \"Be short.\"},"
                    + " {\"role\": \"user\", \"content\": [{\"type\": \"text\", \"text\": \"What is it?\"}, {\"type\":"
                    + " \"image_url\", \"image_url\": {\"url\": \"PICTURE\", \"detail\": \"low\"}}]}, {\"role\": \"assistant\","
                    + " \"content\": null, \"tool_calls\": [{\"id\": \"c\", \"type\": \"function\", \"function\": {\"name\":"
                    + " \"f\", \"arguments\": \"{}\"}}]}, {\"role\": \"tool\", \"tool_call_id\": \"c\", \"content\": \"1\"}],"
                    + " \"tools\": [{\"type\": \"function\", \"function\": {\"name\": \"f\", \"description\": \"d\","
                    + " \"parameters\": {\"type\": \"object\", \"properties\": {\"a\": {\"type\": \"integer\"}}, \"required\":"
                    + " [\"a\"]}}}], \"tool_choice\": \"auto\", \"response_format\": {\"type\": \"json_schema\","
                    + " \"json_schema\": {\"name\": \"n\", \"schema\": {\"type\": \"object\", \"properties\": {\"b\": {\"type\":"
                    + " \"boolean\"}}, \"required\": [\"b\"]}}}, \"glimpse\": {\"max_retention_ratio\": 0.5, \"threshold\": 0.5,"
                    + " \"schedule\": [{\"at\": \"layer 2\", \"strategy\": \"random\", \"retention_ratio\": 0.5}]}}";
    private static final String RESPONSES =
            "{\"model\": \"tiny\", \"max_output_tokens\": 40, \"temperature\": 0.5, \"top_p\": 0.9, \"stream\": false,"
                    + " \"store\": false, \"include\": [], \"metadata\": {\"a\": \"b\"}, \"instructions\": \"Be short.\","
                    + " \"input\": [{\"type\": \"message\", \"role\": \"user\", \"content\": [{\"type\": \"input_text\","
                    + " \"text\": \"What is it?\"}, {\"type\": \"input_image\", \"image_url\": \"PICTURE\", \"detail\":"
                    + " \"low\"}]}, {\"type\": \"reasoning\", \"summary\": [], \"content\": [{\"type\": \"reasoning_text\","
                    + " \"text\": \"Hm.\"}]}, {\"type\": \"function_call\", \"call_id\": \"c\", \"name\": \"f\","
                    + " \"arguments\": \"{}\"}, {\"type\": \"function_call_output\", \"call_id\": \"c\", \"output\": \"1\"}],"
                    + " \"tools\": [{\"type\": \"function\", \"name\": \"f\", \"description\": \"d\", \"parameters\":"
                    + " {\"type\": \"object\", \"properties\": {\"a\": {\"type\": \"integer\"}}, \"required\": [\"a\"]},"
                    + " \"strict\": true}], \"tool_choice\": \"auto\", \"text\": {\"format\": {\"type\": \"json_schema\","
                    + " \"name\": \"n\", \"schema\": {\"type\": \"object\", \"properties\": {\"b\": {\"type\": \"boolean\"}},"
                    + " \"required\": [\"b\"]}}}, \"glimpse\": {\"max_retention_ratio\": 0.5}}";
    private static final String EMBEDDINGS = "{\"model\": \"clip\", \"input\": [\"a cat\", {\"image\": \"PICTURE\"}],"
            + " \"encoding_format\": \"float\"}";

    private static ConfigurableApplicationContext context;
    private static Client client;

    @BeforeAll
    static void begin() {
        context = new SpringApplicationBuilder(OpenAiEndpointTest.Application.class)
                .properties(
                        "spring.main.banner-mode=off",
                        "server.port=0",
                        "server.address=127.0.0.1",
                        "server.tomcat.connection-timeout=500ms",
                        "glimpse.model.location=" + Folders.QWEN.resolve("model"),
                        "glimpse.model.pruning-module=" + Folders.QWEN.resolve("glimpse"),
                        "glimpse.model.name=tiny",
                        "glimpse.embedding-model.enabled=true",
                        "glimpse.embedding-model.name=clip",
                        "glimpse.embedding-model.location=" + Folders.CLIP,
                        "glimpse.generation.max-output-tokens=3",
                        // Else a body within its limit may be a prompt that is computed for minutes.
                        "glimpse.limits.max-input-tokens=2000",
                        "glimpse.openai.enabled=true",
                        "glimpse.openai.max-body=500KB",
                        "logging.level.org.apache.coyote=off",
                        "logging.level.org.springframework.web=error",
                        "logging.level.io.github.glimpse=error")
                .run();
        client = new Client(context);
    }

    @AfterAll
    static void end() {
        context.close();
    }

    @Test
    void everyBodyIsAnsweredBelow500InTimeAndMemoryStays() throws IOException {
        Map<Integer, Integer> outcomes = new TreeMap<>();
        long before = 0;
        for (int number = 0; number < COUNT; number++) {
            Random random = new Random(HostileInputs.SEED + number);
            byte[] request = request(random);
            int status = send(number, request);
            assertThat(status)
                    .as("request %s: %s", number, abbreviated(request))
                    .isBetween(0, 499)
                    .isNotIn(500, 501);
            outcomes.merge(status, 1, Integer::sum);
            if (number == COUNT / 2) {
                before = ResidentMemory.kilobytes();
            }
        }
        long after = ResidentMemory.kilobytes();
        System.out.println("statuses of " + COUNT + " hostile requests: " + outcomes + "; resident memory "
                + before / 1_000 + " MB half way, " + after / 1_000 + " MB in the end");

        HttpResponse<String> whole = client.chat(CHAT.replace("PICTURE", Client.picture()));
        assertThat(whole.statusCode()).as(whole.body()).isEqualTo(200);
        HttpResponse<String> response = client.post("/v1/responses", RESPONSES.replace("PICTURE", Client.picture()));
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        assertThat(outcomes.keySet()).contains(400);
        assertThat(outcomes.getOrDefault(400, 0)).isGreaterThan(COUNT / 4);
        assertThat(after - before).isLessThan(200_000);
    }

    private static String abbreviated(byte[] request) {
        String text = new String(request, StandardCharsets.ISO_8859_1);
        return text.length() < 4_000 ? text : text.substring(0, 4_000);
    }

    private static byte[] request(Random random) throws IOException {
        String path = PATHS[random.nextInt(PATHS.length)];
        byte[] body = body(random, whole(path));
        StringBuilder head = new StringBuilder(random.nextInt(20) == 0 ? "GET " : "POST ")
                .append(path)
                .append(" HTTP/1.1\r\n");
        headers(random, body.length).forEach(line -> head.append(line).append("\r\n"));
        ByteArrayOutputStream request = new ByteArrayOutputStream();
        request.write(head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
        request.write(body);
        return request.toByteArray();
    }

    private static String whole(String path) {
        if (path.endsWith("responses")) {
            return RESPONSES;
        }
        return path.endsWith("embeddings") ? EMBEDDINGS : CHAT;
    }

    private static List<String> headers(Random random, int length) {
        List<String> lines = new ArrayList<>(List.of(
                "Host: 127.0.0.1:" + client.port(),
                "Content-Type: application/json",
                "Content-Length: " + length,
                "Connection: close"));
        switch (random.nextInt(14)) {
            case 0 -> lines.set(0, "Host: evil.example");
            case 1 -> lines.add("Origin: https://evil.example");
            case 2 -> lines.set(1, "Content-Type: " + HostileInputs.text(random).replaceAll("[\\r\\n]", ""));
            case 3 -> lines.set(2, "Content-Length: " + (length + random.nextInt(50)));
            case 4 -> lines.set(2, "Transfer-Encoding: chunked");
            case 5 -> lines.add("Authorization: Bearer " + "k".repeat(random.nextInt(4_000)));
            case 6 -> lines.add("X-" + "h".repeat(random.nextInt(9_000)) + ": 1");
            case 7 -> lines.remove(0);
            case 8 -> lines.add("Content-Encoding: gzip");
            case 9 -> lines.add("Accept: " + HostileInputs.text(random).replaceAll("[\\r\\n]", ""));
            case 10 -> lines.add("Expect: 100-continue");
            default -> {
                // As it should be: the body is damaged enough.
            }
        }
        return lines;
    }

    private static byte[] body(Random random, String whole) {
        String picture = TextNode.valueOf(picture(random)).toString();
        String text = whole.replace("PICTURE", picture.substring(1, picture.length() - 1));
        switch (random.nextInt(6)) {
            case 0 -> {
                byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
                for (int n = 1 + random.nextInt(8); n > 0; n--) {
                    bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
                }
                return bytes;
            }
            case 1 -> text = text.substring(0, random.nextInt(text.length()));
            case 2 -> text = text.substring(0, text.indexOf('[')) + "[".repeat(random.nextInt(200_000));
            default -> {
                JsonNode root = Client.json(text);
                for (int n = 1 + random.nextInt(3); n > 0; n--) {
                    damage(random, root);
                }
                text = root.toString();
            }
        }
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String picture(Random random) {
        return switch (random.nextInt(6)) {
            case 0 -> "data:image/png;base64," + "A".repeat(random.nextInt(600_000));
            case 1 -> "http://169.254.169.254/latest";
            case 2 -> "file:///etc/passwd";
            case 3 -> HostileInputs.text(random);
            default -> Client.picture();
        };
    }

    /** Changes a value somewhere below. */
    private static void damage(Random random, JsonNode root) {
        JsonNode node = root;
        while (true) {
            List<String> names = new ArrayList<>();
            node.fieldNames().forEachRemaining(names::add);
            int children = node.size();
            int chosen = random.nextInt(children);
            JsonNode child = node.isArray() ? node.get(chosen) : node.get(names.get(chosen));
            if (child.isContainerNode() && !child.isEmpty() && random.nextInt(4) != 0) {
                node = child;
                continue;
            }
            if (node instanceof ObjectNode object) {
                if (random.nextInt(5) == 0) {
                    object.remove(names.get(chosen));
                } else {
                    object.set(names.get(chosen), value(random));
                }
            } else {
                ((ArrayNode) node).set(chosen, value(random));
            }
            return;
        }
    }

    private static JsonNode value(Random random) {
        return switch (random.nextInt(14)) {
            case 0 -> Client.json("null");
            case 1 -> Client.json("-1");
            case 2 -> Client.json("1e308");
            case 3 -> Client.json("99999999999999999999");
            case 4 -> Client.json("true");
            case 5 -> Client.json("[]");
            case 6 -> Client.json("{}");
            case 7 -> Client.json("[[[{\"a\": [1, 2, null]}]]]");
            case 8 -> Client.json("{\"type\": \"object\", \"$ref\": \"#\"}");
            case 9 -> Client.json("0");
            case 10 -> TextNode.valueOf("x".repeat(random.nextInt(100_000)));
            case 11 -> TextNode.valueOf("");
            case 12 -> Client.json("0.5");
            default -> TextNode.valueOf(HostileInputs.text(random));
        };
    }

    /** The status; 0 where the server ended the connection without one. */
    private static int send(int number, byte[] request) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), client.port())) {
            socket.setSoTimeout(IN_TIME_MILLIS);
            try {
                socket.getOutputStream().write(request);
                socket.getOutputStream().flush();
            } catch (IOException e) {
                // It has read enough; what it says may still be there.
            }
            return status(socket);
        } catch (SocketTimeoutException e) {
            throw new AssertionError(
                    "request " + number + " has no answer within " + Duration.ofMillis(IN_TIME_MILLIS) + ": "
                            + abbreviated(request),
                    e);
        }
    }

    private static int status(Socket socket) throws IOException {
        try {
            byte[] answer = socket.getInputStream().readAllBytes();
            String text = new String(answer, StandardCharsets.ISO_8859_1).replaceFirst("^HTTP/1.1 100 *\r\n\r\n", "");
            return text.startsWith("HTTP/1.1 ") ? Integer.parseInt(text.substring(9, 12)) : 0;
        } catch (SocketTimeoutException e) {
            throw e;
        } catch (IOException e) {
            return 0;
        }
    }
}
