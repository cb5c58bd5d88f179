package io.github.glimpse.spring.openai;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.output.FinishReason;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Forms of the Responses API: the response, its items and their parts.
 *
 * @param id of the response
 * @param created seconds since 1970
 * @param model its name
 * @param logprobs whether texts have the log probabilities of their tokens
 * @param warnings fields of the request without an effect
 * @param echo fields of the request
 */
record ResponseJson(String id, long created, String model, boolean logprobs, List<String> warnings, ObjectNode echo) {

    static final String COMPLETED = "completed";
    static final String INCOMPLETE = "incomplete";
    static final String IN_PROGRESS = "in_progress";
    static final String FAILED = "failed";
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    static ResponseJson of(String model, ChatCall call, ObjectNode echo) {
        return new ResponseJson(
                newId("resp"), Instant.now().getEpochSecond(), model, call.logprobs(), call.warnings(), echo);
    }

    /** An id of an item or a response. */
    static String newId(String kind) {
        return kind + "_" + UUID.randomUUID().toString().replace("-", "");
    }

    /** A response in this state, without an answer. */
    ObjectNode response(String status, ArrayNode output) {
        ObjectNode response = NODES.objectNode()
                .put("id", id)
                .put("object", "response")
                .put("created_at", created)
                .put("status", status)
                .put("background", false)
                .putNull("error")
                .putNull("incomplete_details")
                .put("model", model)
                .putNull("previous_response_id")
                .put("store", false);
        response.setAll(echo);
        response.putObject("reasoning").putNull("effort").putNull("summary");
        response.set("output", output);
        response.putNull("usage");
        return response;
    }

    /** A response with its answer. */
    ObjectNode ended(ChatResponse answer, ArrayNode output) {
        ObjectNode response = response(status(answer), output);
        if (isIncomplete(answer)) {
            response.putObject("incomplete_details")
                    .put(
                            "reason",
                            answer.finishReason() == FinishReason.LENGTH ? "max_output_tokens" : "content_filter");
        }
        response.set("usage", usage(answer));
        ReportJson.of(answer.metadata(), warnings).ifPresent(report -> response.set("glimpse", report));
        return response;
    }

    /** A response whose answer failed. */
    ObjectNode failed(OpenAiException error, ArrayNode output) {
        ObjectNode response = response(FAILED, output);
        response.putObject("error").put("code", code(error.status())).put("message", error.text());
        return response;
    }

    /** The nearest of the API's closed list of codes. */
    private static String code(int status) {
        if (status == 429) {
            return "rate_limit_exceeded";
        }
        return status < 500 ? "invalid_prompt" : "server_error";
    }

    /** The whole response. */
    ObjectNode whole(ChatResponse answer) {
        ArrayNode output = NODES.arrayNode();
        AiMessage message = answer.aiMessage();
        String thinking = message.thinking();
        if (thinking != null && !thinking.isEmpty()) {
            output.add(reasoning(newId("rs"), COMPLETED, thinking));
        }
        String text = message.text();
        if ((text != null && !text.isEmpty()) || (output.isEmpty() && !message.hasToolExecutionRequests())) {
            output.add(message(newId("msg"), status(answer), part(text == null ? "" : text, tokens(answer))));
        }
        for (ToolExecutionRequest call : message.toolExecutionRequests()) {
            output.add(call(newId("fc"), COMPLETED, String.valueOf(call.id()), call.name(), call.arguments()));
        }
        return ended(answer, output);
    }

    static boolean isIncomplete(ChatResponse answer) {
        FinishReason reason = answer.finishReason();
        return reason == FinishReason.LENGTH || reason == FinishReason.CONTENT_FILTER;
    }

    static String status(ChatResponse answer) {
        return isIncomplete(answer) ? INCOMPLETE : COMPLETED;
    }

    /** Log probabilities of an answer's tokens; empty unless they were asked for. */
    ArrayNode tokens(ChatResponse answer) {
        return logprobs ? AnswerJson.tokens(answer) : NODES.arrayNode();
    }

    /** An item with a text. */
    static ObjectNode message(String id, String status, @Nullable ObjectNode part) {
        ObjectNode item = item(id, "message", status).put("role", "assistant");
        ArrayNode content = item.putArray("content");
        if (part != null) {
            content.add(part);
        }
        return item;
    }

    /** A text. */
    static ObjectNode part(String text, ArrayNode tokens) {
        ObjectNode part = NODES.objectNode().put("type", "output_text").put("text", text);
        part.putArray("annotations");
        part.set("logprobs", tokens);
        return part;
    }

    /** An item with a thought; null before its first piece. */
    static ObjectNode reasoning(String id, String status, @Nullable String thought) {
        ObjectNode item = item(id, "reasoning", status);
        item.putArray("summary");
        ArrayNode content = item.putArray("content");
        if (thought != null) {
            content.add(thought(thought));
        }
        return item;
    }

    /** The part of a thought. */
    static ObjectNode thought(String text) {
        return NODES.objectNode().put("type", "reasoning_text").put("text", text);
    }

    /** An item with a call. */
    static ObjectNode call(String id, String status, String callId, String name, String arguments) {
        return item(id, "function_call", status)
                .put("call_id", callId)
                .put("name", name)
                .put("arguments", arguments);
    }

    private static ObjectNode item(String id, String type, String status) {
        return NODES.objectNode().put("id", id).put("type", type).put("status", status);
    }

    private static ObjectNode usage(ChatResponse answer) {
        ObjectNode counts = AnswerJson.counts(answer);
        ObjectNode usage = NODES.objectNode();
        usage.set("input_tokens", counts.path("prompt_tokens"));
        usage.putObject("input_tokens_details").set("cached_tokens", counts.at("/prompt_tokens_details/cached_tokens"));
        usage.set("output_tokens", counts.path("completion_tokens"));
        usage.putObject("output_tokens_details")
                .put(
                        "reasoning_tokens",
                        counts.at("/completion_tokens_details/reasoning_tokens").asInt());
        usage.set("total_tokens", counts.path("total_tokens"));
        return usage;
    }
}
