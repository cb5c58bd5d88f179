package io.github.glimpse.text.jinja;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Names set by a template. A loop pass, a macro call and a {@code with} block have their own; an {@code if} has not. */
final class JinjaScope {

    private final @Nullable JinjaScope parent;
    private final Map<String, Object> values = new HashMap<>();

    JinjaScope(@Nullable JinjaScope parent) {
        this.parent = parent;
    }

    void set(String name, Object value) {
        values.put(name, value);
    }

    @Nullable
    Object find(String name) {
        for (JinjaScope scope = this; scope != null; scope = scope.parent) {
            Object value = scope.values.get(name);
            if (value != null) {
                return value;
            }
        }
        return null;
    }
}
