package io.github.glimpse.spring.openai;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.glimpse.Warnings;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Names of the fields of a chat request, OpenAI's and those of other servers: fields that are read, fields without an effect, and
 * fields that are refused because they would change the answer. All other names are answered with a warning.
 */
final class RequestFields {

    /** Fields that are read. */
    private static final Set<String> READ = Set.of(
            "model",
            "messages",
            "stream",
            "stream_options",
            "temperature",
            "top_p",
            "top_k",
            "min_p",
            "repetition_penalty",
            "frequency_penalty",
            "presence_penalty",
            "max_tokens",
            "max_completion_tokens",
            "max_new_tokens",
            "num_predict",
            "n_predict",
            "min_tokens",
            "ignore_eos",
            "seed",
            "stop",
            "stop_sequences",
            "stop_token_ids",
            "include_stop_str_in_output",
            "n",
            "modalities",
            "logprobs",
            "top_logprobs",
            "response_format",
            "guided_choice",
            "guided_regex",
            "guided_json",
            "structured_outputs",
            "json_schema",
            "format",
            "chat_template_kwargs",
            "enable_thinking",
            "think",
            "reasoning_effort",
            "include_reasoning",
            "thinking_token_budget",
            "reasoning_budget_tokens",
            "tools",
            "tool_choice",
            "parallel_tool_calls",
            "prompt_cache_key",
            "glimpse");

    /** Fields of OpenAI's API without an effect on the text of an answer. */
    private static final Set<String> WITHOUT_EFFECT = Set.of(
            "user", "metadata", "store", "service_tier", "safety_identifier", "prompt_cache_retention", "prediction");

    /** Fields that are refused, unless they are empty or have the value that changes nothing. */
    private static final Map<String, Refused> REFUSED = Map.ofEntries(
            Map.entry("functions", Refused.of("send tools")),
            Map.entry("function_call", Refused.of("send tool_choice")),
            Map.entry("audio", Refused.of("leave it out")),
            Map.entry("web_search_options", Refused.of("leave it out")),
            Map.entry("logit_bias", Refused.of("leave it out")),
            Map.entry("typical_p", Refused.unless("send top_p or min_p", RequestFields::isOne)),
            Map.entry("max_length", Refused.of("send max_tokens, which counts the answer alone")),
            Map.entry("best_of", Refused.unless("a request has one answer", RequestFields::isOne)),
            Map.entry("use_beam_search", Refused.unless("leave it out", RequestFields::isFalse)),
            Map.entry("truncate_prompt_tokens", Refused.of("set glimpse.openai.history=trim for long conversations")),
            Map.entry("options", Refused.of("send its values as fields of the request")),
            Map.entry("bad_words", Refused.of("leave it out")),
            Map.entry("logits_bias", Refused.of("leave it out")),
            Map.entry("top_n_tokens", Refused.unless("leave it out", node -> node.isNumber() && node.asInt() == 0)),
            Map.entry("guided_grammar", Refused.of("send guided_regex or guided_json")),
            Map.entry("grammar", Refused.of("send guided_regex or guided_json")),
            Map.entry("system", Refused.of("send a message with the role system")),
            Map.entry("prompt", Refused.of("send messages")),
            Map.entry("images", Refused.of("send parts of type image_url in a message")),
            Map.entry("mm_processor_kwargs", Refused.of("leave it out")),
            Map.entry(
                    "separate_reasoning", Refused.unless("a thought is never part of the text", RequestFields::isTrue)),
            Map.entry("stream_reasoning", Refused.unless("send include_reasoning false", RequestFields::isTrue)));

    /**
     * A field that is refused.
     *
     * @param advice next step of the client
     * @param changesNothing values that are accepted; null for none
     */
    private record Refused(String advice, @Nullable Predicate<JsonNode> changesNothing) {

        static Refused of(String advice) {
            return new Refused(advice, null);
        }

        static Refused unless(String advice, Predicate<JsonNode> changesNothing) {
            return new Refused(advice, changesNothing);
        }
    }

    private RequestFields() {}

    private static boolean isOne(JsonNode node) {
        return node.isNumber() && node.asDouble() == 1;
    }

    private static boolean isFalse(JsonNode node) {
        return node.isBoolean() && !node.booleanValue();
    }

    private static boolean isTrue(JsonNode node) {
        return node.isBoolean() && node.booleanValue();
    }

    /**
     * Refuses fields that would change the answer and are not supported.
     *
     * @throws OpenAiException for one of them
     */
    static void refuse(JsonField body) {
        REFUSED.forEach((name, refused) -> {
            JsonField field = body.at(name);
            JsonNode node = field.node();
            Predicate<JsonNode> changesNothing = refused.changesNothing();
            if (node != null && !field.isEmpty() && (changesNothing == null || !changesNothing.test(node))) {
                throw field.unsupported(refused.advice());
            }
        });
    }

    /** Adds a warning for each field that is set and not known. */
    static void warn(JsonField body, Warnings warnings) {
        for (Map.Entry<String, JsonField> entry : body.entries()) {
            String name = entry.getKey();
            boolean isKnown = READ.contains(name) || WITHOUT_EFFECT.contains(name) || REFUSED.containsKey(name);
            if (!isKnown && entry.getValue().isSet()) {
                warnings.add("The field '" + JsonField.abbreviated(name) + "' is not known and was ignored");
            }
        }
    }
}
