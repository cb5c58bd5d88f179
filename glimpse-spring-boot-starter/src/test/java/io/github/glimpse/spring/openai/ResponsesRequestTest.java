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
import dev.langchain4j.model.chat.request.ToolChoice;
import dev.langchain4j.model.chat.request.json.JsonRawSchema;
import io.github.glimpse.chat.GlimpseChatRequestParameters;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ResponsesRequestTest {

    private static OpenAiOptions options(OpenAiOptions.History history) {
        return new OpenAiOptions(
                List.of(),
                List.of(),
                List.of(),
                new OpenAiOptions.Bodies(1_000, 1_000, Duration.ofSeconds(1), 0, 1, 1),
                1_000,
                1,
                1_000,
                Duration.ofSeconds(1),
                Duration.ofSeconds(1),
                Duration.ofSeconds(1),
                history);
    }

    private static ResponsesRequest read(String body) {
        return read(body, OpenAiOptions.History.REFUSE);
    }

    private static ResponsesRequest read(String body, OpenAiOptions.History history) {
        try {
            return ResponsesRequest.read(JsonField.root(new ObjectMapper().readTree(body)), "a key", options(history));
        } catch (JsonProcessingException e) {
            throw new AssertionError(e);
        }
    }

    private static List<ChatMessage> messages(String input) {
        return read("{\"input\": " + input + "}").call().request().messages();
    }

    private static GlimpseChatRequestParameters parameters(String fields) {
        return (GlimpseChatRequestParameters)
                read("{\"input\": \"Hello\", " + fields + "}").call().request().parameters();
    }

    @Test
    void aTextIsAQuestion() {
        assertThat(read("{\"instructions\": \"Be short.\", \"input\": \"Hello\"}")
                        .call()
                        .request()
                        .messages())
                .containsExactly(SystemMessage.from("Be short."), UserMessage.from(TextContent.from("Hello")));
    }

    @Test
    void itemsOfEveryTypeAreMessages() {
        List<ChatMessage> read = messages("[{\"role\": \"developer\", \"content\": \"Be short.\"},"
                + " {\"type\": \"message\", \"role\": \"user\", \"content\": [{\"type\": \"input_text\", \"text\": \"What?\"},"
                + " {\"type\": \"input_image\", \"image_url\": \"data:image/png;base64,AAAA\", \"detail\": \"low\"}]},"
                + " {\"type\": \"reasoning\", \"id\": \"rs_1\", \"summary\": [], \"content\": [{\"type\":"
                + " \"reasoning_text\", \"text\": \"Hm.\"}]},"
                + " {\"type\": \"message\", \"id\": \"msg_1\", \"role\": \"assistant\", \"status\": \"completed\","
                + " \"content\": [{\"type\": \"output_text\", \"text\": \"I look.\", \"annotations\": []}]},"
                + " {\"type\": \"function_call\", \"id\": \"fc_1\", \"call_id\": \"c1\", \"name\": \"zoom\","
                + " \"arguments\": \"{\\\"x\\\": 1}\"},"
                + " {\"type\": \"function_call\", \"call_id\": \"c2\", \"name\": \"zoom\", \"arguments\": \"\"},"
                + " {\"type\": \"function_call_output\", \"call_id\": \"c1\", \"output\": \"here\"},"
                + " {\"type\": \"function_call_output\", \"call_id\": \"c2\", \"output\": [{\"type\": \"input_text\","
                + " \"text\": \"there\"}, {\"type\": \"input_image\", \"image_url\": \"data:image/png;base64,BBBB\"}]},"
                + " {\"role\": \"assistant\", \"content\": \"A car.\"}, {\"role\": \"user\", \"content\": \"Sure?\"}]");

        assertThat(read).hasSize(7);
        assertThat(read.get(0)).isEqualTo(SystemMessage.from("Be short."));
        assertThat(((ImageContent) ((UserMessage) read.get(1)).contents().get(1))
                        .image()
                        .base64Data())
                .isEqualTo("AAAA");
        AiMessage calls = (AiMessage) read.get(2);
        assertThat(calls.text()).isEqualTo("I look.");
        assertThat(calls.thinking()).isEqualTo("Hm.");
        assertThat(calls.toolExecutionRequests()).extracting("id").containsExactly("c1", "c2");
        assertThat(calls.toolExecutionRequests()).extracting("arguments").containsExactly("{\"x\": 1}", "{}");
        ToolExecutionResultMessage result = (ToolExecutionResultMessage) read.get(4);
        assertThat(result.id()).isEqualTo("c2");
        assertThat(result.toolName()).isEqualTo("zoom");
        assertThat(result.contents()).hasSize(2);
        assertThat(read.get(5)).isEqualTo(AiMessage.from("A car."));
    }

    @Test
    void parametersAreThoseOfChatCompletions() {
        GlimpseChatRequestParameters read = parameters("\"temperature\": 0.5, \"top_p\": 0.9, \"max_output_tokens\": 7,"
                + " \"prompt_cache_key\": \"s\", \"parallel_tool_calls\": false, \"tools\": [{\"type\": \"function\","
                + " \"name\": \"a\", \"description\": \"does\", \"strict\": true, \"parameters\": {\"type\": \"object\","
                + " \"properties\": {\"n\": {\"type\": \"integer\"}}, \"required\": [\"n\"]}},"
                + " {\"type\": \"function\", \"name\": \"b\"}], \"tool_choice\": {\"type\": \"function\", \"name\": \"a\"},"
                + " \"glimpse\": {\"max_retention_ratio\": 0.5}");

        assertThat(read.temperature()).isEqualTo(0.5);
        assertThat(read.topP()).isEqualTo(0.9);
        assertThat(read.maxOutputTokens()).isEqualTo(7);
        assertThat(read.session()).contains("a key", "s");
        assertThat(read.parallelToolCalls()).isFalse();
        assertThat(read.toolChoice()).isEqualTo(ToolChoice.REQUIRED);
        assertThat(read.toolSpecifications())
                .extracting(ToolSpecification::name)
                .containsExactly("a");
        assertThat(read.toolSpecifications().get(0).strict()).isTrue();
        assertThat(read.toolSpecifications().get(0).parameters().required()).containsExactly("n");
        assertThat(read.pruning().maxRetentionRatio()).isEqualTo(0.5);
        GlimpseChatRequestParameters formed = parameters("\"text\": {\"format\": {\"type\": \"json_schema\", \"name\":"
                + " \"n\", \"strict\": true, \"schema\": {\"type\": \"object\"}}}");
        assertThat(formed.responseFormat().jsonSchema().name()).isEqualTo("n");
        assertThat(formed.responseFormat().jsonSchema().rootElement())
                .isEqualTo(JsonRawSchema.from("{\"type\":\"object\"}"));
        assertThat(read("{\"input\": \"a\", \"include\": [\"message.output_text.logprobs\"]}")
                        .call()
                        .logprobs())
                .isTrue();
        assertThat(read("{\"input\": \"a\", \"truncation\": \"auto\"}", OpenAiOptions.History.TRIM)
                        .echo()
                        .path("truncation")
                        .textValue())
                .isEqualTo("auto");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "\"previous_response_id\": \"resp_1\" | previous_response_id",
                "\"conversation\": {\"id\": \"c\"} | conversation",
                "\"store\": true | store",
                "\"background\": true | background",
                "\"prompt\": {\"id\": \"p\"} | prompt",
                "\"reasoning\": {\"summary\": \"auto\"} | reasoning.summary",
                "\"include\": [\"file_search_call.results\"] | include[0]",
                "\"truncation\": \"auto\" | truncation",
                "\"messages\": [] | messages",
                "\"max_tokens\": 5 | max_tokens",
                "\"response_format\": {\"type\": \"text\"} | response_format",
                "\"top_logprobs\": 2 | top_logprobs",
                "\"text\": {\"verbosity\": \"low\"} | text.verbosity",
                "\"tools\": [{\"type\": \"web_search\"}] | tools[0]",
                "\"tools\": [{\"type\": \"function\", \"name\": \"a\"}, {\"type\": \"file_search\"}] | tools[1]",
                "\"tools\": [{\"type\": \"code_interpreter\"}] | tools[0]",
                "\"tools\": [{\"type\": \"computer_use_preview\"}] | tools[0]",
                "\"tools\": [{\"type\": \"mcp\"}] | tools[0]",
                "\"tools\": [{\"type\": \"image_generation\"}] | tools[0]",
                "\"tools\": [{\"type\": \"custom\", \"name\": \"a\"}] | tools[0]",
                "\"tools\": [{\"type\": \"function\", \"name\": \"a\"}], \"tool_choice\": {\"type\": \"web_search\"}"
                        + " | tool_choice",
                "\"stream_options\": {\"include_obfuscation\": true} | stream_options.include_obfuscation"
            })
    void whatIsNotOfferedIsRefusedByName(String fields, String param) {
        assertRefused("{\"input\": \"Hello\", " + fields + "}", param);
        assertThatThrownBy(() -> parameters(fields))
                .isInstanceOfSatisfying(
                        OpenAiException.class, e -> assertThat(e.code()).isEqualTo("unsupported_parameter"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"web_search", "file_search", "code_interpreter", "computer_use_preview", "mcp"})
    void aRefusalNamesTheBuiltInTool(String type) {
        assertThatThrownBy(() -> parameters("\"tools\": [{\"type\": \"" + type + "\"}]"))
                .hasMessageContaining(type);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{} | input",
                "{\"input\": null} | input",
                "{\"input\": 5} | input",
                "{\"input\": []} | input",
                "{\"input\": [5]} | input[0]",
                "{\"input\": [{}]} | input[0].type",
                "{\"input\": [{\"type\": 5}]} | input[0].type",
                "{\"input\": [{\"type\": \"item_reference\", \"id\": \"a\"}]} | input[0]",
                "{\"input\": [{\"type\": \"web_search_call\"}]} | input[0]",
                "{\"input\": [{\"role\": \"robot\", \"content\": \"a\"}]} | input[0].role",
                "{\"input\": [{\"type\": \"message\", \"content\": \"a\"}]} | input[0].role",
                "{\"input\": [{\"role\": \"user\"}]} | input[0].content",
                "{\"input\": [{\"role\": \"user\", \"content\": []}]} | input[0].content",
                "{\"input\": [{\"role\": \"user\", \"content\": [5]}]} | input[0].content[0]",
                "{\"input\": [{\"role\": \"user\", \"content\": [{\"type\": \"text\", \"text\": \"a\"}]}]}"
                        + " | input[0].content[0]",
                "{\"input\": [{\"role\": \"user\", \"content\": [{\"type\": \"input_text\"}]}]}"
                        + " | input[0].content[0].text",
                "{\"input\": [{\"role\": \"user\", \"content\": [{\"type\": \"input_file\"}]}]} | input[0].content[0]",
                "{\"input\": [{\"role\": \"user\", \"content\": [{\"type\": \"input_image\"}]}]}"
                        + " | input[0].content[0].image_url",
                "{\"input\": [{\"role\": \"user\", \"content\": [{\"type\": \"input_image\", \"file_id\": \"f\"}]}]}"
                        + " | input[0].content[0].file_id",
                "{\"input\": [{\"role\": \"user\", \"content\": [{\"type\": \"input_image\", \"image_url\":"
                        + " \"file:///etc/passwd\"}]}]} | input[0].content[0].image_url",
                "{\"input\": [{\"role\": \"user\", \"content\": [{\"type\": \"input_image\", \"image_url\": {}}]}]}"
                        + " | input[0].content[0].image_url",
                "{\"input\": [{\"role\": \"assistant\", \"content\": [{\"type\": \"input_text\", \"text\": \"a\"}]}]}"
                        + " | input[0].content[0]",
                "{\"input\": [{\"role\": \"system\", \"content\": [{\"type\": \"input_image\"}]}]}"
                        + " | input[0].content[0]",
                "{\"input\": [{\"type\": \"function_call\", \"name\": \"a\", \"arguments\": \"\"}]}"
                        + " | input[0].call_id",
                "{\"input\": [{\"type\": \"function_call\", \"call_id\": \"a\", \"name\": \"a\", \"arguments\": {}}]}"
                        + " | input[0].arguments",
                "{\"input\": [{\"type\": \"function_call\", \"call_id\": \"a\", \"arguments\": \"\"}]}"
                        + " | input[0].name",
                "{\"input\": [{\"role\": \"user\", \"content\": \"a\"}, {\"type\": \"function_call_output\","
                        + " \"call_id\": \"x\", \"output\": \"y\"}]} | input[1].call_id",
                "{\"input\": [{\"type\": \"function_call_output\", \"call_id\": \"x\"}]} | input[0].output",
                "{\"input\": [{\"type\": \"reasoning\", \"encrypted_content\": \"x\"}]} | input[0].encrypted_content",
                "{\"input\": [{\"type\": \"reasoning\", \"content\": 5}]} | input[0].content",
                "{\"input\": [{\"type\": \"reasoning\", \"content\": [5]}]} | input[0].content[0].type",
                "{\"input\": \"a\", \"model\": 5} | model",
                "{\"input\": \"a\", \"instructions\": 5} | instructions",
                "{\"input\": \"a\", \"stream\": \"yes\"} | stream",
                "{\"input\": \"a\", \"store\": \"yes\"} | store",
                "{\"input\": \"a\", \"background\": 1} | background",
                "{\"input\": \"a\", \"temperature\": \"hot\"} | temperature",
                "{\"input\": \"a\", \"top_p\": []} | top_p",
                "{\"input\": \"a\", \"max_output_tokens\": 0} | max_output_tokens",
                "{\"input\": \"a\", \"max_output_tokens\": 1.5} | max_output_tokens",
                "{\"input\": \"a\", \"max_output_tokens\": 1001} | max_output_tokens",
                "{\"input\": \"a\", \"parallel_tool_calls\": 1} | parallel_tool_calls",
                "{\"input\": \"a\", \"include\": 5} | include",
                "{\"input\": \"a\", \"include\": [5]} | include[0]",
                "{\"input\": \"a\", \"metadata\": 5} | metadata",
                "{\"input\": \"a\", \"metadata\": {\"a\": 5}} | metadata.a",
                "{\"input\": \"a\", \"truncation\": 5} | truncation",
                "{\"input\": \"a\", \"truncation\": \"middle\"} | truncation",
                "{\"input\": \"a\", \"reasoning\": 5} | reasoning",
                "{\"input\": \"a\", \"text\": 5} | text",
                "{\"input\": \"a\", \"text\": {\"format\": 5}} | text.format.type",
                "{\"input\": \"a\", \"text\": {\"format\": {\"type\": \"xml\"}}} | text.format.type",
                "{\"input\": \"a\", \"text\": {\"format\": {\"type\": \"json_schema\"}}} | text.format.schema",
                "{\"input\": \"a\", \"text\": {\"format\": {\"type\": \"json_schema\", \"schema\": {}, \"name\": 5}}}"
                        + " | text.format.name",
                "{\"input\": \"a\", \"tools\": 5} | tools",
                "{\"input\": \"a\", \"tools\": [5]} | tools[0]",
                "{\"input\": \"a\", \"tools\": [{}]} | tools[0].type",
                "{\"input\": \"a\", \"tools\": [{\"type\": \"function\"}]} | tools[0].name",
                "{\"input\": \"a\", \"tools\": [{\"type\": \"function\", \"name\": \"a\", \"strict\": 5}]}"
                        + " | tools[0].strict",
                "{\"input\": \"a\", \"tools\": [{\"type\": \"function\", \"name\": \"a\", \"parameters\": 5}]}"
                        + " | tools[0].parameters",
                "{\"input\": \"a\", \"tools\": [{\"type\": \"function\", \"name\": \"a\"}], \"tool_choice\": \"b\"}"
                        + " | tool_choice",
                "{\"input\": \"a\", \"tools\": [{\"type\": \"function\", \"name\": \"a\"}], \"tool_choice\": {\"type\":"
                        + " \"function\", \"name\": \"b\"}} | tool_choice.name",
                "{\"input\": \"a\", \"tool_choice\": 5} | tool_choice",
                "{\"input\": \"a\", \"prompt_cache_key\": 5} | prompt_cache_key",
                "{\"input\": \"a\", \"stream_options\": 5} | stream_options",
                "{\"input\": \"a\", \"user\": 5} | user",
                "{\"input\": \"a\", \"glimpse\": 5} | glimpse"
            })
    void valuesThatCannotBeAreNamedByTheirPath(String body, String param) {
        assertRefused(body, param);
    }

    private static void assertRefused(String body, String param) {
        assertThatThrownBy(() -> read(body)).isInstanceOfSatisfying(OpenAiException.class, e -> {
            assertThat(e.param()).isEqualTo(param);
            assertThat(e.status()).isEqualTo(400);
            assertThat(e).hasMessageStartingWith(param);
        });
    }
}
