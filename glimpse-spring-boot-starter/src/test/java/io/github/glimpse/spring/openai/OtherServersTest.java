package io.github.glimpse.spring.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.langchain4j.model.chat.request.ResponseFormatType;
import dev.langchain4j.model.chat.request.json.JsonRawSchema;
import io.github.glimpse.chat.GlimpseChatRequestParameters;
import io.github.glimpse.sampling.ThinkingSwitch;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Fields of other servers: each is honored, refused by its name, or named in a warning. */
class OtherServersTest {

    private static final String SCHEMA = "{\"type\":\"object\",\"properties\":{\"n\":{\"type\":\"integer\"}}}";

    private static ChatCall read(String fields) {
        String body = "{" + fields + ", \"messages\": [{\"role\": \"user\", \"content\": \"Hello\"}]}";
        try {
            return ChatCall.read(
                    JsonField.root(new ObjectMapper().readTree(body)), "a key", 1_000, OpenAiOptions.History.REFUSE);
        } catch (JsonProcessingException e) {
            throw new AssertionError(e);
        }
    }

    private static GlimpseChatRequestParameters parameters(String fields) {
        ChatCall call = read(fields);
        assertThat(call.warnings()).isEmpty();
        return (GlimpseChatRequestParameters) call.request().parameters();
    }

    @Test
    void samplingIsThatOfTheRequest() {
        GlimpseChatRequestParameters read =
                parameters("\"top_k\": 7, \"min_p\": 0.1, \"repetition_penalty\": 1.2, \"min_tokens\": 3");

        assertThat(read.topK()).isEqualTo(7);
        assertThat(read.minP()).isEqualTo(0.1);
        assertThat(read.repetitionPenalty()).isEqualTo(1.2);
        assertThat(read.minOutputTokens()).isEqualTo(3);
        assertThat(parameters("\"top_k\": -1").topK()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"max_new_tokens", "num_predict", "n_predict"})
    void otherNamesOfTheMostTokensCountWithinTheLimit(String field) {
        assertThat(parameters("\"" + field + "\": 5").maxOutputTokens()).isEqualTo(5);
        assertThat(parameters("\"" + field + "\": 5, \"max_tokens\": 6").maxOutputTokens())
                .isEqualTo(6);
        assertThatThrownBy(() -> parameters("\"" + field + "\": 1001"))
                .isInstanceOfSatisfying(
                        OpenAiException.class, e -> assertThat(e.param()).isEqualTo(field));
    }

    @Test
    void theEndOfAnAnswerIsThatOfTheRequest() {
        GlimpseChatRequestParameters read = parameters("\"stop\": \"a\", \"stop_sequences\": [\"b\"],"
                + " \"stop_token_ids\": [5, 6], \"ignore_eos\": true, \"include_stop_str_in_output\": true,"
                + " \"num_predict\": -1");

        assertThat(read.stopSequences()).containsExactly("a", "b");
        assertThat(read.ending().stopTokenIds()).containsExactly(5, 6);
        assertThat(read.ending().ignoreEos()).isTrue();
        assertThat(read.ending().includeStop()).isTrue();
        assertThat(read.maxOutputTokens()).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"guided_choice\": [\"yes\", \"no\"]",
                "\"structured_outputs\": {\"choice\": [\"yes\", \"no\"], \"disable_any_whitespace\": false}"
            })
    void aChoiceIsThatOfTheRequest(String field) {
        assertThat(parameters(field).choice()).containsExactly("yes", "no");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"guided_regex\": \"[a-z]+\"", "\"structured_outputs\": {\"regex\": \"[a-z]+\"}"})
    void aPatternIsThatOfTheRequest(String field) {
        assertThat(parameters(field).regex()).isEqualTo("[a-z]+");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"guided_json\": %s",
                "\"json_schema\": %s",
                "\"format\": %s",
                "\"structured_outputs\": {\"json\": %s}",
                "\"response_format\": {\"type\": \"json_object\", \"schema\": %s}",
                "\"response_format\": {\"type\": \"text\"}, \"guided_json\": %s"
            })
    void aSchemaIsThatOfTheRequest(String field) {
        String text = "\"" + SCHEMA.replace("\"", "\\\"") + "\"";
        for (String schema : List.of(SCHEMA, text)) {
            GlimpseChatRequestParameters read = parameters(field.replace("%s", schema));

            assertThat(read.responseFormat().type()).isEqualTo(ResponseFormatType.JSON);
            assertThat(read.responseFormat().jsonSchema().rootElement()).isEqualTo(JsonRawSchema.from(SCHEMA));
            if (field.contains("\"format\"")) {
                break;
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"format\": \"json\"", "\"structured_outputs\": {\"json_object\": true}"})
    void anyObjectIsThatOfTheRequest(String field) {
        assertThat(parameters(field).responseFormat().type()).isEqualTo(ResponseFormatType.JSON);
        assertThat(parameters(field).responseFormat().jsonSchema()).isNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "\"enable_thinking\": false | off",
                "\"enable_thinking\": true | on",
                "\"think\": true | on",
                "\"think\": \"low\" | low",
                "\"reasoning_effort\": \"none\" | off",
                "\"reasoning_effort\": \"high\" | high",
                "\"reasoning_effort\": \"high\", \"enable_thinking\": true | high",
                "\"reasoning_effort\": \"high\", \"enable_thinking\": false | off"
            })
    void theSwitchOfThinkingIsThatOfTheRequest(String fields, String value) {
        assertThat(parameters(fields).thinking()).isEqualTo(new ThinkingSwitch(value));
    }

    @Test
    void variablesOfTheTemplateKeepTheirTypes() {
        GlimpseChatRequestParameters read = parameters("\"chat_template_kwargs\": {\"enable_thinking\": false,"
                + " \"n\": 1, \"x\": 1.5, \"list\": [\"a\", null], \"none\": null, \"map\": {\"k\": true}}");

        assertThat(read.templateVariables())
                .hasToString("{enable_thinking=false, n=1, x=1.5, list=[a, null], none=null, map={k=true}}");
        assertThat(read.templateVariables().get("n")).isInstanceOf(Integer.class);
        assertThat(read.templateVariables().get("x")).isInstanceOf(Double.class);
    }

    @Test
    void theThoughtOfAnAnswerIsThatOfTheRequest() {
        assertThat(parameters("\"include_reasoning\": false").returnThinking()).isFalse();
        assertThat(parameters("\"thinking_token_budget\": 5").thinkingBudget()).isEqualTo(5);
        assertThat(parameters("\"reasoning_budget_tokens\": 6").thinkingBudget())
                .isEqualTo(6);
        assertThat(parameters("\"thinking_token_budget\": -1").thinkingBudget()).isNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "\"typical_p\": 0.5 | typical_p",
                "\"max_length\": 5 | max_length",
                "\"best_of\": 2 | best_of",
                "\"use_beam_search\": true | use_beam_search",
                "\"truncate_prompt_tokens\": 5 | truncate_prompt_tokens",
                "\"options\": {\"num_ctx\": 5} | options",
                "\"bad_words\": [\"a\"] | bad_words",
                "\"logits_bias\": {\"1\": 1} | logits_bias",
                "\"top_n_tokens\": 3 | top_n_tokens",
                "\"guided_grammar\": \"root\" | guided_grammar",
                "\"grammar\": \"root\" | grammar",
                "\"structured_outputs\": {\"grammar\": \"root\"} | structured_outputs.grammar",
                "\"system\": \"Be short.\" | system",
                "\"prompt\": \"Hello\" | prompt",
                "\"images\": [\"AAAA\"] | images",
                "\"mm_processor_kwargs\": {\"fps\": 1} | mm_processor_kwargs",
                "\"separate_reasoning\": false | separate_reasoning",
                "\"chat_template_kwargs\": {\"messages\": []} | chat_template_kwargs.messages",
                "\"chat_template_kwargs\": {\"bos_token\": \"x\"} | chat_template_kwargs.bos_token",
                "\"chat_template_kwargs\": [1] | chat_template_kwargs",
                "\"reasoning_effort\": \"very much\" | reasoning_effort",
                "\"stop_token_ids\": [-1] | stop_token_ids[0]",
                "\"min_tokens\": 1001 | min_tokens",
                "\"guided_regex\": \"a\", \"guided_json\": {\"type\": \"object\"} | guided_json",
                "\"guided_json\": \"no schema\" | guided_json",
                "\"format\": \"xml\" | format"
            })
    void whatTheEngineCannotDoIsRefusedByItsName(String fields, String param) {
        assertThatThrownBy(() -> read(fields)).isInstanceOfSatisfying(OpenAiException.class, e -> {
            assertThat(e.status()).isEqualTo(400);
            assertThat(e.param()).isEqualTo(param);
        });
    }

    @Test
    void valuesThatChangeNothingAreAccepted() {
        List<String> fields = Arrays.asList(
                "\"typical_p\": 1.0",
                "\"best_of\": 1",
                "\"use_beam_search\": false",
                "\"bad_words\": []",
                "\"logits_bias\": {}",
                "\"top_n_tokens\": 0",
                "\"options\": {}",
                "\"system\": null",
                "\"separate_reasoning\": true",
                "\"guided_json\": null");

        assertThat(read(String.join(", ", fields)).warnings()).isEmpty();
    }
}
