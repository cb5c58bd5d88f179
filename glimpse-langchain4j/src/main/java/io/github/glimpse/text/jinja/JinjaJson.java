package io.github.glimpse.text.jinja;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
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
            int inner = JinjaRun.deeper(depth);
            writeAll("{", entries(map), "}", inner, entry -> {
                Object key = entry.getKey();
                append(quote(key instanceof String text ? text : scalar(key)));
                append(keySeparator);
                write(entry.getValue(), inner);
            });
        } else if (value instanceof List<?> list && !(list instanceof JinjaRange)) {
            int inner = JinjaRun.deeper(depth);
            writeAll("[", list, "]", inner, item -> write(item, inner));
        } else {
            append(scalar(value));
        }
    }

    private static String scalar(Object value) {
        if (value == JinjaNone.NONE) {
            return "null";
        }
        if (value instanceof Boolean
                || value instanceof Long
                || value instanceof BigInteger
                || value instanceof BigDecimal) {
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

    private List<? extends Map.Entry<?, ?>> entries(Map<?, ?> map) {
        List<Map.Entry<?, ?>> entries = new ArrayList<>(map.entrySet());
        if (sortKeys) {
            entries.sort((left, right) -> JinjaValues.compare(run, left.getKey(), right.getKey()));
        }
        return entries;
    }

    private <T> void writeAll(String open, List<T> items, String close, int depth, Consumer<? super T> writer) {
        append(open);
        String separator = "";
        for (T item : items) {
            append(separator);
            newLine(depth);
            writer.accept(item);
            separator = itemSeparator;
        }
        if (!items.isEmpty()) {
            newLine(depth - 1);
        }
        append(close);
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
            int named = "\"\\\n\r\t\b\f".indexOf(unit);
            if (named >= 0) {
                quoted.append('\\').append("\"\\nrtbf".charAt(named));
            } else if (isEscaped(unit)) {
                quoted.append(String.format(Locale.ROOT, "\\u%04x", (int) unit));
            } else {
                quoted.append(unit);
            }
        }
        return quoted.append('"').toString();
    }

    // The mark stays as it is: as an escape sequence it would show up in the prompt.
    private boolean isEscaped(char unit) {
        return unit < ' ' || (asciiOnly && unit > '~' && unit != JinjaTemplate.MARK);
    }
}
