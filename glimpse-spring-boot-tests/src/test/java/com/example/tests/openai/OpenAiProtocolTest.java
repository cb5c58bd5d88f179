package com.example.tests.openai;

import static com.example.tests.openai.Client.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.ByteArrayOutputStream;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.context.ConfigurableApplicationContext;

/** Details of the protocol that strict clients read. */
class OpenAiProtocolTest {

    private static final String LONG = "word ".repeat(400);

    private static ConfigurableApplicationContext context;
    private static Client client;

    @BeforeAll
    static void begin() {
        context = TinyEndpoint.start("server.address=127.0.0.1", "glimpse.limits.max-input-tokens=200");
        client = new Client(context);
    }

    @AfterAll
    static void end() {
        context.close();
    }

    private static String ask(String more, String text) {
        return "{\"max_tokens\": 12, " + more + "\"messages\": [{\"role\": \"user\", \"content\": \"" + text + "\"}]}";
    }

    @Test
    void eachLineOfDataHasABlankAfterTheColon() {
        List<String> lines = client.chat(ask("\"stream\": true, ", "Hello"))
                .body()
                .lines()
                .filter(line -> !line.isEmpty())
                .toList();

        assertThat(lines)
                .hasSizeGreaterThan(2)
                .allMatch(line -> line.startsWith("data: {") || line.equals("data: [DONE]"));
        assertThat(lines.get(lines.size() - 1)).isEqualTo("data: [DONE]");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"messages\": [{\"role\": \"user\", \"content\": \"LONG\"}]}",
                "{\"stream\": true, \"messages\": [{\"role\": \"user\", \"content\": \"LONG\"}]}",
                "{\"messages\": [{\"role\": \"system\", \"content\": \"LONG\"}, {\"role\": \"user\", \"content\": \"a\"}]}",
                "{\"messages\": [{\"role\": \"user\", \"content\": \"a\"}], \"tools\": [{\"type\": \"function\","
                        + " \"function\": {\"name\": \"f\", \"description\": \"LONG\"}}], \"tool_choice\": \"required\"}",
                "{\"messages\": [{\"role\": \"user\", \"content\": \"a\"}, {\"role\": \"assistant\", \"content\":"
                        + " \"LONG\"}, {\"role\": \"user\", \"content\": \"b\"}]}",
                "{\"messages\": [{\"role\": \"user\", \"content\": [{\"type\": \"text\", \"text\": \"LONG\"},"
                        + " {\"type\": \"image_url\", \"image_url\": {\"url\": \"IMAGE\"}}]}]}"
            })
    void aPromptThatDoesNotFitHasItsCode(String body) {
        HttpResponse<String> refused = client.chat(body.replace("LONG", LONG).replace("IMAGE", Client.picture()));

        assertThat(refused.statusCode()).as(refused.body()).isEqualTo(400);
        assertThat(json(refused).at("/error/code").textValue())
                .as(refused.body())
                .isEqualTo("context_length_exceeded");
    }

    @Test
    void tokensOfTheStopTextHaveNoLogprobs() {
        String whole = json(client.chat(ask("\"logprobs\": true, ", "Hello")))
                .at("/choices/0/message/content")
                .textValue();
        int middle = whole.offsetByCodePoints(0, whole.codePointCount(0, whole.length()) / 2);
        // From within a token on, where the tokens of the answer have more than one character.
        String stop = whole.substring(middle, whole.offsetByCodePoints(middle, 2));
        JsonNode choice = json(client.chat(
                        ask("\"logprobs\": true, \"stop\": " + TextNode.valueOf(stop) + ", ", "Hello")))
                .at("/choices/0");

        ByteArrayOutputStream told = new ByteArrayOutputStream();
        choice.at("/logprobs/content").forEach(token -> token.path("bytes").forEach(each -> told.write(each.asInt())));
        assertThat(choice.path("finish_reason").textValue()).isEqualTo("stop");
        assertThat(choice.at("/message/content").textValue()).isEqualTo(whole.substring(0, whole.indexOf(stop)));
        assertThat(told.toString(StandardCharsets.UTF_8))
                .isEqualTo(choice.at("/message/content").textValue());
    }

    @Test
    void dataUrlsMayHavePercentEscapes() {
        String url = Client.picture().replace("A", "%41").replace("=", "%3d");
        assertThat(url).contains("%41");

        String body =
                "{\"max_tokens\": 1, \"messages\": [{\"role\": \"user\", \"content\": [{\"type\": \"text\", \"text\":"
                        + " \"a\"}, {\"type\": \"image_url\", \"image_url\": {\"url\": \"" + url + "\"}}]}]}";
        HttpResponse<String> answer = client.chat(body);

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    }
}
