package io.github.glimpse.text.jinja;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The filters by name. */
final class JinjaFilters {

    /** What stands behind {@code value | name(arguments)}. */
    interface Filter {
        Object apply(JinjaRun run, Object value, JinjaArguments arguments);
    }

    private static final Map<String, Filter> ALL = all();

    private JinjaFilters() {}

    static @Nullable Filter find(String name) {
        return ALL.get(name);
    }

    /** Applies a filter that is named at the time of rendering, as {@code map('upper')} does. */
    static Object apply(JinjaRun run, String name, Object value, JinjaArguments arguments) {
        Filter filter = ALL.get(name);
        if (filter == null) {
            throw new JinjaError("No filter named '" + name + "'.");
        }
        return filter.apply(run, value, arguments);
    }

    private static Map<String, Filter> all() {
        Map<String, Filter> filters = new HashMap<>();
        filters.putAll(JinjaTextFilters.FILTERS);
        filters.putAll(JinjaNumberFilters.FILTERS);
        filters.putAll(JinjaListFilters.FILTERS);
        filters.put("default", JinjaFilters::otherwise);
        filters.put("d", JinjaFilters::otherwise);
        filters.put("tojson", JinjaJson::write);
        filters.put("attr", JinjaFilters::attribute);
        return Map.copyOf(filters);
    }

    private static Object otherwise(JinjaRun run, Object value, JinjaArguments arguments) {
        arguments.expect("default", 0, "default_value", "boolean");
        boolean absent = value instanceof JinjaUndefined
                || (JinjaValues.truthy(arguments.get(1, "boolean", false)) && !JinjaValues.truthy(value));
        return absent ? arguments.get(0, "default_value", "") : value;
    }

    // Unlike value.name it does not fall back to the item of that name.
    private static Object attribute(JinjaRun run, Object value, JinjaArguments arguments) {
        Object name = arguments.expect("attr", 1, "name").get(0, "name");
        if (!(name instanceof String text) || (value instanceof Map<?, ?> map && map.containsKey(name))) {
            return JinjaUndefined.attribute(value, JinjaPrinter.text(run, name));
        }
        return JinjaAccess.attribute(value, text);
    }
}
