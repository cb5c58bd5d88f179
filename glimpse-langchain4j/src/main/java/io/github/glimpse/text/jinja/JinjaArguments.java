package io.github.glimpse.text.jinja;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Evaluated arguments of a call, a filter or a test.
 *
 * @param positional in the order of the call
 * @param named      keyword arguments
 */
record JinjaArguments(List<Object> positional, Map<String, Object> named) {

    static JinjaArguments of(List<Object> positional) {
        return new JinjaArguments(positional, Map.of());
    }

    /**
     * Refuses calls that Python would refuse.
     *
     * @param function   name for the message
     * @param required   how many of the parameters must be given
     * @param parameters names in order
     */
    JinjaArguments expect(String function, int required, String... parameters) {
        if (positional.size() > parameters.length) {
            throw new JinjaError(function + " takes at most " + parameters.length + " arguments");
        }
        List<String> names = Arrays.asList(parameters);
        for (String name : named.keySet()) {
            int index = names.indexOf(name);
            if (index < 0) {
                throw new JinjaError(function + " takes no argument called '" + name + "'");
            }
            if (index < positional.size()) {
                throw new JinjaError(function + " got two values for '" + name + "'");
            }
        }
        for (int index = 0; index < required; index++) {
            if (find(index, parameters[index]) == null) {
                throw new JinjaError(function + " needs a value for '" + parameters[index] + "'");
            }
        }
        return this;
    }

    @Nullable
    Object find(int index, String name) {
        return index < positional.size() ? positional.get(index) : named.get(name);
    }

    Object get(int index, String name, Object otherwise) {
        Object value = find(index, name);
        return value == null ? otherwise : value;
    }

    /** A required argument; {@link #expect} has made sure of it. */
    Object get(int index, String name) {
        Object value = find(index, name);
        if (value == null) {
            throw new JinjaError("a value for '" + name + "' is missing");
        }
        return value;
    }

    /** The same arguments without the first {@code count} positional ones. */
    JinjaArguments after(int count) {
        return new JinjaArguments(positional.subList(count, positional.size()), named);
    }
}
