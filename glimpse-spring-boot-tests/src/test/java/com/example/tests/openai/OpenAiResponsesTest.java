package com.example.tests.openai;

import static com.example.tests.openai.Client.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.context.ConfigurableApplicationContext;

/** The Responses API against a tiny model: it answers as chat completions do. */
class OpenAiResponsesTest {

    private static final String PATH = "/v1/responses";
    private static final String KEY = "Bearer a-key";
    private static final String WEATHER = "\"max_output_tokens\": 200, \"temperature\": 0, \"tools\": [{\"type\":"
            + " \"function\", \"name\": \"weather\", \"parameters\": {\"type\": \"object\", \"properties\": {\"days\":"
            + " {\"type\": \"integer\"}}, \"required\": [\"days\"], \"additionalProperties\": false}}],"
            + " \"tool_choice\": \"required\", \"parallel_tool_calls\": false, \"input\": \"Hello\"";

    private static ConfigurableApplicationContext context;
    private static Client client;

    @BeforeAll
    static void begin() {
        context = TinyEndpoint.start("glimpse.openai.api-keys=a-key", "glimpse.openai.max-requests-per-key=1");
        client = new Client(context);
    }

    @AfterAll
    static void end() {
        context.close();
    }

    private static HttpResponse<String> post(String body) {
        return client.post(PATH, body, "Authorization", KEY);
    }

    private static String image(String more) {
        return "{\"model\": \"tiny\", \"max_output_tokens\": 12, " + more
                + "\"instructions\": \"Be short.\", \"input\": [{\"role\": \"user\", \"content\": [{\"type\":"
                + " \"input_text\", \"text\": \"What is it?\"}, {\"type\": \"input_image\", \"image_url\": \""
                + Client.picture() + "\", \"detail\": \"auto\"}]}]}";
    }

    private static String completion() {
        String body =
                "{\"model\": \"tiny\", \"max_tokens\": 12, \"messages\": [{\"role\": \"system\", \"content\": \"Be short.\"},"
                        + " {\"role\": \"user\", \"content\": [{\"type\": \"text\", \"text\": \"What is it?\"}, {\"type\":"
                        + " \"image_url\", \"image_url\": {\"url\": \"" + Client.picture() + "\"}}]}]}";
        return json(client.post("/v1/chat/completions", body, "Authorization", KEY))
                .at("/choices/0/message/content")
                .textValue();
    }

    /** Events of a stream, whose names are those in their data. */
    private static List<JsonNode> events(HttpResponse<String> response) {
        List<JsonNode> events = new ArrayList<>();
        String name = "";
        for (String line : response.body().lines().toList()) {
            if (line.startsWith("event: ")) {
                name = line.substring("event: ".length());
            } else if (line.startsWith("data: ")) {
                JsonNode event = json(line.substring("data: ".length()));
                assertThat(event.path("type").textValue()).isEqualTo(name);
                assertThat(event.path("sequence_number").asInt(-1)).isEqualTo(events.size());
                events.add(event);
            } else {
                assertThat(line).isEmpty();
            }
        }
        return events;
    }

    private static List<String> types(List<JsonNode> events) {
        return events.stream().map(event -> event.path("type").textValue()).toList();
    }

    private static String deltas(List<JsonNode> events, String type) {
        return events.stream()
                .filter(event -> event.path("type").textValue().equals(type))
                .map(event -> event.path("delta").textValue())
                .collect(Collectors.joining());
    }

    @Test
    void anImageIsAnsweredAsByChatCompletions() {
        HttpResponse<String> response = post(image("\"metadata\": {\"a\": \"b\"}, "));

        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        JsonNode answer = json(response);
        assertThat(answer.path("id").textValue()).startsWith("resp_");
        assertThat(answer.path("object").textValue()).isEqualTo("response");
        assertThat(answer.path("status").textValue()).isEqualTo("incomplete");
        assertThat(answer.at("/incomplete_details/reason").textValue()).isEqualTo("max_output_tokens");
        assertThat(answer.path("store").booleanValue()).isFalse();
        assertThat(answer.path("instructions").textValue()).isEqualTo("Be short.");
        assertThat(answer.at("/metadata/a").textValue()).isEqualTo("b");
        assertThat(answer.path("output")).hasSize(1);
        JsonNode message = answer.at("/output/0");
        assertThat(message.path("type").textValue()).isEqualTo("message");
        assertThat(message.path("role").textValue()).isEqualTo("assistant");
        assertThat(message.at("/content/0/type").textValue()).isEqualTo("output_text");
        assertThat(message.at("/content/0/text").textValue()).isNotBlank().isEqualTo(completion());
        JsonNode usage = answer.path("usage");
        assertThat(usage.path("output_tokens").asInt()).isEqualTo(12);
        assertThat(usage.path("total_tokens").asInt())
                .isEqualTo(usage.path("input_tokens").asInt() + 12);
        assertThat(usage.at("/input_tokens_details/cached_tokens").isInt()).isTrue();
        assertThat(usage.at("/output_tokens_details/reasoning_tokens").asInt(-1))
                .isZero();
        assertThat(answer.at("/glimpse/image_tokens").asInt()).isPositive();
    }

    @Test
    void aStreamHasTheEventsOfOneText() {
        HttpResponse<String> response = post(image("\"stream\": true, "));
        List<JsonNode> events = events(response);

        assertThat(response.headers().firstValue("Content-Type").orElse("")).startsWith("text/event-stream");
        List<String> types = types(events);
        assertThat(types.subList(0, 5))
                .containsExactly(
                        "response.created",
                        "response.in_progress",
                        "response.output_item.added",
                        "response.content_part.added",
                        "response.output_text.delta");
        assertThat(types.subList(types.size() - 4, types.size()))
                .containsExactly(
                        "response.output_text.done",
                        "response.content_part.done",
                        "response.output_item.done",
                        "response.incomplete");
        assertThat(events.get(0).at("/response/status").textValue()).isEqualTo("in_progress");
        String text = deltas(events, "response.output_text.delta");
        assertThat(text).isEqualTo(completion());
        JsonNode last = events.get(events.size() - 1).path("response");
        assertThat(last.path("id")).isEqualTo(events.get(0).at("/response/id"));
        assertThat(last.at("/output/0/content/0/text").textValue()).isEqualTo(text);
        assertThat(last.at("/output/0/id")).isEqualTo(events.get(2).at("/item/id"));
        assertThat(last.path("status").textValue()).isEqualTo("incomplete");
        assertThat(last.at("/usage/output_tokens").asInt()).isEqualTo(12);
        assertThat(last.at("/glimpse/image_tokens").asInt()).isPositive();
    }

    @Test
    void aCallOfAToolIsAnItemWholeAndStreamed() {
        JsonNode whole = json(post("{" + WEATHER + "}"));

        assertThat(whole.path("status").textValue()).as(whole.toString()).isEqualTo("completed");
        JsonNode call = whole.at("/output/0");
        assertThat(call.path("type").textValue()).isEqualTo("function_call");
        assertThat(call.path("name").textValue()).isEqualTo("weather");
        assertThat(call.path("call_id").textValue()).isNotBlank();
        assertThat(json(call.path("arguments").textValue()).path("days").isIntegralNumber())
                .isTrue();
        List<JsonNode> events = events(post("{\"stream\": true, " + WEATHER + "}"));
        assertThat(types(events))
                .containsSubsequence(
                        "response.output_item.added",
                        "response.function_call_arguments.delta",
                        "response.function_call_arguments.done",
                        "response.output_item.done",
                        "response.completed")
                .doesNotContain("response.output_text.delta");
        assertThat(deltas(events, "response.function_call_arguments.delta"))
                .isEqualTo(call.path("arguments").textValue());
        JsonNode last = events.get(events.size() - 1).path("response");
        assertThat(last.at("/output/0/arguments")).isEqualTo(call.path("arguments"));
        assertThat(last.at("/output/0/status").textValue()).isEqualTo("completed");
    }

    @Test
    void schemasAndLogprobsAreThoseOfChatCompletions() {
        JsonNode answer = json(post("{\"input\": \"Hello\", \"include\": [\"message.output_text.logprobs\"],"
                + " \"text\": {\"format\": {\"type\": \"json_schema\", \"name\": \"yes\", \"schema\": {\"type\":"
                + " \"object\", \"properties\": {\"yes\": {\"type\": \"boolean\"}}, \"required\": [\"yes\"],"
                + " \"additionalProperties\": false}}}}"));

        assertThat(json(answer.at("/output/0/content/0/text").textValue())
                        .path("yes")
                        .isBoolean())
                .isTrue();
        assertThat(answer.at("/output/0/content/0/logprobs")).isNotEmpty();
        assertThat(answer.at("/text/format/name").textValue()).isEqualTo("yes");
    }

    @Test
    void theEndpointsRulesHold() {
        assertThat(client.post(PATH, "{\"input\": \"Hello\"}").statusCode()).isEqualTo(401);
        assertThat(client.get(PATH, "Authorization", KEY).statusCode()).isEqualTo(405);
        assertThat(client.get(PATH + "/resp_1", "Authorization", KEY).statusCode())
                .isEqualTo(404);
        HttpResponse<String> other = post("{\"model\": \"other\", \"input\": \"Hello\"}");
        assertThat(other.statusCode()).isEqualTo(404);
        HttpResponse<String> pairing = post("{\"input\": [{\"role\": \"user\", \"content\": \"a\"}, {\"type\":"
                + " \"function_call\", \"call_id\": \"c1\", \"name\": \"f\", \"arguments\": \"{}\"}]}");
        assertThat(pairing.statusCode()).isEqualTo(400);
        assertThat(json(pairing).at("/error/message").textValue()).contains("c1");
        HttpResponse<String> stored = post("{\"input\": \"Hello\", \"previous_response_id\": \"resp_1\"}");
        assertThat(stored.statusCode()).isEqualTo(400);
        assertThat(json(stored).at("/error/param").textValue()).isEqualTo("previous_response_id");
        // The place of the key is free after each of them.
        assertThat(post("{\"max_output_tokens\": 1, \"input\": \"Hello\"}").statusCode())
                .isEqualTo(200);
    }

    @Test
    void anEmptyTextIsNoFailureOfTheServer() {
        for (String input : List.of("\"\"", "\" \"", "[{\"role\": \"user\", \"content\": \"\"}]")) {
            assertThat(post("{\"max_output_tokens\": 1, \"input\": " + input + "}")
                            .statusCode())
                    .as(input)
                    .isLessThan(500);
        }
    }
}
