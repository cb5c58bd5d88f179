package io.github.glimpse.spring.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Translator of the input items of the Responses API to messages of chat completions. A thought, a text and calls that follow each
 * other are one message of the assistant. Belongs to one request.
 */
final class ResponsesInput {

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    /** Optional fields of an image part that the translation keeps. */
    private static final Set<String> IMAGE_OPTIONS = Set.of("min_pixels", "max_pixels");

    private final ArrayNode messages = NODES.arrayNode();
    private final FieldPaths paths;
    private @Nullable ObjectNode assistant;

    ResponsesInput(FieldPaths paths) {
        this.paths = paths;
        paths.put("messages", "input");
    }

    /** Adds the instructions, a text, as the first message. */
    void instructions(JsonField instructions) {
        String text = instructions.textOrNull();
        if (text != null) {
            add("system", instructions.path()).put("content", text);
            paths.put(lastPath() + ".content", instructions.path());
        }
    }

    /** Translates the input, a text or a list of items. */
    ArrayNode read(JsonField input) {
        if (input.isText()) {
            add("user", input.path()).put("content", input.text());
            paths.put(lastPath() + ".content", input.path());
            return messages;
        }
        if (!input.isList()) {
            throw input.invalid("has to be a text or a list of items");
        }
        input.list().forEach(this::item);
        return messages;
    }

    private void item(JsonField item) {
        boolean isMessage = item.object().has("role") && !item.at("type").isSet();
        String type = isMessage ? "message" : item.at("type").text();
        switch (type) {
            case "message" -> message(item);
            case "function_call" -> call(item);
            case "function_call_output" -> result(item);
            case "reasoning" -> reasoning(item);
            case "item_reference" ->
                throw item.unsupported("item_reference needs stored responses, which this server does not have;"
                        + " send the item itself");
            default ->
                throw item.unsupported("there are no items of type " + JsonField.abbreviated(type)
                        + " here; send message, function_call, function_call_output or reasoning");
        }
    }

    private void message(JsonField item) {
        String role = item.at("role").text();
        switch (role) {
            case "user" -> content(add(role, item.path()), item.at("content"), ResponsesInput::userPart);
            case "system", "developer" -> content(add(role, item.path()), item.at("content"), ResponsesInput::textPart);
            case "assistant" -> {
                if (assistant == null || assistant.has("content")) {
                    assistant = add(role, item.path());
                }
                content(assistant, item.at("content"), ResponsesInput::assistantPart);
            }
            default -> throw item.at("role").invalid("has to be user, assistant, system or developer");
        }
    }

    /** A message of this role, last in the list. */
    private ObjectNode add(String role, String path) {
        assistant = null;
        paths.put("messages[" + messages.size() + "]", path);
        return messages.addObject().put("role", role);
    }

    private String lastPath() {
        return "messages[" + (messages.size() - 1) + "]";
    }

    private interface Part {

        ObjectNode of(JsonField part);
    }

    private void content(ObjectNode message, JsonField content, Part part) {
        paths.put(lastPath() + ".content", content.path());
        if (content.isText()) {
            message.put("content", content.text());
            return;
        }
        ArrayNode parts = message.putArray("content");
        for (JsonField each : content.list()) {
            var unused = each.object();
            String path = lastPath() + ".content[" + parts.size() + "].image_url";
            paths.put(path + ".url", each.at("image_url").path());
            parts.add(part.of(each));
        }
    }

    private static ObjectNode userPart(JsonField part) {
        return switch (part.at("type").text()) {
            case "input_text" -> text(part, "text");
            case "input_image" -> image(part);
            case "input_file", "input_audio" -> throw part.unsupported("send input_text and input_image");
            default -> throw part.unsupported("parts of this message are input_text and input_image");
        };
    }

    private static ObjectNode textPart(JsonField part) {
        if (!part.at("type").text().equals("input_text")) {
            throw part.unsupported("parts of this message are input_text");
        }
        return text(part, "text");
    }

    private static ObjectNode assistantPart(JsonField part) {
        return switch (part.at("type").text()) {
            case "output_text" -> text(part, "text");
            case "refusal" -> text(part, "refusal");
            default -> throw part.unsupported("parts of this message are output_text and refusal");
        };
    }

    private static ObjectNode text(JsonField part, String name) {
        return NODES.objectNode().put("type", "text").put("text", part.at(name).text());
    }

    private static ObjectNode image(JsonField part) {
        if (part.at("file_id").isSet()) {
            throw part.at("file_id").unsupported("there are no stored files; send image_url");
        }
        ObjectNode image = NODES.objectNode().put("type", "image_url");
        ObjectNode url =
                image.putObject("image_url").put("url", part.at("image_url").text());
        put(url, "detail", part.at("detail").textOrNull());
        IMAGE_OPTIONS.forEach(name -> copy(part.at(name), image, name));
        return image;
    }

    private void call(JsonField item) {
        if (assistant == null) {
            assistant = add("assistant", item.path());
        }
        ArrayNode calls = assistant.withArray("tool_calls");
        String path = lastPath() + ".tool_calls[" + calls.size() + "]";
        paths.put(path, item.path());
        paths.put(path + ".id", item.at("call_id").path());
        paths.put(path + ".function", item.path());
        ObjectNode call = calls.addObject();
        call.put("id", item.at("call_id").text()).put("type", "function");
        call.putObject("function")
                .put("name", item.at("name").text())
                .put("arguments", item.at("arguments").text());
    }

    private void result(JsonField item) {
        ObjectNode message = add("tool", item.path());
        paths.put(lastPath() + ".tool_call_id", item.at("call_id").path());
        message.put("tool_call_id", item.at("call_id").text());
        content(message, item.at("output"), ResponsesInput::userPart);
    }

    /** The thought before a text or a call. */
    private void reasoning(JsonField item) {
        if (item.at("encrypted_content").isSet()) {
            throw item.at("encrypted_content").unsupported("this server cannot read it; send content");
        }
        JsonField content = item.at("content");
        List<JsonField> parts = content.isSet() ? content.list() : List.of();
        if (parts.isEmpty()
                && item.at("summary").isSet()
                && !item.at("summary").list().isEmpty()) {
            throw item.at("summary").unsupported("a summary is not the thought; send content, or leave the item out");
        }
        String thought = parts.stream().map(ResponsesInput::thought).collect(Collectors.joining());
        if (!thought.isEmpty()) {
            assistant = add("assistant", item.path());
            assistant.put("reasoning_content", thought);
        }
    }

    private static String thought(JsonField part) {
        if (!part.at("type").text().equals("reasoning_text")) {
            throw part.unsupported("parts of a thought are reasoning_text");
        }
        return part.at("text").text();
    }

    private static void put(ObjectNode node, String name, @Nullable String text) {
        if (text != null) {
            node.put(name, text);
        }
    }

    private static void copy(JsonField field, ObjectNode node, String name) {
        JsonNode value = field.node();
        if (value != null) {
            node.set(name, value);
        }
    }
}
