package io.github.glimpse.spring.openai;

import io.github.glimpse.chat.GlimpseChatRequestParameters;
import io.github.glimpse.sampling.EndOptions;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Fields of a request for sampling, length and end of an answer: OpenAI's and those of other servers. */
final class SamplingReader {

    /** OpenAI's first; then those of SGLang and TGI, of Ollama, and of llama.cpp. */
    private static final List<String> MAX_TOKENS =
            List.of("max_completion_tokens", "max_tokens", "max_new_tokens", "num_predict", "n_predict");

    private SamplingReader() {}

    /**
     * Adds what a request says.
     *
     * @param maxOutputTokens most tokens that it may ask for
     */
    static void read(JsonField body, GlimpseChatRequestParameters.Builder parameters, int maxOutputTokens) {
        parameters.temperature(body.at("temperature").numberOrNull());
        parameters.topP(body.at("top_p").numberOrNull());
        parameters.topK(allIfBelowZero(body.at("top_k")));
        parameters.minP(body.at("min_p").numberOrNull());
        parameters.repetitionPenalty(body.at("repetition_penalty").numberOrNull());
        parameters.frequencyPenalty(body.at("frequency_penalty").numberOrNull());
        parameters.presencePenalty(body.at("presence_penalty").numberOrNull());
        parameters.seed(body.at("seed").longOrNull());
        parameters.maxOutputTokens(outputTokens(body, maxOutputTokens));
        parameters.minOutputTokens(minTokens(body.at("min_tokens"), maxOutputTokens));
        List<String> stop = new ArrayList<>(texts(body.at("stop")));
        stop.addAll(texts(body.at("stop_sequences")));
        parameters.stopSequences(stop);
        JsonField ids = body.at("stop_token_ids");
        parameters.ending(new EndOptions(
                ids.isSet() ? ids.list().stream().map(SamplingReader::id).toList() : null,
                body.at("ignore_eos").flagOrNull(),
                body.at("include_stop_str_in_output").flagOrNull()));
    }

    /** -1 is all, as 0 is. */
    private static @Nullable Integer allIfBelowZero(JsonField field) {
        Integer count = field.wholeOrNull();
        return count != null && count == -1 ? Integer.valueOf(0) : count;
    }

    private static int id(JsonField field) {
        Integer id = field.wholeOrNull();
        if (id == null || id < 0) {
            throw field.invalid("has to be the id of a token, at least 0");
        }
        return id;
    }

    private static @Nullable Integer minTokens(JsonField field, int limit) {
        Integer tokens = field.wholeOrNull();
        if (tokens != null && (tokens < 0 || tokens > limit)) {
            throw field.invalid(
                    "is " + tokens + ", and has to be from 0 to " + limit + " (glimpse.openai.max-output-tokens)");
        }
        return tokens;
    }

    private static @Nullable Integer outputTokens(JsonField body, int limit) {
        for (String name : MAX_TOKENS) {
            JsonField field = body.at(name);
            Integer tokens = field.wholeOrNull();
            // Ollama and llama.cpp: no limit
            boolean isUnlimited = tokens != null && tokens == -1 && name.endsWith("_predict");
            if (tokens == null || isUnlimited) {
                continue;
            }
            if (tokens < 1) {
                throw field.invalid("has to be at least 1");
            }
            if (tokens > limit) {
                throw field.invalid("is " + tokens + ", and the limit is " + limit
                        + " (glimpse.openai.max-output-tokens); ask for less");
            }
            return tokens;
        }
        return null;
    }

    private static List<String> texts(JsonField stop) {
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
}
