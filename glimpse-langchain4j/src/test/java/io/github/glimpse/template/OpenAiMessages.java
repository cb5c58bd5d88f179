package io.github.glimpse.template;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Messages in OpenAI's form as those of the renderer. */
final class OpenAiMessages {

    private final ConversationRenderer renderer;
    private final UnaryOperator<String> guard;

    OpenAiMessages(ConversationRenderer renderer, UnaryOperator<String> guard) {
        this.renderer = renderer;
        this.guard = guard;
    }

    List<TemplateMessage> of(JsonNode messages) {
        List<TemplateMessage> all = new ArrayList<>();
        for (JsonNode message : messages) {
            all.add(message(all.size(), message));
        }
        return all;
    }

    private TemplateMessage message(int index, JsonNode message) {
        String role = message.path("role").textValue();
        MessageContent content = content(role, message.path("content"));
        return switch (role) {
            case "assistant" -> TemplateMessage.assistant(index, content, thinking(message), calls(message));
            case "tool" ->
                TemplateMessage.result(index, message.path("tool_call_id").asText(""), content);
            default -> TemplateMessage.of(index, role, content);
        };
    }

    private @Nullable String thinking(JsonNode message) {
        return Stream.of("reasoning_content", "thinking", "reasoning")
                .map(message::path)
                .filter(JsonNode::isTextual)
                .findFirst()
                .map(node -> guard.apply(node.textValue()))
                .orElse(null);
    }

    private List<MessageCall> calls(JsonNode message) {
        List<MessageCall> calls = new ArrayList<>();
        for (JsonNode call : message.path("tool_calls")) {
            JsonNode function = call.path("function");
            calls.add(MessageCall.of(
                    call.path("id").asText(""),
                    function.path("name").textValue(),
                    function.path("arguments").asText(""),
                    guard));
        }
        return calls;
    }

    private @Nullable MessageContent content(String role, JsonNode content) {
        if (content.isTextual()) {
            return MessageContent.ofText(renderer.guarded(role, content.textValue(), guard));
        }
        if (!content.isArray()) {
            return null;
        }
        List<MessagePart> parts = new ArrayList<>();
        for (JsonNode part : content) {
            parts.add(
                    switch (part.path("type").textValue()) {
                        case "text" ->
                            MessagePart.ofText(
                                    renderer.guarded(role, part.path("text").textValue(), guard));
                        case "image_url", "input_image", "image" -> MessagePart.IMAGE;
                        default -> MessagePart.VIDEO;
                    });
        }
        return MessageContent.ofParts(parts);
    }
}
