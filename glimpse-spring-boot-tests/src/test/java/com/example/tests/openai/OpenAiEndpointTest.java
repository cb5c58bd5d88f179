package com.example.tests.openai;

import static com.example.tests.openai.Client.json;
import static com.example.tests.openai.Client.pieces;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.example.tests.Folders;
import com.fasterxml.jackson.databind.JsonNode;
import io.github.glimpse.generate.LoadedModel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;

/** What programs read of the endpoint, in an application whose own advice catches everything. */
class OpenAiEndpointTest {

    private static final String HELLO = "\"messages\": [{\"role\": \"user\", \"content\": \"Hello\"}]";
    /** Its schema asks for 90,000 characters: without one the model's answer ends after some 1,100 tokens. */
    private static final String ENDLESS = "{\"stream\": true, \"max_tokens\": 100000, \"response_format\": {\"type\":"
            + " \"json_schema\", \"json_schema\": {\"name\": \"long\", \"schema\": {\"type\": \"object\","
            + " \"required\": [\"texts\"], \"additionalProperties\": false, \"properties\": {\"texts\":"
            + " {\"type\": \"array\", \"minItems\": 9, \"items\": {\"type\": \"array\", \"minItems\": 100,"
            + " \"items\": {\"type\": \"string\", \"minLength\": 100}}}}}}}, " + HELLO + "}";

    private static final String WEATHER = "\"tools\": [{\"type\": \"function\", \"function\": {\"name\": \"weather\","
            + " \"parameters\": {\"type\": \"object\", \"properties\": {\"days\": {\"type\": \"integer\"}},"
            + " \"required\": [\"days\"]}}}], \"tool_choice\": \"required\", \"parallel_tool_calls\": false";

    private static ConfigurableApplicationContext context;
    private static Client client;

    private static ConfigurableApplicationContext start(String... properties) {
        return new SpringApplicationBuilder(Application.class, CatchAll.class)
                .properties(
                        "spring.main.banner-mode=off",
                        "server.port=0",
                        "server.address=127.0.0.1",
                        "glimpse.model.location=" + Folders.QWEN.resolve("model"),
                        "glimpse.model.pruning-module=" + Folders.QWEN.resolve("glimpse"),
                        "glimpse.model.name=tiny",
                        "glimpse.serving.max-running=1",
                        "glimpse.concurrency.max-queued=1",
                        "glimpse.web.problem-details.retry-after=2s",
                        "glimpse.openai.enabled=true")
                .properties(properties)
                .run();
    }

    @BeforeAll
    static void begin() {
        context = start(
                "glimpse.embedding-model.enabled=true",
                "glimpse.embedding-model.name=clip",
                "glimpse.embedding-model.location=" + Folders.CLIP,
                "glimpse.openai.keep-alive=200ms",
                "glimpse.openai.max-body=200KB");
        client = new Client(context);
    }

    @AfterAll
    static void end() {
        context.close();
    }

    @Test
    void theModelsAreListed() {
        JsonNode list = json(client.get("/v1/models"));

        assertThat(list.path("object").textValue()).isEqualTo("list");
        assertThat(list.path("data").findValuesAsText("id")).containsExactly("tiny", "clip");
        JsonNode tiny = json(client.get("/v1/models/tiny"));
        assertThat(tiny.path("object").textValue()).isEqualTo("model");
        assertThat(tiny.at("/glimpse/chat").booleanValue()).isTrue();
        assertThat(tiny.at("/glimpse/embeddings").booleanValue()).isFalse();
        assertThat(tiny.at("/glimpse/json_schema").booleanValue()).isTrue();
        HttpResponse<String> other = client.get("/v1/models/meta/other");
        assertThat(other.statusCode()).isEqualTo(404);
        assertThat(json(other).at("/error/code").textValue()).isEqualTo("model_not_found");
    }

    @Test
    void eachTokenOfAnAnswerIsToldWithItsProbability() {
        JsonNode whole = json(client.chat(ask("\"logprobs\": true, \"top_logprobs\": 0, \"seed\": 3,")));

        ByteArrayOutputStream text = new ByteArrayOutputStream();
        double sum = 0;
        for (JsonNode token : whole.at("/choices/0/logprobs/content")) {
            assertThat(token.path("logprob").asDouble()).isNotPositive();
            assertThat(token.path("top_logprobs").isEmpty()).isTrue();
            token.path("bytes").forEach(each -> text.write(each.asInt()));
            sum += token.path("logprob").asDouble();
        }
        assertThat(text.size()).isPositive();
        assertThat(text.toString(StandardCharsets.UTF_8).strip())
                .isEqualTo(whole.at("/choices/0/message/content").textValue().strip());
        assertThat(Math.exp(sum))
                .isCloseTo(whole.at("/glimpse/likelihood/sequence").asDouble(), within(1e-9));
        assertThat(json(client.chat(ask("\"seed\": 3,")))
                        .at("/choices/0/logprobs")
                        .isNull())
                .isTrue();

        List<JsonNode> told = client.chat(ask("\"logprobs\": true, \"seed\": 3, \"stream\": true,"))
                .body()
                .lines()
                .filter(line -> line.startsWith("data: {"))
                .map(line -> Client.json(line.substring("data:".length())).at("/choices/0/logprobs"))
                .filter(JsonNode::isObject)
                .toList();
        assertThat(told).containsExactly(whole.at("/choices/0/logprobs"));
    }

    @Test
    void healthTellsThatRequestsAreTaken() {
        HttpResponse<String> health = client.get("/health");

        assertThat(health.statusCode()).isEqualTo(200);
        assertThat(health.body()).isEqualTo("{\"status\":\"ok\"}");
    }

    private static String ask(String more) {
        return "{\"model\": \"tiny\", \"max_tokens\": 12, " + more
                + " \"messages\": [{\"role\": \"system\", \"content\": \"Be short.\"}, {\"role\": \"user\","
                + " \"content\": [{\"type\": \"text\", \"text\": \"What is it?\"}, {\"type\": \"image_url\","
                + " \"image_url\": {\"url\": \"" + Client.picture() + "\", \"detail\": \"low\"}}]}]}";
    }

    @Test
    void aPictureIsAnsweredWithWhatPruningDid() {
        HttpResponse<String> response =
                client.chat(ask("\"glimpse\": {\"max_retention_ratio\": 0.5, \"return_scores\": true},"));

        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        assertThat(response.headers().firstValue("Cache-Control")).hasValue("no-store");
        JsonNode answer = json(response);
        assertThat(answer.path("id").textValue()).startsWith("chatcmpl-");
        assertThat(answer.path("object").textValue()).isEqualTo("chat.completion");
        assertThat(answer.path("created").asLong()).isPositive();
        JsonNode choice = answer.at("/choices/0");
        assertThat(choice.at("/message/role").textValue()).isEqualTo("assistant");
        assertThat(choice.at("/message/content").isTextual()).isTrue();
        assertThat(choice.path("finish_reason").textValue()).isIn("length", "stop");
        JsonNode usage = answer.path("usage");
        assertThat(usage.path("completion_tokens").asInt()).isBetween(1, 12);
        assertThat(usage.path("total_tokens").asInt())
                .isEqualTo(usage.path("prompt_tokens").asInt()
                        + usage.path("completion_tokens").asInt());
        JsonNode report = answer.path("glimpse");
        JsonNode image = report.at("/images/0");
        int tokens = image.path("rows").asInt() * image.path("columns").asInt();
        assertThat(report.path("strategy").textValue()).isEqualTo("glimpse");
        assertThat(report.path("image_tokens").asInt()).isEqualTo(tokens);
        assertThat(report.path("kept_tokens").asInt())
                .isLessThanOrEqualTo((tokens + 1) / 2)
                .isEqualTo(image.path("kept").size());
        assertThat(image.path("scores")).hasSize(tokens);
        assertThat(report.at("/likelihood/least").isNumber()).isTrue();
        double least = report.at("/likelihood/least").asDouble();
        assertThat(report.at("/likelihood/mean").asDouble()).isBetween(least, 1.0);
        assertThat(report.at("/timings_ms/vision").asDouble()).isPositive();
        assertThat(json(client.chat(ask(""))).at("/glimpse/images/0").has("scores"))
                .isFalse();
    }

    @Test
    void tokensThatWereTakenOverAreCountedAsCached() {
        String session = ask("\"prompt_cache_key\": \"a session\",");
        JsonNode first = json(client.chat(session));
        JsonNode second = json(client.chat(session));

        assertThat(first.at("/usage/prompt_tokens_details/cached_tokens").asInt(-1))
                .isZero();
        assertThat(second.at("/usage/prompt_tokens_details/cached_tokens").asInt())
                .isBetween(1, second.at("/usage/prompt_tokens").asInt());
        assertThat(second.at("/choices/0/message")).isEqualTo(first.at("/choices/0/message"));
    }

    @Test
    void aStreamIsTheAnswerInPieces() {
        String whole =
                json(client.chat(ask(""))).at("/choices/0/message/content").textValue();

        HttpResponse<String> response =
                client.chat(ask("\"stream\": true, \"stream_options\": {\"include_usage\": true},"));

        assertThat(response.headers().firstValue("Content-Type").orElse("")).startsWith("text/event-stream");
        assertThat(response.headers().firstValue("Cache-Control")).hasValue("no-store");
        assertThat(response.headers().firstValue("X-Accel-Buffering")).hasValue("no");
        assertThat(response.body().strip()).endsWith("data: [DONE]");
        List<JsonNode> pieces = pieces(response.body());
        assertThat(pieces)
                .extracting(piece -> piece.path("id").textValue())
                .containsOnly(pieces.get(0).path("id").textValue());
        assertThat(pieces.get(0).at("/choices/0/delta/role").textValue()).isEqualTo("assistant");
        assertThat(pieces.stream()
                        .map(piece -> piece.at("/choices/0/delta/content").asText())
                        .collect(Collectors.joining()))
                .isEqualTo(whole);
        JsonNode last = pieces.get(pieces.size() - 2);
        assertThat(last.at("/choices/0/finish_reason").textValue()).isEqualTo("length");
        assertThat(last.at("/glimpse/kept_tokens").asInt()).isPositive();
        JsonNode usage = pieces.get(pieces.size() - 1);
        assertThat(usage.path("choices")).isEmpty();
        assertThat(usage.at("/usage/completion_tokens").asInt()).isEqualTo(12);
    }

    @Test
    void aCallOfAToolIsThereWholeAndInPieces() {
        String request = "{\"max_tokens\": 200, \"seed\": 7, \"temperature\": 1, " + WEATHER + ", ";
        JsonNode choice = json(client.chat(request + HELLO + "}")).at("/choices/0");
        JsonNode call = choice.at("/message/tool_calls/0");

        assertThat(choice.path("finish_reason").textValue()).isEqualTo("tool_calls");
        assertThat(choice.at("/message/content").isNull()).isTrue();
        assertThat(choice.at("/message/tool_calls")).hasSize(1);
        assertThat(call.at("/function/name").textValue()).isEqualTo("weather");
        assertThat(json(call.at("/function/arguments").textValue()).path("days").isIntegralNumber())
                .isTrue();
        List<JsonNode> deltas = pieces(client.chat(request + "\"stream\": true, " + HELLO + "}")
                        .body())
                .stream()
                .map(piece -> piece.at("/choices/0/delta/tool_calls/0"))
                .filter(delta -> !delta.isMissingNode())
                .toList();
        assertThat(deltas.get(0).path("id").textValue()).startsWith("call_");
        assertThat(deltas.get(0).at("/function/name").textValue()).isEqualTo("weather");
        assertThat(deltas.get(0).at("/function/arguments").textValue()).isEmpty();
        assertThat(deltas.subList(1, deltas.size()))
                .isNotEmpty()
                .noneMatch(delta -> delta.has("id"))
                .allMatch(delta -> delta.path("index").asInt() == 0);
        assertThat(deltas.stream()
                        .map(delta -> delta.at("/function/arguments").textValue())
                        .collect(Collectors.joining()))
                .isEqualTo(call.at("/function/arguments").textValue());
    }

    @Test
    void aSchemaIsKept() {
        String schema = "\"response_format\": {\"type\": \"json_schema\", \"json_schema\": {\"name\": \"price\","
                + " \"strict\": true, \"schema\": {\"title\": \"Price\", \"type\": \"object\", \"properties\":"
                + " {\"paid\": {\"type\": \"boolean\"}, \"cents\": {\"anyOf\": [{\"type\": \"integer\"},"
                + " {\"type\": \"null\"}]}}, \"required\": [\"paid\", \"cents\"], \"additionalProperties\": false}}}, ";

        JsonNode answer = json(json(client.chat("{\"max_tokens\": 200, " + schema + HELLO + "}"))
                .at("/choices/0/message/content")
                .textValue());

        assertThat(answer.path("paid").isBoolean()).isTrue();
        assertThat(answer).hasSize(2);
    }

    @Test
    void vectorsComeAsNumbersAndAsBytes() {
        String input = "\"input\": [\"a cat\", {\"image\": \"" + Client.picture() + "\"}]}";
        JsonNode numbers = json(client.post("/v1/embeddings", "{\"model\": \"clip\", " + input));
        JsonNode bytes =
                json(client.post("/v1/embeddings", "{\"model\": \"clip\", \"encoding_format\": \"base64\", " + input));

        assertThat(numbers.path("data")).hasSize(2);
        int length = numbers.at("/data/0/embedding").size();
        assertThat(length).isPositive();
        assertThat(Base64.getDecoder().decode(bytes.at("/data/1/embedding").textValue()))
                .hasSize(4 * length);
        assertThat(numbers.at("/usage/prompt_tokens").asInt()).isPositive();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{\"n\": 2, %s} | n | unsupported_parameter",
                "{\"logprobs\": true, \"top_logprobs\": 2, %s} | top_logprobs | unsupported_parameter",
                "{\"functions\": [{}], %s} | functions | unsupported_parameter",
                "{\"modalities\": [\"audio\"], %s} | modalities | unsupported_parameter",
                "{\"glimpse\": {\"ratio\": 1}, %s} | glimpse.ratio | unsupported_parameter",
                "{\"glimpse\": {\"max_retention_ratio\": 2}, %s} | glimpse.max_retention_ratio | null",
                "{\"temperature\": \"hot\", %s} | temperature | null",
                "{\"temperature\": 1e9, %s} | null | null",
                "{\"messages\": []} | messages | null",
                "{\"messages\": [{\"role\": \"user\", \"content\": [{\"type\": \"input_audio\"}]}]}"
                        + " | messages[0].content[0] | unsupported_parameter",
                "{\"messages\": [{\"role\": \"user\", \"content\": [{\"type\": \"image_url\", \"image_url\":"
                        + " {\"url\": \"file:///etc/passwd\"}}]}]} | messages[0].content[0].image_url.url | null",
                "{\"messages\": [{\"role\": \"user\", \"content\": [{\"type\": \"image_url\", \"image_url\":"
                        + " {\"url\": \"http://127.0.0.1/a.png\"}}]}]} | null | null",
                "{\"tool_choice\": \"required\", %s} | tool_choice | null"
            })
    void whatCannotWorkIsRefusedByItsPath(String body, String param, String code) {
        HttpResponse<String> response = client.chat(body.replace("%s", HELLO));

        assertThat(response.statusCode()).as(response.body()).isEqualTo(400);
        JsonNode error = json(response).path("error");
        assertThat(error.path("type").textValue()).isEqualTo("invalid_request_error");
        assertThat(error.path("param").asText()).isEqualTo(param);
        assertThat(error.path("code").asText()).isEqualTo(code);
        assertThat(error.path("message").textValue()).isNotBlank();
    }

    @Test
    void fieldsOfOtherServersHaveTheirEffect() {
        String body = "{\"max_tokens\": 30, \"temperature\": 1, \"seed\": 5, %s, " + HELLO + "}";
        String greedy =
                content(body.replace("\"temperature\": 1", "\"temperature\": 0").replace("%s", "\"n\": 1"));

        assertThat(content(body.replace("%s", "\"top_k\": 1"))).isEqualTo(greedy);
        assertThat(content(body.replace("%s", "\"min_p\": 1"))).isEqualTo(greedy);
        assertThat(content(body.replace("%s", "\"repetition_penalty\": 1.9"))).isNotEqualTo(greedy);
        assertThat(content(body.replace("%s", "\"guided_choice\": [\"yes\", \"no\"]")))
                .isIn("yes", "no");
        assertThat(content(body.replace("%s", "\"guided_regex\": \"[0-9]{4}\"")))
                .matches("[0-9]{4}");
        String schema = "{\"type\": \"object\", \"properties\": {\"b\": {\"type\": \"boolean\"}}, \"required\":"
                + " [\"b\"], \"additionalProperties\": false}";
        for (String field : List.of(
                "\"guided_json\": " + schema,
                "\"structured_outputs\": {\"json\": " + schema + "}",
                "\"response_format\": {\"type\": \"json_object\", \"schema\": " + schema + "}")) {
            assertThat(json(content(body.replace("%s", field))).path("b").isBoolean())
                    .as(field)
                    .isTrue();
        }
        String tokens = "{\"max_tokens\": 30, \"guided_regex\": \"[0-9]+\", %s" + HELLO + "}";
        assertThat(json(client.chat(
                                tokens.replace("%s", "\"max_new_tokens\": 2, ").replace("\"max_tokens\": 30, ", "")))
                        .at("/usage/completion_tokens")
                        .asInt())
                .isEqualTo(2);
    }

    private static String content(String body) {
        HttpResponse<String> response = client.chat(body);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return json(response).at("/choices/0/message/content").textValue();
    }

    @Test
    void aSwitchOfThinkingThatTheModelDoesNotHaveIsRefused() {
        for (String field : List.of("\"enable_thinking\": true", "\"reasoning_effort\": \"low\"")) {
            HttpResponse<String> response = client.chat("{" + field + ", " + HELLO + "}");

            assertThat(response.statusCode()).as(response.body()).isEqualTo(400);
            assertThat(json(response).at("/error/message").textValue()).contains("enable_thinking");
        }
        JsonNode warned = json(client.chat(
                "{\"max_tokens\": 1, \"chat_template_kwargs\": {\"enable_thinking\": true}, " + HELLO + "}"));
        assertThat(warned.at("/glimpse/warnings/0").textValue()).contains("'enable_thinking'");
    }

    @Test
    void namesThatAreNotKnownAreListedAsWarnings() {
        String body = "{\"max_tokens\": 1, \"store\": true, \"brand_new\": {}, \"user\": \"me\", %s" + HELLO + "}";
        List<JsonNode> pieces =
                pieces(client.chat(body.replace("%s", "\"stream\": true, ")).body());

        JsonNode warnings = json(client.chat(body.replace("%s", ""))).at("/glimpse/warnings");
        assertThat(warnings).hasSize(1);
        assertThat(warnings.get(0).textValue()).contains("brand_new");
        assertThat(pieces.get(pieces.size() - 1).at("/glimpse/warnings")).isEqualTo(warnings);
    }

    @Test
    void bodiesAreJsonAndNotTooLarge() {
        assertThat(client.send(client.request("/v1/chat/completions")
                                .header("Content-Type", "text/plain")
                                .POST(BodyPublishers.ofString("{" + HELLO + "}")))
                        .statusCode())
                .isEqualTo(415);
        assertThat(client.chat("{\"model\": ").statusCode()).isEqualTo(400);
        HttpResponse<String> large = client.chat("{\"x\": \"" + "x".repeat(300_000) + "\"}");
        assertThat(large.statusCode()).isEqualTo(413);
        assertThat(json(large).at("/error/message").textValue()).contains("glimpse.openai.max-body");
        // Nothing says how long it is.
        assertThat(client.send(client.request("/v1/chat/completions")
                                .header("Content-Type", "application/json")
                                .POST(BodyPublishers.fromPublisher(
                                        BodyPublishers.ofString("{\"x\": \"" + "x".repeat(300_000) + "\"}"))))
                        .statusCode())
                .isEqualTo(413);
    }

    @Test
    void pagesOfOtherSitesAndOtherNamesOfTheServerAreSentAway() throws IOException {
        HttpResponse<String> page =
                client.post("/v1/chat/completions", "{" + HELLO + "}", "Origin", "https://evil.example");

        assertThat(page.statusCode()).isEqualTo(403);
        assertThat(json(page).at("/error/message").textValue()).contains("glimpse.openai.allowed-origins");
        assertThat(page.headers().firstValue("Access-Control-Allow-Origin")).isEmpty();
        assertThat(client.get("/v1/models", "Origin", "http://127.0.0.1:" + client.port())
                        .statusCode())
                .isEqualTo(200);
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), client.port())) {
            socket.getOutputStream()
                    .write("GET /v1/models HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(answer).startsWith("HTTP/1.1 403").contains("glimpse.openai.allowed-hosts");
        }
    }

    @Test
    void aPageOfANamedSiteMayAskAndReadAndNoOther() {
        String app = "https://app.example";
        try (ConfigurableApplicationContext own = start("glimpse.openai.allowed-origins=" + app)) {
            Client named = new Client(own);

            HttpResponse<String> before = preflight(named, app);
            assertThat(before.statusCode()).isEqualTo(200);
            assertThat(before.headers().firstValue("Access-Control-Allow-Origin"))
                    .hasValue(app);
            assertThat(before.headers().firstValue("Access-Control-Allow-Headers"))
                    .get()
                    .asString()
                    .contains("authorization", "content-type", "x-stainless-lang");
            HttpResponse<String> answer =
                    named.post("/v1/chat/completions", "{\"max_tokens\": 1, " + HELLO + "}", "Origin", app);
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.headers().firstValue("Access-Control-Allow-Origin"))
                    .hasValue(app);
            assertThat(preflight(named, "https://evil.example").statusCode()).isEqualTo(403);
            assertThat(named.get("/v1/models", "Origin", "https://evil.example").statusCode())
                    .isEqualTo(403);
        }
        // Refused up to Spring 6, and since then passed over: a browser wants to be told that it may.
        assertThat(preflight(client, app).headers().firstValue("Access-Control-Allow-Origin"))
                .isEmpty();
    }

    /** What a browser asks before it sends a page's request. */
    private static HttpResponse<String> preflight(Client client, String origin) {
        return client.send(client.request("/v1/chat/completions")
                .method("OPTIONS", BodyPublishers.noBody())
                .headers(
                        "Origin",
                        origin,
                        "Access-Control-Request-Method",
                        "POST",
                        "Access-Control-Request-Headers",
                        "authorization, content-type, x-stainless-lang"));
    }

    @Test
    void aClientThatGoesAwayFreesThePlaceAndAFullQueueIsTold() throws Exception {
        LoadedModel engine = context.getBean(LoadedModel.class);
        try (Client.Stream running = client.open(ENDLESS)) {
            running.until("data:");
            try (Client.Stream waiting = client.open(ENDLESS)) {
                await(() -> engine.queuedRequests() == 1);

                HttpResponse<String> third = client.chat("{\"stream\": true, " + HELLO + "}");
                assertThat(third.statusCode()).isEqualTo(429);
                // By what answers before took, which a busy machine makes long.
                assertThat(third.headers().firstValue("Retry-After"))
                        .get()
                        .satisfies(text -> assertThat(Integer.parseInt(text)).isPositive());
                assertThat(json(third).at("/error/type").textValue()).isEqualTo("rate_limit_error");
                assertThat(client.chat("{" + HELLO + "}").statusCode()).isEqualTo(429);
                assertThat(waiting.until(":")).isEqualTo(":keep-alive");
            }
            await(() -> engine.queuedRequests() == 0);
            assertThat(engine.activeRequests()).isEqualTo(1);
        }
        await(() -> engine.activeRequests() == 0);
        assertThat(client.chat("{\"max_tokens\": 1, " + HELLO + "}").statusCode())
                .isEqualTo(200);
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        long patience = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (!condition.getAsBoolean() && System.nanoTime() < patience) {
            Thread.sleep(5);
        }
        assertThat(condition.getAsBoolean()).isTrue();
    }

    @Test
    void aFailureInTheMiddleIsToldAndBreaksTheConnection() throws Exception {
        try (ConfigurableApplicationContext own = start();
                Client.Stream stream = new Client(own).open(ENDLESS)) {
            stream.until("data:");
            own.getBean(LoadedModel.class).close();

            List<String> rest = stream.rest();
            JsonNode error = json(rest.stream()
                    .filter(line -> line.contains("\"error\""))
                    // Spring 7 writes it into one chunk.
                    .map(line -> line.replaceFirst("^data:", ""))
                    .findFirst()
                    .orElseThrow());
            assertThat(error.at("/error/type").textValue()).isEqualTo("server_error");
            // The empty chunk would say that this was all, and the last word that the answer is whole.
            assertThat(rest).doesNotContain("0").noneMatch(line -> line.contains("[DONE]"));
        }
    }

    @Test
    void keysAreAskedForAndHaveAFewRequestsEach() throws Exception {
        try (ConfigurableApplicationContext own = start(
                "server.address=0.0.0.0",
                "glimpse.openai.api-keys=first-key,second-key",
                "glimpse.openai.max-requests-per-key=1")) {
            Client guarded = new Client(own);
            String body = "{\"max_tokens\": 1, " + HELLO + "}";

            HttpResponse<String> without = guarded.chat(body);
            assertThat(without.statusCode()).isEqualTo(401);
            assertThat(json(without).at("/error/type").textValue()).isEqualTo("authentication_error");
            assertThat(guarded.get("/v1/models").statusCode()).isEqualTo(401);
            assertThat(guarded.get("/health").statusCode()).isEqualTo(200);
            assertThat(guarded.post("/v1/chat/completions", body, "Authorization", "Bearer other-key")
                            .statusCode())
                    .isEqualTo(401);
            assertThat(guarded.post("/v1/chat/completions", body, "Authorization", "Bearer second-key")
                            .statusCode())
                    .isEqualTo(200);
        }
    }

    @ParameterizedTest
    @CsvSource({"session, none", "application, prefix"})
    void anImageOfAnotherKeyIsReusedInTheScopeOfTheApplicationOnly(String scope, String expected) {
        try (ConfigurableApplicationContext own =
                start("glimpse.openai.api-keys=first-key,second-key", "glimpse.cache.prefix.scope=" + scope)) {
            Client keyed = new Client(own);
            assertThat(reuse(keyed, "first-key")).isEqualTo("none");
            assertThat(reuse(keyed, "second-key")).isEqualTo(expected);
            assertThat(reuse(keyed, "first-key")).isEqualTo(scope.equals("session") ? "features" : "prefix");
        }
    }

    /** Twenty exchanges, and a question that fits alone. */
    private static String longChat() {
        StringBuilder messages = new StringBuilder("{\"max_tokens\": 2, \"messages\": [");
        for (int turn = 0; turn < 20; turn++) {
            messages.append("{\"role\": \"user\", \"content\": \"question ")
                    .append(turn)
                    .append("\"}, {\"role\": \"assistant\", \"content\": \"yes\"}, ");
        }
        return messages.append("{\"role\": \"user\", \"content\": \"last?\"}]}").toString();
    }

    @Test
    void aConversationBeyondTheContextIsRefused() {
        try (ConfigurableApplicationContext own = start("glimpse.limits.max-input-tokens=100")) {
            HttpResponse<String> refused = new Client(own).chat(longChat());

            assertThat(refused.statusCode()).isEqualTo(400);
            assertThat(json(refused).at("/error/code").textValue()).isEqualTo("context_length_exceeded");
        }
    }

    @Test
    void aConversationBeyondTheContextIsTrimmedWhereThePropertySaysSo() {
        try (ConfigurableApplicationContext own =
                start("glimpse.limits.max-input-tokens=100", "glimpse.openai.history=trim")) {
            HttpResponse<String> trimmed = new Client(own).chat(longChat());

            assertThat(trimmed.statusCode()).isEqualTo(200);
            JsonNode history = json(trimmed).at("/glimpse/history");
            assertThat(history.path("whole").booleanValue()).isFalse();
            assertThat(history.path("left_out_messages").intValue()).isPositive();
        }
    }

    @Test
    void callsAndResultsHaveToBelongTogether() {
        String call = "{\"role\": \"assistant\", \"content\": null, \"tool_calls\": [{\"id\": \"c1\", \"type\":"
                + " \"function\", \"function\": {\"name\": \"weather\", \"arguments\": \"{}\"}}]}";
        String begin = "{\"max_tokens\": 2, \"messages\": [{\"role\": \"user\", \"content\": \"Warm?\"}, " + call;
        String result = ", {\"role\": \"tool\", \"tool_call_id\": \"c1\", \"content\": null}";

        HttpResponse<String> whole = client.chat(begin + result + "]}");
        assertThat(whole.statusCode()).isEqualTo(200);
        assertThat(json(whole).at("/glimpse/history/whole").booleanValue()).isTrue();
        HttpResponse<String> missing = client.chat(begin + "]}");
        assertThat(missing.statusCode()).isEqualTo(400);
        assertThat(json(missing).at("/error/message").textValue()).contains("call without a result: c1");
        HttpResponse<String> twice = client.chat(begin + result + result + "]}");
        assertThat(twice.statusCode()).isEqualTo(400);
        assertThat(json(twice).at("/error/message").textValue()).contains("second tool result", "c1");
    }

    private static String reuse(Client keyed, String key) {
        HttpResponse<String> answer = keyed.post("/v1/chat/completions", ask(""), "Authorization", "Bearer " + key);
        return json(answer).at("/glimpse/reuse").asText();
    }

    @SpringBootApplication(scanBasePackageClasses = Application.class)
    static class Application {}

    /** As many applications have one: it must not take the place of the endpoint's own errors. */
    @RestControllerAdvice
    static class CatchAll {

        @ExceptionHandler
        ResponseEntity<String> any(Throwable error) {
            return ResponseEntity.status(418).body("caught");
        }
    }
}
