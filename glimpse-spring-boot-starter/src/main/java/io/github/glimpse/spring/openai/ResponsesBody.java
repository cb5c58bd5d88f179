package io.github.glimpse.spring.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Body of a request of the Responses API as that of a chat completion. Fields of the same name and meaning are copied.
 *
 * @param completion the same request for a chat completion
 * @param paths paths of its fields in the request
 * @param echo fields of the request that the response repeats, with their defaults
 */
record ResponsesBody(ObjectNode completion, FieldPaths paths, ObjectNode echo) {

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final String LOGPROBS = "message.output_text.logprobs";
    private static final String NOT_STORED = "this server stores no responses; send the whole conversation as input";

    /** Fields that need something which this server does not have, and what to do instead. */
    private static final Map<String, String> REFUSED = Map.of(
            "previous_response_id", NOT_STORED,
            "conversation", NOT_STORED,
            "prompt", "this server stores no prompts; send instructions and input",
            "context_management", "leave it out",
            "moderation", "leave it out");

    /** Fields of chat completions alone, and their names here. */
    private static final Map<String, String> OF_COMPLETIONS = Map.of(
            "messages", "input",
            "max_tokens", "max_output_tokens",
            "max_completion_tokens", "max_output_tokens",
            "response_format", "text.format",
            "logprobs", "include with " + LOGPROBS);

    /** Fields that are not copied: translated, or without a meaning for an answer. */
    private static final Set<String> NOT_COPIED = Set.of(
            "input",
            "instructions",
            "tools",
            "tool_choice",
            "text",
            "max_output_tokens",
            "reasoning",
            "store",
            "background",
            "include",
            "truncation",
            "stream_options",
            "max_tool_calls");

    /**
     * Translates a body.
     *
     * @param history what becomes of conversations beyond the limits of the model
     * @throws OpenAiException for what is not offered, and for values of a wrong type
     */
    static ResponsesBody of(JsonField body, OpenAiOptions.History history) {
        ResponsesBody translated = new ResponsesBody(NODES.objectNode(), new FieldPaths(), echo(body));
        refuse(body);
        checkTruncation(body.at("truncation"), history);
        for (Map.Entry<String, JsonNode> field : body.object().properties()) {
            if (!NOT_COPIED.contains(field.getKey()) && !REFUSED.containsKey(field.getKey())) {
                translated.completion.set(field.getKey(), field.getValue());
            }
        }
        translated.input(body);
        translated.tools(body.at("tools"));
        translated.toolChoice(body.at("tool_choice"));
        translated.format(text(body));
        translated.effort(body.at("reasoning"));
        if (includesLogprobs(body.at("include"))) {
            translated.completion.put("logprobs", true);
        }
        translated.rename(body.at("max_output_tokens"), "max_completion_tokens");
        return translated;
    }

    /** Fields that the response repeats; checks those that no other code reads. */
    private static ObjectNode echo(JsonField body) {
        ObjectNode echo = NODES.objectNode()
                .put("instructions", body.at("instructions").textOrNull())
                .put("max_output_tokens", body.at("max_output_tokens").wholeOrNull())
                .put("max_tool_calls", body.at("max_tool_calls").wholeOrNull())
                .put(
                        "parallel_tool_calls",
                        !Boolean.FALSE.equals(body.at("parallel_tool_calls").flagOrNull()))
                .put("prompt_cache_key", body.at("prompt_cache_key").textOrNull())
                .put("safety_identifier", body.at("safety_identifier").textOrNull())
                .put("temperature", body.at("temperature").numberOrNull())
                .put("top_p", body.at("top_p").numberOrNull())
                .put(
                        "truncation",
                        body.at("truncation").isSet() ? body.at("truncation").text() : "disabled")
                .put("user", body.at("user").textOrNull());
        var unused = body.at("service_tier").textOrNull();
        JsonField choice = body.at("tool_choice");
        echo.set("tool_choice", choice.node() == null ? NODES.textNode("auto") : choice.node());
        JsonField tools = body.at("tools");
        echo.set("tools", tools.node() == null ? NODES.arrayNode() : tools.node());
        JsonNode format = text(body).at("format").node();
        echo.putObject("text").set("format", format == null ? NODES.objectNode().put("type", "text") : format);
        ObjectNode metadata = echo.putObject("metadata");
        if (body.at("metadata").isSet()) {
            body.at("metadata")
                    .entries()
                    .forEach(entry ->
                            metadata.put(entry.getKey(), entry.getValue().text()));
        }
        return echo;
    }

    private static void refuse(JsonField body) {
        REFUSED.forEach((name, reason) -> {
            if (body.at(name).isSet()) {
                throw body.at(name).unsupported(reason);
            }
        });
        OF_COMPLETIONS.forEach((name, here) -> {
            if (body.at(name).isSet()) {
                throw body.at(name).unsupported("it is a field of chat completions; send " + here);
            }
        });
        if (body.at("store").isTrue()) {
            throw body.at("store").unsupported("this server stores no responses; send false or leave it out");
        }
        if (body.at("background").isTrue()) {
            throw body.at("background").unsupported("responses are made while the client waits; leave it out");
        }
        JsonField options = body.at("stream_options");
        if (options.isSet()) {
            var unused = options.object();
            if (options.at("include_obfuscation").isTrue()) {
                throw options.at("include_obfuscation").unsupported("send false or leave it out");
            }
        }
    }

    private static void checkTruncation(JsonField truncation, OpenAiOptions.History history) {
        String asked = truncation.textOrNull();
        if (asked == null || asked.equals("disabled")) {
            return;
        }
        if (!asked.equals("auto")) {
            throw truncation.invalid("has to be auto or disabled");
        }
        if (history == OpenAiOptions.History.REFUSE) {
            throw truncation.unsupported("auto needs glimpse.openai.history=trim; send disabled");
        }
    }

    private void input(JsonField body) {
        ResponsesInput input = new ResponsesInput(paths);
        input.instructions(body.at("instructions"));
        completion.set("messages", input.read(body.at("input")));
    }

    private void tools(JsonField tools) {
        if (!tools.isSet()) {
            return;
        }
        ArrayNode translated = completion.putArray("tools");
        for (JsonField tool : tools.list()) {
            var unused = tool.object();
            String type = tool.at("type").text();
            if (!type.equals("function")) {
                throw tool.unsupported("this server has no tool of type " + JsonField.abbreviated(type)
                        + "; send tools of type function");
            }
            paths.put("tools[" + translated.size() + "].function", tool.path());
            ObjectNode function = NODES.objectNode();
            for (String name : List.of("name", "description", "parameters", "strict")) {
                copy(tool.at(name), function, name);
            }
            translated.addObject().put("type", type).set("function", function);
        }
    }

    private void toolChoice(JsonField choice) {
        if (!choice.isObject()) {
            copy(choice, completion, "tool_choice");
            return;
        }
        String type = choice.at("type").text();
        if (!type.equals("function")) {
            throw choice.unsupported("it names a tool of type " + JsonField.abbreviated(type)
                    + "; send none, auto, required or {\"type\": \"function\", \"name\": …}");
        }
        paths.put("tool_choice.function", choice.path());
        completion
                .putObject("tool_choice")
                .put("type", type)
                .putObject("function")
                .put("name", choice.at("name").text());
    }

    private static JsonField text(JsonField body) {
        JsonField text = body.at("text");
        if (text.isSet()) {
            var unused = text.object();
        }
        return text;
    }

    private void format(JsonField text) {
        String verbosity = text.at("verbosity").textOrNull();
        if (verbosity != null && !verbosity.equals("medium")) {
            throw text.at("verbosity").unsupported("no model here has such a switch; leave it out");
        }
        JsonField format = text.at("format");
        if (!format.isSet()) {
            return;
        }
        paths.put("response_format", format.path());
        paths.put("response_format.json_schema", format.path());
        ObjectNode translated = completion.putObject("response_format");
        translated.put("type", format.at("type").text());
        ObjectNode schema = translated.putObject("json_schema");
        for (String name : List.of("name", "description", "schema", "strict")) {
            copy(format.at(name), schema, name);
        }
    }

    /** Hands the effort on as the field of chat completions. */
    private void effort(JsonField reasoning) {
        if (!reasoning.isSet()) {
            return;
        }
        var unused = reasoning.object();
        rename(reasoning.at("effort"), "reasoning_effort");
        for (String name : List.of("summary", "generate_summary")) {
            if (reasoning.at(name).isSet()) {
                throw reasoning.at(name).unsupported("leave it out");
            }
        }
    }

    private static boolean includesLogprobs(JsonField include) {
        if (!include.isSet()) {
            return false;
        }
        for (JsonField each : include.list()) {
            if (!each.text().equals(LOGPROBS)) {
                throw each.unsupported("only " + LOGPROBS + " can be included");
            }
        }
        return !include.list().isEmpty();
    }

    private void rename(JsonField field, String name) {
        paths.put(name, field.path());
        copy(field, completion, name);
    }

    private static void copy(JsonField field, ObjectNode node, String name) {
        @Nullable JsonNode value = field.node();
        if (value != null) {
            node.set(name, value);
        }
    }
}
