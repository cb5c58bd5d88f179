package io.github.glimpse.template;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Messages as the mappings that a template reads: known keys only, no nulls, content in the form of its role.
 *
 * <p>An observer may replace texts and calls, which a check of completeness needs.
 */
final class TemplateInput {

    private final TemplateProfile profile;
    private final Observer observer;

    /** Replaces texts and calls on their way to the template. */
    interface Observer {

        /** Changes nothing. */
        Observer NONE = new Observer() {
            @Override
            public String text(int message, String text) {
                return text;
            }

            @Override
            public MessageCall call(int message, MessageCall call) {
                return call;
            }
        };

        /**
         * Text in place of that of a part.
         *
         * @param message position in the list
         */
        String text(int message, String text);

        /** Call in place of one of a message. */
        MessageCall call(int message, MessageCall call);
    }

    TemplateInput(TemplateProfile profile, Observer observer) {
        this.profile = profile;
        this.observer = observer;
    }

    List<Map<String, Object>> of(List<TemplateMessage> messages) {
        List<Map<String, Object>> all = new ArrayList<>();
        for (int position = 0; position < messages.size(); position++) {
            all.add(of(messages.get(position), position));
        }
        return all;
    }

    private Map<String, Object> of(TemplateMessage message, int position) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("role", message.role());
        MessageContent content = message.content();
        if (content != null) {
            fields.put("content", content(message.role(), content, position));
        }
        String thinking = message.thinking();
        if (thinking != null) {
            fields.put("reasoning_content", thinking);
            fields.put("thinking", thinking);
        }
        if (message.hasCalls()) {
            fields.put(
                    "tool_calls",
                    message.calls().stream()
                            .map(call -> call(observer.call(position, call)))
                            .toList());
        }
        if (message.isResult()) {
            fields.put("tool_call_id", message.callId());
            fields.put("name", message.tool());
        }
        return fields;
    }

    private Object content(String role, MessageContent content, int position) {
        List<MessagePart> parts = content.parts().stream()
                .map(part -> part.isText() ? MessagePart.ofText(observer.text(position, part.text())) : part)
                .toList();
        ContentForm form = profile.form(role);
        boolean asParts = form == ContentForm.PARTS || content.hasMedia() || (content.listed() && form.readsParts());
        return asParts
                ? parts.stream().map(TemplateInput::part).toList()
                : new MessageContent(parts, content.listed()).text();
    }

    private static Map<String, Object> part(MessagePart part) {
        return switch (part.kind()) {
            case TEXT -> textPart(part.text());
            case IMAGE -> Map.of("type", "image");
            case VIDEO -> Map.of("type", "video");
        };
    }

    private static Map<String, Object> textPart(String text) {
        // In this order, should a template print the part.
        Map<String, Object> part = new LinkedHashMap<>();
        part.put("type", "text");
        part.put("text", text);
        return part;
    }

    private static Map<String, Object> call(MessageCall call) {
        Map<String, Object> function = new LinkedHashMap<>();
        function.put("name", call.name());
        function.put("arguments", call.arguments());
        Map<String, Object> item = new LinkedHashMap<>();
        if (!call.id().isEmpty()) {
            item.put("id", call.id());
        }
        item.put("type", "function");
        item.put("function", function);
        return item;
    }
}
