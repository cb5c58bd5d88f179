package io.github.glimpse.chat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * Knows what LangChain4j writes for dates, times and UUIDs of Java types: objects of integers of which none is required, so
 * that an empty one would be valid and could not be read. Those of exactly these names are asked for whole and in range.
 */
final class JavaShapes {

    private static final List<String> DATE = List.of("year", "month", "day");
    private static final List<String> TIME = List.of("hour", "minute", "second", "nano");
    private static final List<String> DATE_TIME = List.of("date", "time");
    private static final String UUID = "String in a UUID format";

    private JavaShapes() {}

    /** Puts them in place, at any depth. */
    static void apply(JsonNode schema) {
        if (!(schema instanceof ObjectNode node)) {
            schema.forEach(JavaShapes::apply);
            return;
        }
        if (isText(node) && UUID.equals(node.path("description").textValue())) {
            node.remove("description");
            node.put("format", "uuid");
        } else if (isOfIntegers(node, DATE) || isOfIntegers(node, TIME)) {
            require(node);
            node.get("properties").properties().forEach(JavaShapes::bound);
        } else if (isShape(node, DATE_TIME)
                && isOfIntegers(node.get("properties").get("date"), DATE)
                && isOfIntegers(node.get("properties").get("time"), TIME)) {
            require(node);
            node.get("properties").forEach(JavaShapes::apply);
        } else {
            // An enum's values are texts, and nothing else of a schema's text is an object that is no schema.
            node.forEach(JavaShapes::apply);
        }
    }

    private static boolean isText(ObjectNode node) {
        return "string".equals(node.path("type").textValue());
    }

    private static void bound(Map.Entry<String, JsonNode> property) {
        int least = 0;
        int most;
        switch (property.getKey()) {
            case "month" -> {
                least = 1;
                most = 12;
            }
            // Every month has so many.
            case "day" -> {
                least = 1;
                most = 28;
            }
            case "year" -> most = 9999;
            case "hour" -> most = 23;
            case "nano" -> most = 999_999_999;
            default -> most = 59;
        }
        ((ObjectNode) property.getValue()).put("minimum", least).put("maximum", most);
    }

    private static void require(ObjectNode node) {
        ArrayNode required = node.putArray("required");
        node.get("properties").fieldNames().forEachRemaining(required::add);
        node.put("additionalProperties", false);
    }

    private static boolean isOfIntegers(JsonNode node, List<String> names) {
        if (!isShape(node, names)) {
            return false;
        }
        for (JsonNode property : node.get("properties")) {
            if (property.size() != 1 || !"integer".equals(property.path("type").textValue())) {
                return false;
            }
        }
        return true;
    }

    /** Whether an object has exactly these properties and asks for nothing. */
    private static boolean isShape(JsonNode node, List<String> names) {
        if (!"object".equals(node.path("type").textValue())
                || node.path("required").size() > 0
                || node.path("additionalProperties").asBoolean(false)
                || node.has("$defs")) {
            return false;
        }
        List<String> found = new ArrayList<>();
        for (Iterator<String> each = node.path("properties").fieldNames(); each.hasNext(); ) {
            found.add(each.next());
        }
        return found.equals(names);
    }
}
