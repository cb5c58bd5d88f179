package io.github.glimpse.spring.openai;

import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ResponseFormat;
import dev.langchain4j.model.chat.request.ResponseFormatType;
import dev.langchain4j.model.chat.request.json.JsonRawSchema;
import dev.langchain4j.model.chat.request.json.JsonSchema;
import io.github.glimpse.Warnings;
import io.github.glimpse.chat.GlimpseChatRequestParameters;
import io.github.glimpse.generate.HistoryMode;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A request for an answer.
 *
 * @param model that is wanted; null leaves it to the server
 * @param streamed whether the answer comes in pieces
 * @param includesUsage whether the pieces end with the token counts
 * @param logprobs whether each token's probability is told
 * @param request the same for a model
 * @param warnings fields without an effect
 */
record ChatCall(
        @Nullable String model,
        boolean streamed,
        boolean includesUsage,
        boolean logprobs,
        ChatRequest request,
        List<String> warnings) {

    /** Fields that would change the answer and are not supported. */
    static final Set<String> REFUSED =
            Set.of("functions", "function_call", "audio", "web_search_options", "logit_bias");

    /**
     * Reads a request.
     *
     * @param caller tells those with other API keys from this one
     * @param maxOutputTokens most tokens that it may ask for
     * @param history what becomes of a conversation beyond the limits
     * @throws OpenAiException if it cannot work, by the path of what is wrong
     */
    static ChatCall read(JsonField body, String caller, int maxOutputTokens, OpenAiOptions.History history) {
        refuseUnsupported(body);
        Warnings warnings = new Warnings();
        RequestFields.warn(body, warnings);
        GlimpseChatRequestParameters.Builder parameters = GlimpseChatRequestParameters.builder();
        parameters.temperature(body.at("temperature").numberOrNull());
        parameters.topP(body.at("top_p").numberOrNull());
        parameters.frequencyPenalty(body.at("frequency_penalty").numberOrNull());
        parameters.presencePenalty(body.at("presence_penalty").numberOrNull());
        parameters.maxOutputTokens(outputTokens(body, maxOutputTokens));
        parameters.seed(body.at("seed").longOrNull());
        parameters.stopSequences(stop(body.at("stop")));
        parameters.responseFormat(format(body.at("response_format")));
        parameters.session(session(body.at("prompt_cache_key").textOrNull(), caller));
        parameters.cacheScope("openai " + caller);
        parameters.history(history == OpenAiOptions.History.REFUSE ? HistoryMode.REFUSE : null);
        ToolReader.read(body, parameters);
        PruningReader.read(body.at("glimpse"), parameters);
        List<ChatMessage> messages = new MessageReader().read(body.at("messages"));
        return new ChatCall(
                body.at("model").textOrNull(),
                body.at("stream").isTrue(),
                body.at("stream_options").at("include_usage").isTrue(),
                body.at("logprobs").isTrue(),
                ChatRequest.builder()
                        .messages(messages)
                        .parameters(parameters.build())
                        .build(),
                warnings.list());
    }

    /** Callers with other keys share nothing, whatever they say. */
    private static @Nullable String session(@Nullable String cacheKey, String caller) {
        return cacheKey == null || cacheKey.isBlank() ? null : "openai " + caller + " " + cacheKey;
    }

    private static void refuseUnsupported(JsonField body) {
        for (String name : REFUSED) {
            JsonField field = body.at(name);
            boolean says = field.isSet()
                    && !(field.node() != null
                            && field.node().isContainerNode()
                            && field.node().isEmpty());
            if (says) {
                throw field.unsupported("leave it out");
            }
        }
        Integer others = body.at("top_logprobs").wholeOrNull();
        if (others != null && others != 0) {
            throw body.at("top_logprobs").unsupported("only the tokens of the answer are told; send 0 or leave it out");
        }
        Long answers = body.at("n").longOrNull();
        if (answers != null && answers != 1) {
            throw body.at("n").unsupported("a request has one answer; send several");
        }
        JsonField modalities = body.at("modalities");
        if (modalities.isSet()
                && !modalities.list().stream().allMatch(kind -> kind.text().equals("text"))) {
            throw modalities.unsupported("answers are text");
        }
    }

    private static @Nullable Integer outputTokens(JsonField body, int limit) {
        JsonField newer = body.at("max_completion_tokens");
        JsonField field = newer.isSet() ? newer : body.at("max_tokens");
        Integer tokens = field.wholeOrNull();
        if (tokens != null && tokens < 1) {
            throw field.invalid("has to be at least 1");
        }
        if (tokens != null && tokens > limit) {
            throw field.invalid("is " + tokens + ", and the limit is " + limit
                    + " (glimpse.openai.max-output-tokens); ask for less");
        }
        return tokens;
    }

    private static List<String> stop(JsonField stop) {
        if (!stop.isSet()) {
            return List.of();
        }
        List<JsonField> texts = stop.isText() ? List.of(stop) : stop.list();
        return texts.stream()
                .map(text -> {
                    if (text.text().isEmpty()) {
                        throw text.invalid("is empty");
                    }
                    return text.text();
                })
                .toList();
    }

    private static @Nullable ResponseFormat format(JsonField format) {
        if (!format.isSet()) {
            return null;
        }
        return switch (format.at("type").text()) {
            case "text" -> null;
            case "json_object" ->
                ResponseFormat.builder().type(ResponseFormatType.JSON).build();
            case "json_schema" -> schema(format.at("json_schema"));
            default -> throw format.at("type").unsupported("send text, json_object or json_schema");
        };
    }

    private static ResponseFormat schema(JsonField named) {
        String name = named.at("name").textOrNull();
        return ResponseFormat.builder()
                .type(ResponseFormatType.JSON)
                .jsonSchema(JsonSchema.builder()
                        .name(name == null || name.isBlank() ? "answer" : name)
                        .rootElement(
                                JsonRawSchema.from(named.at("schema").object().toString()))
                        .build())
                .build();
    }
}
