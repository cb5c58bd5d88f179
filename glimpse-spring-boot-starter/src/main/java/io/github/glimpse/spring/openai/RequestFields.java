package io.github.glimpse.spring.openai;

import io.github.glimpse.Warnings;
import java.util.Map;
import java.util.Set;

/** Names of the fields of a chat request. A name that is not known is answered with a warning. */
final class RequestFields {

    /** Fields that are read. */
    private static final Set<String> READ = Set.of(
            "model",
            "messages",
            "stream",
            "stream_options",
            "temperature",
            "top_p",
            "frequency_penalty",
            "presence_penalty",
            "max_tokens",
            "max_completion_tokens",
            "seed",
            "stop",
            "n",
            "modalities",
            "logprobs",
            "top_logprobs",
            "response_format",
            "tools",
            "tool_choice",
            "parallel_tool_calls",
            "prompt_cache_key",
            "glimpse");

    /** Fields of OpenAI's API without an effect on the text of an answer. */
    private static final Set<String> WITHOUT_EFFECT = Set.of(
            "user", "metadata", "store", "service_tier", "safety_identifier", "prompt_cache_retention", "prediction");

    private RequestFields() {}

    /** Adds a warning for each field that is set and not known. */
    static void warn(JsonField body, Warnings warnings) {
        for (Map.Entry<String, JsonField> entry : body.entries()) {
            String name = entry.getKey();
            boolean isKnown = READ.contains(name) || WITHOUT_EFFECT.contains(name) || ChatCall.REFUSED.contains(name);
            if (!isKnown && entry.getValue().isSet()) {
                warnings.add("The field '" + JsonField.abbreviated(name) + "' is not known and was ignored");
            }
        }
    }
}
