package io.github.glimpse.constrain;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/**
 * Whether bytes are the beginning of a document, by trying every way: no automaton, no table, nothing shared with what it
 * checks. For the schemas that {@link RandomSchemas} draws, in which every branch can be finished.
 */
final class SchemaSearch {

    private static final int INTEGER_DIGITS = 18;
    private static final int NUMBER_DIGITS = 17;

    private final byte[] text;

    /** Whether some way got to the end of the text and could go on. */
    private boolean open;

    private SchemaSearch(byte[] text) {
        this.text = text;
    }

    static boolean mayBegin(JsonNode schema, byte[] text) {
        SchemaSearch search = new SchemaSearch(text);
        Set<Integer> ends = search.value(schema, 0);
        return search.open || ends.contains(text.length);
    }

    static boolean isDocument(JsonNode schema, byte[] text) {
        return new SchemaSearch(text).value(schema, 0).contains(text.length);
    }

    private Set<Integer> value(JsonNode schema, int at) {
        Set<Integer> ends = new TreeSet<>();
        if (schema.isBoolean() || schema.isEmpty()) {
            for (String word : List.of("null", "true", "false")) {
                ends.addAll(literal(word, at));
            }
            ends.addAll(number(at));
            ends.addAll(string(at, 0, Integer.MAX_VALUE, Set.of()));
            ends.addAll(object(schema, at));
            ends.addAll(array(schema, at));
        } else if (schema.has("anyOf")) {
            schema.path("anyOf").forEach(each -> ends.addAll(value(each, at)));
        } else if (schema.has("enum")) {
            schema.path("enum").forEach(each -> ends.addAll(constant(each, at)));
        } else {
            Iterable<JsonNode> types =
                    schema.path("type").isArray() ? schema.path("type") : List.of(schema.path("type"));
            types.forEach(type -> ends.addAll(typed(type.asText(), schema, at)));
        }
        return ends;
    }

    private Set<Integer> typed(String type, JsonNode schema, int at) {
        return switch (type) {
            case "null" -> literal("null", at);
            case "boolean" -> union(literal("true", at), literal("false", at));
            case "integer" -> schema.has("minimum") ? range(schema, at) : integer(at);
            case "number" -> number(at);
            case "string" ->
                string(
                        at,
                        schema.path("minLength").asInt(0),
                        schema.path("maxLength").asInt(Integer.MAX_VALUE),
                        Set.of());
            case "array" -> array(schema, at);
            case "object" -> object(schema, at);
            default -> throw new IllegalArgumentException(type);
        };
    }

    private static Set<Integer> union(Set<Integer> left, Set<Integer> right) {
        Set<Integer> all = new TreeSet<>(left);
        all.addAll(right);
        return all;
    }

    private boolean has(int at, String expected) {
        return at < text.length && text[at] >= 0 && expected.indexOf(text[at]) >= 0;
    }

    private Set<Integer> literal(String expected, int at) {
        byte[] bytes = expected.getBytes(StandardCharsets.UTF_8);
        for (int index = 0; index < bytes.length; index++) {
            if (at + index == text.length) {
                open = true;
                return Set.of();
            }
            if (text[at + index] != bytes[index]) {
                return Set.of();
            }
        }
        return Set.of(at + bytes.length);
    }

    private Set<Integer> separated(String separator, Set<Integer> places) {
        Set<Integer> ends = new TreeSet<>();
        for (int place : places) {
            for (int behind : literal(separator, place)) {
                ends.add(behind);
                if (has(behind, " ")) {
                    ends.add(behind + 1);
                }
            }
        }
        return ends;
    }

    private Set<Integer> constant(JsonNode value, int at) {
        Set<Integer> ends = Set.of(at);
        if (value.isArray()) {
            ends = literal("[", at);
            for (int index = 0; index < value.size(); index++) {
                ends = index == 0 ? ends : separated(",", ends);
                ends = each(ends, value.get(index));
            }
            return closed(ends, "]");
        }
        return literal(value.toString(), at);
    }

    private Set<Integer> each(Set<Integer> places, JsonNode constant) {
        Set<Integer> ends = new TreeSet<>();
        places.forEach(place -> ends.addAll(constant(constant, place)));
        return ends;
    }

    private Set<Integer> closed(Set<Integer> places, String closing) {
        Set<Integer> ends = new TreeSet<>();
        places.forEach(place -> ends.addAll(literal(closing, place)));
        return ends;
    }

    private Set<Integer> range(JsonNode schema, int at) {
        int least = schema.path("minimum").asInt();
        int most = schema.path("maximum").asInt();
        Set<Integer> ends = new TreeSet<>();
        for (int value = least; value <= most; value++) {
            ends.addAll(literal(String.valueOf(value), at));
        }
        if (least < 0 && most >= 0) {
            ends.addAll(literal("-0", at));
        }
        return ends;
    }

    private Set<Integer> integer(int at) {
        return digits(sign(at), INTEGER_DIGITS, true);
    }

    private int sign(int at) {
        return has(at, "-") ? at + 1 : at;
    }

    /** Every place behind one digit or more; a leading zero stays alone if it counts. */
    private Set<Integer> digits(int from, int most, boolean leading) {
        Set<Integer> ends = new TreeSet<>();
        int at = from;
        while (has(at, "0123456789") && at - from < most && !(leading && at > from && text[from] == '0')) {
            ends.add(++at);
        }
        boolean more = at - from < most && !(leading && at > from && text[from] == '0');
        open |= at == text.length && more;
        return ends;
    }

    private Set<Integer> number(int at) {
        Set<Integer> ends = new TreeSet<>();
        for (int whole : digits(sign(at), NUMBER_DIGITS, true)) {
            ends.add(whole);
            open |= whole == text.length;
            if (has(whole, ".")) {
                ends.addAll(digits(whole + 1, NUMBER_DIGITS, false));
            }
        }
        for (int end : List.copyOf(ends)) {
            open |= end == text.length;
            if (has(end, "eE")) {
                int sign = has(end + 1, "+-") ? end + 2 : end + 1;
                ends.addAll(digits(sign, 2, false));
            }
        }
        return ends;
    }

    /** Reads characters one by one. */
    private Set<Integer> string(int from, int least, int most, Set<String> excluded) {
        if (from == text.length) {
            open = true;
            return Set.of();
        }
        if (!has(from, "\"")) {
            return Set.of();
        }
        StringBuilder content = new StringBuilder();
        int at = from + 1;
        for (int count = 0; ; count++) {
            if (at >= text.length) {
                open = true;
                return Set.of();
            }
            if (has(at, "\"")) {
                boolean ends = count >= least && !excluded.contains(content.toString());
                return ends ? Set.of(at + 1) : Set.of();
            }
            if (count == most) {
                return Set.of();
            }
            int length = character(at, content);
            if (length == 0) {
                return Set.of();
            }
            at += length;
        }
    }

    /** Bytes of a character as it is spelled; 0 if it is none, and beyond the text if it is not finished. */
    private int character(int at, StringBuilder content) {
        int lead = text[at] & 0xFF;
        if (lead == '\\') {
            return escape(at, content);
        }
        if (lead < 0x20 || lead == 0x7F) {
            return 0;
        }
        int length = lead < 0x80 ? 1 : lead >> 5 == 6 ? 2 : lead >> 4 == 14 ? 3 : lead >> 3 == 30 ? 4 : 0;
        if (length == 0) {
            return 0;
        }
        // What is there has to be the beginning of some character: fill it up with every kind of rest.
        byte[] bytes = new byte[length];
        int there = Math.min(length, text.length - at);
        System.arraycopy(text, at, bytes, 0, there);
        for (int filler : new int[] {0x80, 0x90, 0xA0, 0xBF}) {
            for (int index = there; index < length; index++) {
                bytes[index] = (byte) filler;
            }
            String read = new String(bytes, StandardCharsets.UTF_8);
            if (read.codePointCount(0, read.length()) == 1
                    && Arrays.equals(read.getBytes(StandardCharsets.UTF_8), bytes)) {
                content.append(read);
                return length;
            }
        }
        return 0;
    }

    private int escape(int at, StringBuilder content) {
        List<String> escapes = new ArrayList<>(List.of("\\\"", "\\\\", "\\b", "\\f", "\\n", "\\r", "\\t"));
        for (int control = 0; control < 0x20; control++) {
            escapes.add(String.format(Locale.ROOT, "\\u%04x", control));
            escapes.add(String.format(Locale.ROOT, "\\u%04X", control).replace("\\U", "\\u"));
            escapes.add(String.format(Locale.ROOT, "\\u00%d", control >> 4)
                    + Character.toUpperCase(Character.forDigit(control & 15, 16)));
        }
        escapes.add("\\u007f");
        escapes.add("\\u007F");
        String rest = new String(text, at, Math.min(6, text.length - at), StandardCharsets.ISO_8859_1);
        for (String escape : escapes) {
            if (rest.startsWith(escape)) {
                int point = escape.length() == 2
                        ? "\"\\\b\f\n\r\t".charAt("\"\\bfnrt".indexOf(escape.charAt(1)))
                        : Integer.parseInt(escape.substring(2), 16);
                content.appendCodePoint(point);
                return escape.length();
            }
            if (rest.length() < escape.length() && escape.startsWith(rest)) {
                return escape.length();
            }
        }
        return 0;
    }

    private Set<Integer> array(JsonNode schema, int at) {
        Set<Integer> ends = new TreeSet<>();
        int least = schema.path("minItems").asInt(0);
        int most = schema.path("maxItems").asInt(Integer.MAX_VALUE);
        Set<Integer> places = literal("[", at);
        for (int count = 0; !places.isEmpty(); count++) {
            if (count >= least) {
                ends.addAll(closed(places, "]"));
            }
            if (count == most) {
                break;
            }
            Set<Integer> begins = count == 0 ? places : separated(",", places);
            JsonNode prefix = schema.path("prefixItems").path(count);
            JsonNode item = prefix.isMissingNode() ? schema.path("items") : prefix;
            Set<Integer> behind = new TreeSet<>();
            begins.forEach(begin -> behind.addAll(value(item.isMissingNode() ? free() : item, begin)));
            places = behind;
        }
        return ends;
    }

    private static JsonNode free() {
        return BooleanNode.TRUE;
    }

    private Set<Integer> object(JsonNode schema, int at) {
        List<String> names = new ArrayList<>();
        schema.path("properties").fieldNames().forEachRemaining(names::add);
        Set<String> required = new TreeSet<>();
        schema.path("required").forEach(name -> required.add(name.asText()));
        Set<Integer> ends = new TreeSet<>();
        literal("{", at).forEach(place -> ends.addAll(properties(schema, names, required, 0, true, place)));
        return ends;
    }

    private Set<Integer> properties(
            JsonNode schema, List<String> names, Set<String> required, int from, boolean first, int at) {
        Set<Integer> ends = new TreeSet<>();
        Set<Integer> begins = first ? Set.of(at) : separated(",", Set.of(at));
        boolean mayEnd = true;
        for (int index = from; index < names.size() && mayEnd; index++) {
            String name = names.get(index);
            for (int begin : begins) {
                Set<Integer> named = literal(JsonText.quoted(name), begin);
                ends.addAll(behindName(
                        schema,
                        names,
                        required,
                        index + 1,
                        schema.path("properties").path(name),
                        named));
            }
            mayEnd = !required.contains(name);
        }
        if (mayEnd) {
            ends.addAll(literal("}", at));
            JsonNode others = schema.path("additionalProperties");
            if (!(others.isBoolean() && !others.booleanValue())) {
                for (int begin : begins) {
                    Set<Integer> named = string(begin, 0, Integer.MAX_VALUE, Set.copyOf(names));
                    JsonNode value = others.isMissingNode() ? free() : others;
                    ends.addAll(behindName(schema, names, required, names.size(), value, named));
                }
            }
        }
        return ends;
    }

    private Set<Integer> behindName(
            JsonNode schema, List<String> names, Set<String> required, int next, JsonNode value, Set<Integer> named) {
        Set<Integer> ends = new TreeSet<>();
        for (int begin : separated(":", named)) {
            for (int behind : value(value, begin)) {
                ends.addAll(properties(schema, names, required, next, false, behind));
            }
        }
        return ends;
    }
}
