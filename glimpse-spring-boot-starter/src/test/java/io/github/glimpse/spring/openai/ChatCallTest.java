package io.github.glimpse.spring.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.request.ResponseFormatType;
import dev.langchain4j.model.chat.request.ToolChoice;
import dev.langchain4j.model.chat.request.json.JsonRawSchema;
import io.github.glimpse.chat.GlimpseChatRequestParameters;
import io.github.glimpse.prune.PruningStep;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChatCallTest {

    private static final String HELLO = "\"messages\": [{\"role\": \"user\", \"content\": \"Hello\"}]";

    private static ChatCall read(String body) {
        return read(body, "a key");
    }

    private static ChatCall read(String body, String caller) {
        try {
            return ChatCall.read(
                    JsonField.root(new ObjectMapper().readTree(body)), caller, 1_000, OpenAiOptions.History.REFUSE);
        } catch (JsonProcessingException e) {
            throw new AssertionError(e);
        }
    }

    private static GlimpseChatRequestParameters parameters(String fields) {
        return (GlimpseChatRequestParameters)
                read("{" + fields + ", " + HELLO + "}").request().parameters();
    }

    private static List<ChatMessage> messages(String messages) {
        return read("{\"messages\": " + messages + "}").request().messages();
    }

    @Test
    void numbersHaveTheirPlaces() {
        GlimpseChatRequestParameters read = parameters("\"temperature\": 0.5, \"top_p\": 0.9, \"seed\": 7,"
                + " \"frequency_penalty\": 1, \"presence_penalty\": -1, \"max_tokens\": 5, \"stop\": \"END\"");

        assertThat(read.temperature()).isEqualTo(0.5);
        assertThat(read.topP()).isEqualTo(0.9);
        assertThat(read.seed()).isEqualTo(7);
        assertThat(read.frequencyPenalty()).isEqualTo(1);
        assertThat(read.presencePenalty()).isEqualTo(-1);
        assertThat(read.maxOutputTokens()).isEqualTo(5);
        assertThat(read.stopSequences()).containsExactly("END");
        assertThat(parameters("\"max_tokens\": 5, \"max_completion_tokens\": 6").maxOutputTokens())
                .isEqualTo(6);
        assertThat(parameters("\"stop\": [\"a\", \"b\"]").stopSequences()).containsExactly("a", "b");
        assertThat(parameters("\"temperature\": null").temperature()).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"max_tokens", "max_completion_tokens"})
    void moreTokensThanTheLimitAreRefusedByItsName(String field) {
        assertThat(parameters("\"" + field + "\": 1000").maxOutputTokens()).isEqualTo(1_000);
        assertThatThrownBy(() -> parameters("\"" + field + "\": 1001"))
                .isInstanceOfSatisfying(OpenAiException.class, e -> {
                    assertThat(e.status()).isEqualTo(400);
                    assertThat(e.param()).isEqualTo(field);
                })
                .hasMessageContainingAll("1001", "1000", "glimpse.openai.max-output-tokens");
    }

    @Test
    void messagesOfEveryRoleAreRead() {
        List<ChatMessage> read = messages("[{\"role\": \"developer\", \"content\": [{\"type\": \"text\", \"text\":"
                + " \"Be short.\"}]}, {\"role\": \"user\", \"content\": [{\"type\": \"text\", \"text\": \"What?\"},"
                + " {\"type\": \"image_url\", \"image_url\": {\"url\": \"data:image/png;base64,AAAA\"}},"
                + " {\"type\": \"image_url\", \"image_url\": {\"url\": \"https://a.example/b.png\"}}]},"
                + " {\"role\": \"assistant\", \"content\": null, \"tool_calls\": [{\"id\": \"c1\", \"type\":"
                + " \"function\", \"function\": {\"name\": \"zoom\", \"arguments\": \"{\\\"x\\\": 1}\"}}]},"
                + " {\"role\": \"tool\", \"tool_call_id\": \"c1\", \"content\": [{\"type\": \"text\", \"text\":"
                + " \"here\"}, {\"type\": \"image_url\", \"image_url\": {\"url\": \"data:image/jpeg;base64,BBBB\"}}]},"
                + " {\"role\": \"assistant\", \"content\": \"A car.\"}]");

        assertThat(read.get(0)).isEqualTo(SystemMessage.from("Be short."));
        UserMessage user = (UserMessage) read.get(1);
        assertThat(user.contents().get(0)).isEqualTo(TextContent.from("What?"));
        ImageContent picture = (ImageContent) user.contents().get(1);
        assertThat(picture.image().base64Data()).isEqualTo("AAAA");
        assertThat(picture.image().mimeType()).isEqualTo("image/png");
        assertThat(((ImageContent) user.contents().get(2)).image().url()).hasHost("a.example");
        AiMessage calls = (AiMessage) read.get(2);
        assertThat(calls.text()).isNull();
        assertThat(calls.toolExecutionRequests().get(0).arguments()).isEqualTo("{\"x\": 1}");
        ToolExecutionResultMessage result = (ToolExecutionResultMessage) read.get(3);
        assertThat(result.toolName()).isEqualTo("zoom");
        assertThat(result.contents()).hasSize(2);
        assertThat(read.get(4)).isEqualTo(AiMessage.from("A car."));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "data:image/png;base64,AA%2BA%2f%3D%3D | AA+A/==",
                "data:image%2Fpng;base64,AA%2bA | AA+A",
                "data:image/png;base64,AA+A | AA+A"
            })
    void percentEscapesOfADataUrlAreDecoded(String url, String data) {
        UserMessage read = (UserMessage) messages("[{\"role\": \"user\", \"content\": [{\"type\": \"image_url\","
                        + " \"image_url\": {\"url\": \"" + url + "\"}}]}]")
                .get(0);

        ImageContent image = (ImageContent) read.contents().get(0);
        assertThat(image.image().base64Data()).isEqualTo(data);
        assertThat(image.image().mimeType()).isEqualTo("image/png");
    }

    @Test
    void toolsKeepTheirSchemas() {
        GlimpseChatRequestParameters read = parameters("\"parallel_tool_calls\": false, \"tools\": [{\"type\":"
                + " \"function\", \"function\": {\"name\": \"a\", \"description\": \"does\", \"strict\": true,"
                + " \"parameters\": {\"title\": \"T\", \"type\": \"object\", \"properties\": {\"n\": {\"type\":"
                + " \"integer\", \"minimum\": 3}}, \"required\": [\"n\"], \"additionalProperties\": false}}},"
                + " {\"type\": \"function\", \"function\": {\"name\": \"b\"}}]");

        ToolSpecification tool = read.toolSpecifications().get(0);
        assertThat(tool.description()).isEqualTo("does");
        assertThat(tool.strict()).isTrue();
        assertThat(tool.parameters().required()).containsExactly("n");
        assertThat(tool.parameters().additionalProperties()).isFalse();
        assertThat(tool.parameters().properties())
                .containsEntry("n", JsonRawSchema.from("{\"type\":\"integer\",\"minimum\":3}"));
        assertThat(read.toolSpecifications().get(1).parameters()).isNull();
        assertThat(read.parallelToolCalls()).isFalse();
        assertThat(read.toolChoice()).isNull();
    }

    @Test
    void aNamedToolIsTheOnlyOneAndHasToBeCalled() {
        GlimpseChatRequestParameters read = parameters("\"tools\": [{\"type\": \"function\", \"function\": {\"name\":"
                + " \"a\"}}, {\"type\": \"function\", \"function\": {\"name\": \"b\"}}], \"tool_choice\": {\"type\":"
                + " \"function\", \"function\": {\"name\": \"b\"}}");

        assertThat(read.toolSpecifications())
                .extracting(ToolSpecification::name)
                .containsExactly("b");
        assertThat(read.toolChoice()).isEqualTo(ToolChoice.REQUIRED);
    }

    @Test
    void aSchemaGoesOnAsItCame() {
        GlimpseChatRequestParameters read = parameters("\"response_format\": {\"type\": \"json_schema\","
                + " \"json_schema\": {\"name\": \"n\", \"schema\": {\"anyOf\": [{\"type\": \"null\"}]}}}");

        assertThat(read.responseFormat().type()).isEqualTo(ResponseFormatType.JSON);
        assertThat(read.responseFormat().jsonSchema().name()).isEqualTo("n");
        assertThat(read.responseFormat().jsonSchema().rootElement())
                .isEqualTo(JsonRawSchema.from("{\"anyOf\":[{\"type\":\"null\"}]}"));
        assertThat(parameters("\"response_format\": {\"type\": \"json_object\"}")
                        .responseFormat()
                        .jsonSchema())
                .isNull();
        assertThat(parameters("\"response_format\": {\"type\": \"text\"}").responseFormat())
                .isNull();
    }

    @Test
    void pruningIsThatOfTheExtension() {
        GlimpseChatRequestParameters read =
                parameters("\"glimpse\": {\"profile\": \"careful\", \"strategy\": \"fastv\", \"retention_ratio\": 0.5,"
                        + " \"max_retention_ratio\": 0.25, \"threshold\": 0.75, \"return_scores\": true, \"schedule\":"
                        + " [{\"at\": \"layer 2\", \"strategy\": \"random\", \"retention_ratio\": 0.5, \"options\":"
                        + " {\"seed\": 3}}]}");

        assertThat(read.pruning().profile()).isEqualTo("careful");
        assertThat(read.pruning().strategy()).isEqualTo("fastv");
        assertThat(read.pruning().retentionRatio()).isEqualTo(0.5);
        assertThat(read.pruning().maxRetentionRatio()).isEqualTo(0.25);
        assertThat(read.pruning().threshold()).isEqualTo(0.75);
        assertThat(read.returnScoreMap()).isTrue();
        PruningStep step = read.pruning().schedule().get(0);
        assertThat(step.at()).isEqualTo("layer 2");
        assertThat(step.options()).containsEntry("seed", "3");
        assertThat(parameters("\"n\": 1").returnScoreMap()).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "\"logit_bias\": {\"1\": 2} | logit_bias",
                "\"top_logprobs\": 2 | top_logprobs",
                "\"audio\": {\"voice\": \"a\"} | audio",
                "\"max_tokens\": 0 | max_tokens",
                "\"max_completion_tokens\": 1.5 | max_completion_tokens",
                "\"seed\": 99999999999999999999 | seed",
                "\"stop\": [\"\"] | stop[0]",
                "\"stop\": [1] | stop[0]",
                "\"stream\": \"yes\" | stream",
                "\"model\": 1 | model",
                "\"response_format\": {\"type\": \"xml\"} | response_format.type",
                "\"response_format\": {\"type\": \"json_schema\"} | response_format.json_schema.schema",
                "\"tools\": [{\"type\": \"web\"}] | tools[0]",
                "\"tools\": [{\"type\": \"function\", \"function\": {\"name\": \" \"}}] | tools[0].function.name",
                "\"tools\": [{\"type\": \"function\", \"function\": {\"name\": \"a\", \"parameters\": {\"not\": {}}}}]"
                        + " | tools[0].function.parameters.not",
                "\"tools\": [{\"type\": \"function\", \"function\": {\"name\": \"a\"}}], \"tool_choice\": \"b\""
                        + " | tool_choice",
                "\"tools\": [{\"type\": \"function\", \"function\": {\"name\": \"a\"}}], \"tool_choice\":"
                        + " {\"type\": \"function\", \"function\": {\"name\": \"b\"}} | tool_choice.function.name",
                "\"glimpse\": 1 | glimpse",
                "\"glimpse\": {\"schedule\": [{\"strategy\": \"random\", \"threshold\": 2}]} | glimpse.schedule[0]",
                "\"glimpse\": {\"schedule\": [{\"strateg\": \"random\"}]} | glimpse.schedule[0].strateg"
            })
    void whatCannotBeIsNamedByItsPath(String fields, String param) {
        assertThatThrownBy(() -> parameters(fields)).isInstanceOfSatisfying(OpenAiException.class, e -> {
            assertThat(e.param()).isEqualTo(param);
            assertThat(e.status()).isEqualTo(400);
            assertThat(e).hasMessageStartingWith(param);
        });
    }

    @Test
    void whatIsRememberedIsSharedByNoTwoKeys() {
        assertThat(session("chat", "a")).isEqualTo(session("chat", "a"));
        assertThat(session("chat", "a")).isNotEqualTo(session("chat", "b")).isNotEqualTo(session("other", "a"));
        assertThat(session(" ", "a")).isNull();
    }

    @Test
    void eachKeyIsACacheScopeWithAndWithoutASession() {
        String first = parameters("chat", "a").cacheScope();
        assertThat(first).isNotBlank().isEqualTo(parameters(" ", "a").cacheScope());
        assertThat(first).isNotEqualTo(parameters("chat", "b").cacheScope());
        assertThat(parameters("chat", "").cacheScope()).isNotBlank();
    }

    private static @Nullable String session(String key, String caller) {
        return parameters(key, caller).session();
    }

    private static GlimpseChatRequestParameters parameters(String key, String caller) {
        String body =
                "{\"messages\": [{\"role\": \"user\", \"content\": \"Hi\"}], \"prompt_cache_key\": \"" + key + "\"}";
        return (GlimpseChatRequestParameters) read(body, caller).request().parameters();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{} | messages",
                "[] | messages",
                "[1] | messages[0].role",
                "[{\"role\": \"robot\"}] | messages[0].role",
                "[{\"role\": \"user\"}] | messages[0].content",
                "[{\"role\": \"user\", \"content\": []}] | messages[0].content",
                "[{\"role\": \"user\", \"content\": [{\"type\": \"file\"}]}] | messages[0].content[0]",
                "[{\"role\": \"user\", \"content\": [{\"type\": \"image_url\", \"image_url\": {\"url\": \"data:x\"}}]}]"
                        + " | messages[0].content[0].image_url.url",
                "[{\"role\": \"user\", \"content\": [{\"type\": \"image_url\", \"image_url\": {\"url\":"
                        + " \"data:image/png;base64,A%2\"}}]}] | messages[0].content[0].image_url.url",
                "[{\"role\": \"assistant\"}] | messages[0]",
                "[{\"role\": \"assistant\", \"function_call\": {}}] | messages[0].function_call",
                "[{\"role\": \"tool\", \"tool_call_id\": \"x\", \"content\": \"y\"}] | messages[0].tool_call_id",
                "[{\"role\": \"system\", \"content\": \" \"}] | messages"
            })
    void messagesThatCannotBeAreNamedByTheirPath(String messages, String param) {
        assertThatThrownBy(() -> messages(messages))
                .isInstanceOfSatisfying(
                        OpenAiException.class, e -> assertThat(e.param()).isEqualTo(param));
    }
}
