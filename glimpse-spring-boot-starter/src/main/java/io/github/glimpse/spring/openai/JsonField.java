package io.github.glimpse.spring.openai;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A value of a request and its path, by which errors name it: {@code messages[2].content[1].text}.
 *
 * @param path empty for the whole
 * @param node null if nothing is there; JSON's null counts as that
 */
record JsonField(String path, @Nullable JsonNode node) {

    private static final int LONGEST = 120;

    static JsonField root(JsonNode node) {
        return new JsonField("", node);
    }

    private static JsonField of(String path, @Nullable JsonNode node) {
        return new JsonField(path, node == null || node.isNull() ? null : node);
    }

    /** The value of this name; nothing where this is no object. */
    JsonField at(String name) {
        return of(path.isEmpty() ? name : path + "." + name, node == null ? null : node.get(name));
    }

    boolean isSet() {
        return node != null;
    }

    boolean isText() {
        return node != null && node.isTextual();
    }

    boolean isList() {
        return node != null && node.isArray();
    }

    boolean isObject() {
        return node != null && node.isObject();
    }

    /** Whether nothing is in it: an empty list, object or text. */
    boolean isEmpty() {
        return node != null
                && (node.isContainerNode()
                        ? node.isEmpty()
                        : node.isTextual() && node.textValue().isEmpty());
    }

    boolean isFalse() {
        return node != null && node.isBoolean() && !node.booleanValue();
    }

    /** The values of a list. */
    List<JsonField> list() {
        if (node == null || !node.isArray()) {
            throw invalid("has to be a list");
        }
        List<JsonField> values = new ArrayList<>();
        for (int index = 0; index < node.size(); index++) {
            values.add(of(path + "[" + index + "]", node.get(index)));
        }
        return values;
    }

    /** The values of an object by their names, in its order. */
    List<Map.Entry<String, JsonField>> entries() {
        return object().properties().stream()
                .map(entry -> Map.entry(entry.getKey(), at(entry.getKey())))
                .toList();
    }

    /** An object. */
    JsonNode object() {
        if (node == null || !node.isObject()) {
            throw invalid("has to be an object");
        }
        return node;
    }

    /**
     * Refuses an object with other names.
     *
     * @throws OpenAiException for the first of them
     */
    void allowOnly(Set<String> names) {
        for (Map.Entry<String, JsonField> entry : entries()) {
            if (!names.contains(entry.getKey())) {
                throw OpenAiException.unsupported(
                        abbreviated(entry.getValue().path()),
                        abbreviated(entry.getValue().path()) + " is not supported; " + path + " has "
                                + String.join(", ", new TreeSet<>(names)));
            }
        }
    }

    /** A text that has to be there. */
    String text() {
        if (node == null || !node.isTextual()) {
            throw invalid("has to be a text");
        }
        return node.textValue();
    }

    @Nullable
    String textOrNull() {
        return node == null ? null : text();
    }

    @Nullable
    Boolean flagOrNull() {
        if (node == null) {
            return null;
        }
        if (!node.isBoolean()) {
            throw invalid("has to be true or false");
        }
        return node.booleanValue();
    }

    boolean isTrue() {
        return Boolean.TRUE.equals(flagOrNull());
    }

    @Nullable
    Double numberOrNull() {
        if (node == null) {
            return null;
        }
        if (!node.isNumber() || !Double.isFinite(node.doubleValue())) {
            throw invalid("has to be a number");
        }
        return node.doubleValue();
    }

    @Nullable
    Integer wholeOrNull() {
        Long whole = longOrNull();
        if (whole != null && whole.intValue() != whole) {
            throw invalid("is too large");
        }
        return whole == null ? null : whole.intValue();
    }

    @Nullable
    Long longOrNull() {
        if (node == null) {
            return null;
        }
        if (!node.isIntegralNumber() || !node.canConvertToLong()) {
            throw invalid("has to be a whole number of at most 63 bits");
        }
        return node.longValue();
    }

    /** A value that is refused by its range; the error names the path. */
    <T> T inRange(Supplier<T> value) {
        try {
            return value.get();
        } catch (IllegalArgumentException e) {
            throw invalid("cannot be: " + abbreviated(String.valueOf(e.getMessage())));
        }
    }

    OpenAiException invalid(String reason) {
        String name = abbreviated(path);
        return OpenAiException.invalid(name, name + " " + reason);
    }

    OpenAiException unsupported(String reason) {
        String name = abbreviated(path);
        return OpenAiException.unsupported(name, name + " is not supported: " + reason);
    }

    /** What a client sent, short enough for a message. */
    static String abbreviated(String text) {
        return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "…";
    }
}
