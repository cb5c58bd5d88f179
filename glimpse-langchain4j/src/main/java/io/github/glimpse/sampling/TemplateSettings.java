package io.github.glimpse.sampling;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Settings of the chat template for one request. Unset values fall through.
 *
 * @param thinking switch of the thought; null is unset
 * @param variables further variables of the template: text, numbers, booleans, null, lists and maps of them
 */
public record TemplateSettings(@Nullable ThinkingSwitch thinking, Map<String, @Nullable Object> variables) {

    /** Nothing set. */
    public static final TemplateSettings NONE = new TemplateSettings(null, Map.of());

    /** Copies the map, in its order. */
    public TemplateSettings {
        variables = Collections.unmodifiableMap(new LinkedHashMap<>(variables));
    }

    /** The same with another switch. */
    public TemplateSettings with(@Nullable ThinkingSwitch other) {
        return new TemplateSettings(other, variables);
    }

    /** The same with other variables. */
    public TemplateSettings with(Map<String, @Nullable Object> others) {
        return new TemplateSettings(thinking, others);
    }

    /** These settings where set, else {@code fallback}'s; variables are merged by name. */
    public TemplateSettings orElse(TemplateSettings fallback) {
        Map<String, @Nullable Object> all = new LinkedHashMap<>(fallback.variables);
        all.putAll(variables);
        return new TemplateSettings(thinking == null ? fallback.thinking : thinking, all);
    }

    /** The switch and the names of the variables; values may hold text of a user. */
    @Override
    public String toString() {
        return "TemplateSettings[thinking=" + thinking + ", variables=" + variables.keySet() + "]";
    }
}
