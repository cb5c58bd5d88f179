package io.github.glimpse.text;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import io.github.glimpse.UnsupportedContentException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** JSON text as the plain values that chat templates take. */
public final class JsonValues {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final ObjectReader STRICT = JSON.reader().with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    /** Words of JSON Schema: templates compare with them, and none is a control token. */
    private static final Set<String> SCHEMA_WORDS = Set.of(
            "additionalProperties",
            "anyOf",
            "allOf",
            "array",
            "boolean",
            "const",
            "default",
            "description",
            "enum",
            "format",
            "integer",
            "items",
            "name",
            "null",
            "nullable",
            "number",
            "object",
            "oneOf",
            "properties",
            "required",
            "string",
            "title",
            "type",
            "$defs",
            "$ref");

    private JsonValues() {}

    /**
     * Reads a schema.
     *
     * @param guard goes over every string but the words of JSON Schema, names of fields too
     * @return text, numbers, booleans, lists and maps in the order of the text
     * @throws UnsupportedContentException if it is no JSON object
     */
    public static Map<String, Object> read(String json, UnaryOperator<String> guard) {
        try {
            JsonNode node = JSON.readTree(json);
            if (node.isObject()) {
                return object(node, text -> SCHEMA_WORDS.contains(text) ? text : guard.apply(text));
            }
        } catch (JsonProcessingException e) {
            throw new UnsupportedContentException("The parameters of a tool are no JSON; send a JSON schema", e);
        }
        throw new UnsupportedContentException("The parameters of a tool are no JSON object; send a JSON schema");
    }

    /**
     * Reads the arguments of a tool call.
     *
     * @param guard goes over every string, names of fields too
     * @return a map, empty for a blank text; the guarded text itself if it is no JSON object
     */
    public static Object arguments(String json, UnaryOperator<String> guard) {
        if (json.isBlank()) {
            return Map.of();
        }
        try {
            JsonNode node = STRICT.readTree(json);
            return node.isObject() ? object(node, guard) : guard.apply(json);
        } catch (JsonProcessingException e) {
            return guard.apply(json);
        }
    }

    private static Map<String, Object> object(JsonNode node, UnaryOperator<String> guard) {
        Map<String, Object> map = new LinkedHashMap<>();
        // A map of templates may hold null, which no map with null as a forbidden value could.
        node.properties().forEach(entry -> put(map, guard.apply(entry.getKey()), value(entry.getValue(), guard)));
        return map;
    }

    @SuppressWarnings("NullAway") // templates take null as none
    private static void put(Map<String, Object> map, String key, @Nullable Object value) {
        map.put(key, value);
    }

    private static @Nullable Object value(JsonNode node, UnaryOperator<String> guard) {
        if (node.isTextual()) {
            return guard.apply(node.textValue());
        }
        if (node.isObject()) {
            return object(node, guard);
        }
        if (node.isArray()) {
            List<@Nullable Object> items = new ArrayList<>();
            node.forEach(item -> items.add(value(item, guard)));
            return items;
        }
        if (node.isNumber()) {
            return node.isIntegralNumber() ? (Object) node.bigIntegerValue() : node.doubleValue();
        }
        return node.isBoolean() ? node.booleanValue() : null;
    }
}
