package io.github.glimpse.text.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The {@code tojson} filter as transformers defines it for chat templates: Python's {@code json.dumps}, no HTML. */
final class JinjaJson {

    private final JinjaRun run;
    private final StringBuilder out = new StringBuilder();
    private final boolean asciiOnly;
    private final @Nullable String indent;
    private final String itemSeparator;
    private final String keySeparator;
    private final boolean sortKeys;

    private JinjaJson(JinjaRun run, JinjaArguments arguments) {
        this.run = run;
        arguments.expect("tojson", 0, "ensure_ascii", "indent", "separators", "sort_keys");
        asciiOnly = JinjaValues.truthy(arguments.get(0, "ensure_ascii", false));
        indent = indent(run, arguments.get(1, "indent", JinjaNone.NONE));
        sortKeys = JinjaValues.truthy(arguments.get(3, "sort_keys", false));
        Object separators = arguments.get(2, "separators", JinjaNone.NONE);
        if (separators == JinjaNone.NONE) {
            itemSeparator = indent == null ? ", " : ",";
            keySeparator = ": ";
        } else {
            List<Object> pair = JinjaValues.list(run, separators);
            if (pair.size() != 2 || !(pair.get(0) instanceof String item) || !(pair.get(1) instanceof String key)) {
                throw new JinjaError("tojson needs two strings as separators");
            }
            itemSeparator = item;
            keySeparator = key;
        }
    }

    static String write(JinjaRun run, Object value, JinjaArguments arguments) {
        JinjaJson json = new JinjaJson(run, arguments);
        json.write(value, 0);
        return json.out.toString();
    }

    private static @Nullable String indent(JinjaRun run, Object value) {
        if (value == JinjaNone.NONE) {
            return null;
        }
        return value instanceof String text ? text : run.repeat(" ", JinjaValues.wholeNumber(value, "indent"));
    }

    private void write(Object value, int depth) {
        run.step();
        if (value instanceof String text) {
            append(quote(text));
        } else if (value instanceof Map<?, ?> map) {
            writeMap(map, JinjaRun.deeper(depth));
        } else if (value instanceof List<?> list) {
            writeItems(list, JinjaRun.deeper(depth));
        } else if (value instanceof JinjaTuple tuple) {
            writeItems(tuple.items(), JinjaRun.deeper(depth));
        } else {
            append(scalar(value));
        }
    }

    private static String scalar(Object value) {
        if (value == JinjaNone.NONE) {
            return "null";
        }
        if (value instanceof Boolean || value instanceof Long) {
            return value.toString();
        }
        if (value instanceof Double number) {
            if (number.isNaN()) {
                return "NaN";
            }
            return number.isInfinite() ? (number > 0 ? "Infinity" : "-Infinity") : JinjaPrinter.floatText(number);
        }
        throw new JinjaError("an object of type " + JinjaValues.typeName(value) + " cannot be written as JSON");
    }

    private void writeItems(List<?> items, int depth) {
        if (items.isEmpty()) {
            append("[]");
            return;
        }
        append("[");
        String separator = "";
        for (Object item : items) {
            append(separator);
            newLine(depth);
            write(item, depth);
            separator = itemSeparator;
        }
        newLine(depth - 1);
        append("]");
    }

    private void writeMap(Map<?, ?> map, int depth) {
        if (map.isEmpty()) {
            append("{}");
            return;
        }
        List<Map.Entry<?, ?>> entries = new ArrayList<>(map.entrySet());
        if (sortKeys) {
            entries.sort((left, right) -> JinjaValues.compare(run, left.getKey(), right.getKey()));
        }
        append("{");
        String separator = "";
        for (Map.Entry<?, ?> entry : entries) {
            append(separator);
            newLine(depth);
            Object key = entry.getKey();
            append(quote(key instanceof String text ? text : scalar(key)));
            append(keySeparator);
            write(entry.getValue(), depth);
            separator = itemSeparator;
        }
        newLine(depth - 1);
        append("}");
    }

    private void newLine(int depth) {
        if (indent != null) {
            append("\n");
            append(run.repeat(indent, depth));
        }
    }

    private void append(String text) {
        run.charge(text.length());
        out.append(text);
    }

    private String quote(String text) {
        StringBuilder quoted = new StringBuilder(text.length() + 2).append('"');
        for (int index = 0; index < text.length(); index++) {
            char unit = text.charAt(index);
            switch (unit) {
                case '"' -> quoted.append("\\\"");
                case '\\' -> quoted.append("\\\\");
                case '\n' -> quoted.append("\\n");
                case '\r' -> quoted.append("\\r");
                case '\t' -> quoted.append("\\t");
                case '\b' -> quoted.append("\\b");
                case '\f' -> quoted.append("\\f");
                default -> {
                    if (isEscaped(unit)) {
                        String digits = Integer.toHexString(unit);
                        quoted.append("\\u")
                                .append("0".repeat(4 - digits.length()))
                                .append(digits);
                    } else {
                        quoted.append(unit);
                    }
                }
            }
        }
        return quoted.append('"').toString();
    }

    // The mark stays as it is: as an escape sequence it would show up in the prompt.
    private boolean isEscaped(char unit) {
        return unit < ' ' || (asciiOnly && unit > '~' && unit != JinjaTemplate.MARK);
    }
}
