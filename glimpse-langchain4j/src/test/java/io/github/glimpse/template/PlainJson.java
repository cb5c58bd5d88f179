package io.github.glimpse.template;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** JSON nodes as the plain values that templates read. */
final class PlainJson {

    private PlainJson() {}

    static Map<String, Object> map(JsonNode object, UnaryOperator<String> guard) {
        Map<String, Object> map = new LinkedHashMap<>();
        object.properties().forEach(entry -> put(map, guard.apply(entry.getKey()), value(entry.getValue(), guard)));
        return map;
    }

    static List<Map<String, Object>> maps(JsonNode list, UnaryOperator<String> guard) {
        List<Map<String, Object>> maps = new ArrayList<>();
        list.forEach(item -> maps.add(map(item, guard)));
        return maps;
    }

    @SuppressWarnings("NullAway") // templates read null as none
    private static void put(Map<String, Object> map, String key, @Nullable Object value) {
        map.put(key, value);
    }

    static @Nullable Object value(JsonNode node, UnaryOperator<String> guard) {
        if (node.isObject()) {
            return map(node, guard);
        }
        if (node.isArray()) {
            List<@Nullable Object> items = new ArrayList<>();
            node.forEach(item -> items.add(value(item, guard)));
            return items;
        }
        if (node.isTextual()) {
            return guard.apply(node.textValue());
        }
        if (node.isNumber()) {
            return node.isIntegralNumber() ? (Object) node.longValue() : node.doubleValue();
        }
        return node.isBoolean() ? node.booleanValue() : null;
    }
}
