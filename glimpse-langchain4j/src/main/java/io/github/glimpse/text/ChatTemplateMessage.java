package io.github.glimpse.text;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A message as chat templates see it.
 *
 * <p>Guard what a user typed with {@link Tokenizer#guard} before it comes in here.
 *
 * @param role    such as {@code system}, {@code user} or {@code assistant}
 * @param content parts in order: {@code {"type": "image"}} or {@code {"type": "text", "text": …}}; a template that
 *                wants plain text gets the texts joined
 * @param fields  further fields of the message, such as {@code tool_calls}; no {@code role} or {@code content}
 */
public record ChatTemplateMessage(String role, List<Map<String, Object>> content, Map<String, Object> fields) {

    /** Copies the list and the map. */
    public ChatTemplateMessage {
        content = List.copyOf(content);
        fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
    }

    /** A message without further fields. */
    public ChatTemplateMessage(String role, List<Map<String, Object>> content) {
        this(role, content, Map.of());
    }

    /** A message of one text. */
    public static ChatTemplateMessage ofText(String role, String text) {
        return new ChatTemplateMessage(role, List.of(textPart(text)));
    }

    /** The part {@code {"type": "text", "text": text}}. */
    public static Map<String, Object> textPart(String text) {
        // In this order, should a template print the part.
        Map<String, Object> part = new LinkedHashMap<>();
        part.put("type", "text");
        part.put("text", text);
        return Collections.unmodifiableMap(part);
    }

    /** The part {@code {"type": "image"}}: the template writes the model's placeholder for it. */
    public static Map<String, Object> imagePart() {
        return Map.of("type", "image");
    }

    /** The part {@code {"type": "video"}}. */
    public static Map<String, Object> videoPart() {
        return Map.of("type", "video");
    }
}
