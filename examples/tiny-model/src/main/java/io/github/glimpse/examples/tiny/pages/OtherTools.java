package io.github.glimpse.examples.tiny.pages;

import io.github.glimpse.examples.tiny.drawing.Dice;
import io.github.glimpse.examples.tiny.drawing.Split;
import io.github.glimpse.template.ToolMessages;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Tools that an application may offer and no question about a picture needs. */
final class OtherTools {

    private static final List<String> VERBS = List.of(
            "get", "find", "list", "send", "create", "update", "delete", "book", "search", "check", "open", "count");
    private static final List<String> TYPES = List.of("string", "string", "integer", "number", "boolean");
    private static final int MOST_PARAMETERS = 4;

    private OtherTools() {}

    static Map<String, Object> any(Dice dice) {
        String verb = dice.pick(VERBS);
        String item = Words.any(Split.TRAIN, Words.Use.ITEM, 0.2, dice);
        String description = Words.cased(verb, 2) + "s " + dice.pick(List.of("the ", "a ", "all ", "")) + item
                + dice.pick(List.of(
                        "", ".", " by its " + key(dice), " of a " + key(dice) + ".", " for the given " + key(dice)));
        Map<String, Object> properties = new LinkedHashMap<>();
        for (int i = dice.below(MOST_PARAMETERS); i > 0; i--) {
            String key = key(dice);
            Map<String, Object> property = new LinkedHashMap<>(Map.of("type", dice.pick(TYPES)));
            if (dice.chance(0.3)) {
                property.put("description", "The " + key + " of the " + item);
            }
            properties.put(key.replace(' ', '_'), property);
        }
        Map<String, Object> parameters = new LinkedHashMap<>();
        parameters.put("type", "object");
        parameters.put("properties", properties);
        parameters.put("required", new ArrayList<>(properties.keySet()));
        return ToolMessages.tool(verb + dice.pick(List.of("_", "")) + item.replace(' ', '_'), description, parameters);
    }

    private static String key(Dice dice) {
        return Words.any(Split.TRAIN, Words.Use.KEY, 0.1, dice);
    }
}
