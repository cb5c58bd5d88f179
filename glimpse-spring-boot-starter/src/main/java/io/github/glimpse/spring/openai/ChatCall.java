package io.github.glimpse.spring.openai;

import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.model.chat.request.ChatRequest;
import io.github.glimpse.Warnings;
import io.github.glimpse.chat.GlimpseChatRequestParameters;
import io.github.glimpse.generate.HistoryMode;
import java.util.List;
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
        SamplingReader.read(body, parameters, maxOutputTokens);
        FormReader.read(body, parameters);
        ThinkingReader.read(body, parameters);
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
        RequestFields.refuse(body);
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
}
