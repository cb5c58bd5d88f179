package io.github.glimpse.text.jinja;

import io.github.glimpse.UnsupportedContentException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Copies plain Java values into the interpreter. Other objects are refused: a template must not reach into them. */
final class JinjaInput {

    private static final int MAX_DEPTH = 64;

    private JinjaInput() {}

    /**
     * @param name for the message
     * @throws UnsupportedContentException if there is anything but null, booleans, numbers, text, lists and maps with
     *                                     string keys, or if they nest too deep
     */
    static Object copy(String name, @Nullable Object value) {
        return copy(name, value, 0);
    }

    private static Object copy(String name, @Nullable Object value, int depth) {
        if (depth > MAX_DEPTH) {
            throw new UnsupportedContentException(
                    "The template variable '" + name + "' nests deeper than " + MAX_DEPTH + " levels; make it flatter");
        }
        if (value == null) {
            return JinjaNone.NONE;
        }
        if (value instanceof Boolean) {
            return value;
        }
        if (value instanceof CharSequence text) {
            return text.toString();
        }
        if (value instanceof Integer || value instanceof Long || value instanceof Short || value instanceof Byte) {
            return ((Number) value).longValue();
        }
        if (value instanceof BigInteger whole) {
            return whole.bitLength() < Long.SIZE ? (Object) whole.longValue() : whole;
        }
        if (value instanceof Double || value instanceof Float) {
            return ((Number) value).doubleValue();
        }
        if (value instanceof BigDecimal decimal) {
            return decimal(decimal);
        }
        if (value instanceof Map<?, ?> map) {
            return copyMap(name, map, depth + 1);
        }
        if (value instanceof Iterable<?> items) {
            List<Object> copy = new ArrayList<>();
            for (Object item : items) {
                copy.add(copy(name, item, depth + 1));
            }
            return copy;
        }
        throw new UnsupportedContentException("The template variable '" + name + "' holds a "
                + value.getClass().getSimpleName() + "; use text, numbers, booleans, lists and maps");
    }

    /** The double that is written with the same digits, else the number itself. */
    private static Object decimal(BigDecimal value) {
        double nearest = value.doubleValue();
        boolean isExact =
                Double.isFinite(nearest) && BigDecimal.valueOf(nearest).compareTo(value) == 0;
        return isExact ? (Object) nearest : value;
    }

    private static Map<Object, Object> copyMap(String name, Map<?, ?> map, int depth) {
        Map<Object, Object> copy = new LinkedHashMap<>();
        map.forEach((key, value) -> {
            if (!(key instanceof String)) {
                throw new UnsupportedContentException(
                        "The template variable '" + name + "' has a map whose keys are not strings; use strings");
            }
            copy.put(key, copy(name, value, depth));
        });
        return copy;
    }
}
