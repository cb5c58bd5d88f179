package io.github.glimpse.spring.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.output.FinishReason;
import dev.langchain4j.model.output.TokenUsage;
import io.github.glimpse.chat.GlimpseChatResponseMetadata;
import io.github.glimpse.generate.AnswerLikelihood;
import io.github.glimpse.request.GlimpseTokenUsage;
import io.github.glimpse.sampling.AnswerToken;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The official shapes of one answer, whole and in pieces.
 *
 * @param id of the answer, in each of its pieces
 * @param created seconds since 1970
 * @param model its name
 * @param logprobs whether it tells how likely each token was
 * @param warnings fields of the request without an effect
 */
record AnswerJson(String id, long created, String model, boolean logprobs, List<String> warnings) {

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    /** The shapes of a new answer. */
    static AnswerJson of(String model, boolean logprobs, List<String> warnings) {
        return new AnswerJson(
                "chatcmpl-" + UUID.randomUUID().toString().replace("-", ""),
                Instant.now().getEpochSecond(),
                model,
                logprobs,
                warnings);
    }

    /** An error's shape. */
    static ObjectNode error(OpenAiException error) {
        ObjectNode body = NODES.objectNode();
        body.putObject("error")
                .put("message", error.text())
                .put("type", error.type())
                .put("param", error.param())
                .put("code", error.code());
        return body;
    }

    /** The whole answer. */
    ObjectNode whole(ChatResponse response) {
        ObjectNode body = head("chat.completion");
        AiMessage answer = response.aiMessage();
        ObjectNode choice = body.putArray("choices").addObject().put("index", 0);
        ObjectNode message =
                choice.putObject("message").put("role", "assistant").put("content", text(answer));
        message.putNull("refusal");
        String thinking = answer.thinking();
        if (thinking != null) {
            putThinking(message, thinking);
        }
        if (answer.hasToolExecutionRequests()) {
            ArrayNode calls = message.putArray("tool_calls");
            answer.toolExecutionRequests().forEach(call -> calls.add(call(call)));
        }
        choice.set("logprobs", logprobs(response));
        choice.put("finish_reason", finishReason(response));
        body.set("usage", counts(response));
        ReportJson.of(response.metadata(), warnings).ifPresent(report -> body.set("glimpse", report));
        return body;
    }

    private JsonNode logprobs(ChatResponse response) {
        if (!logprobs || likelihood(response) == null) {
            return NODES.nullNode();
        }
        ObjectNode node = NODES.objectNode();
        node.set("content", tokens(response));
        node.putNull("refusal");
        return node;
    }

    private static @Nullable AnswerLikelihood likelihood(ChatResponse response) {
        return response.metadata() instanceof GlimpseChatResponseMetadata own ? own.likelihood() : null;
    }

    /** Log probabilities of the tokens of an answer that are text; empty where they are not known. */
    static ArrayNode tokens(ChatResponse response) {
        ArrayNode content = NODES.arrayNode();
        AnswerLikelihood likelihood = likelihood(response);
        for (AnswerToken token : likelihood == null ? List.<AnswerToken>of() : likelihood.tokens()) {
            if (!token.bytes().isEmpty()) {
                ObjectNode told = content.addObject().put("token", token.text()).put("logprob", token.logProbability());
                ArrayNode bytes = told.putArray("bytes");
                token.bytes().forEach(bytes::add);
                told.putArray("top_logprobs");
            }
        }
        return content;
    }

    private static @Nullable String text(AiMessage answer) {
        String text = answer.text();
        return text == null && !answer.hasToolExecutionRequests() ? "" : text;
    }

    /** The first piece. */
    ObjectNode first() {
        return delta(NODES.objectNode().put("role", "assistant").put("content", ""));
    }

    /** A piece of the text. */
    ObjectNode text(String piece) {
        return delta(NODES.objectNode().put("content", piece));
    }

    /** A piece of the thought. */
    ObjectNode thinking(String piece) {
        ObjectNode delta = NODES.objectNode();
        putThinking(delta, piece);
        return delta(delta);
    }

    /** Clients read one of two names. */
    private static void putThinking(ObjectNode message, String thinking) {
        message.put("reasoning_content", thinking).put("reasoning", thinking);
    }

    /** A call begins. */
    ObjectNode callBegins(int index, String id, String name) {
        ObjectNode call = NODES.objectNode().put("index", index).put("id", id).put("type", "function");
        call.putObject("function").put("name", name).put("arguments", "");
        return delta(calls(call));
    }

    /** A piece of a call's arguments. */
    ObjectNode callGoesOn(int index, String piece) {
        ObjectNode call = NODES.objectNode().put("index", index);
        call.putObject("function").put("arguments", piece);
        return delta(calls(call));
    }

    private static ObjectNode calls(ObjectNode call) {
        ObjectNode delta = NODES.objectNode();
        delta.putArray("tool_calls").add(call);
        return delta;
    }

    /** The piece with the reason of the end, and with what pruning did. */
    ObjectNode last(ChatResponse response) {
        ObjectNode body = delta(NODES.objectNode());
        ObjectNode choice = (ObjectNode) body.get("choices").get(0);
        choice.put("finish_reason", finishReason(response));
        if (logprobs) {
            // All at once: pieces of text are no tokens.
            choice.set("logprobs", logprobs(response));
        }
        ReportJson.of(response.metadata(), warnings).ifPresent(report -> body.set("glimpse", report));
        return body;
    }

    /** The piece with the token counts. */
    ObjectNode usage(ChatResponse response) {
        ObjectNode body = head("chat.completion.chunk");
        body.putArray("choices");
        body.set("usage", counts(response));
        return body;
    }

    private ObjectNode delta(ObjectNode delta) {
        ObjectNode body = head("chat.completion.chunk");
        ObjectNode choice = body.putArray("choices").addObject().put("index", 0);
        choice.set("delta", delta);
        choice.putNull("finish_reason");
        return body;
    }

    private ObjectNode head(String object) {
        return NODES.objectNode()
                .put("id", id)
                .put("object", object)
                .put("created", created)
                .put("model", model);
    }

    private static ObjectNode call(ToolExecutionRequest request) {
        ObjectNode call = NODES.objectNode().put("id", request.id()).put("type", "function");
        call.putObject("function").put("name", request.name()).put("arguments", request.arguments());
        return call;
    }

    /** Token counts of an answer. */
    static ObjectNode counts(ChatResponse response) {
        return usage(response.metadata().tokenUsage(), cached(response));
    }

    /** Tokens of the prompt are counted before pruning, as everywhere in Glimpse. */
    static ObjectNode usage(@Nullable TokenUsage usage, int cached) {
        ObjectNode node = NODES.objectNode()
                .put("prompt_tokens", usage == null ? 0 : count(usage.inputTokenCount()))
                .put("completion_tokens", usage == null ? 0 : count(usage.outputTokenCount()))
                .put("total_tokens", usage == null ? 0 : count(usage.totalTokenCount()));
        node.putObject("prompt_tokens_details").put("cached_tokens", cached);
        if (usage instanceof GlimpseTokenUsage own && own.reasoningTokenCount() > 0) {
            node.putObject("completion_tokens_details").put("reasoning_tokens", own.reasoningTokenCount());
        }
        return node;
    }

    /** Rows of the prompt that were taken over from requests before. */
    private static int cached(ChatResponse response) {
        return response.metadata() instanceof GlimpseChatResponseMetadata own
                ? own.reuse().rowsReused()
                : 0;
    }

    private static int count(@Nullable Integer tokens) {
        return tokens == null ? 0 : tokens;
    }

    private static String finishReason(ChatResponse response) {
        FinishReason reason = response.metadata().finishReason();
        if (reason == FinishReason.LENGTH) {
            return "length";
        }
        if (reason == FinishReason.CONTENT_FILTER) {
            return "content_filter";
        }
        return response.aiMessage().hasToolExecutionRequests() ? "tool_calls" : "stop";
    }
}
