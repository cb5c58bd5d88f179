package io.github.glimpse;

import java.util.Collection;
import java.util.Map;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/** Writes options on one line: those that somebody said, for the others are the defaults. */
public final class SetValues {

    private final StringJoiner line;

    /** Starts with the name of what the values are of. */
    public SetValues(String name) {
        line = new StringJoiner(", ", name + "[", "]");
    }

    /** Adds a value; null, and what is empty, is left out. */
    public SetValues add(String name, @Nullable Object value) {
        boolean empty = value == null
                || (value instanceof Collection<?> many && many.isEmpty())
                || (value instanceof Map<?, ?> map && map.isEmpty());
        if (!empty) {
            line.add(name + "=" + value);
        }
        return this;
    }

    /** Adds how many there are, of values that may hold what a user wrote. */
    public SetValues addCount(String name, @Nullable Collection<?> values) {
        return add(name, values == null || values.isEmpty() ? null : values.size());
    }

    /** The whole line. */
    @Override
    public String toString() {
        return line.toString();
    }
}
