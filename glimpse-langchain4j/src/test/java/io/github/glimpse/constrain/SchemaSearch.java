package io.github.glimpse.constrain;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Whether symbols are the beginning of a document, by trying every way: no automaton, no table, nothing shared with what it
 * checks. A symbol is a byte, or a marker that is none.
 */
final class SchemaSearch implements RandomConstraints.Search {

    private static final String ANOTHER_NAME = "\0 another name";
    private static final Map<String, Integer> ESCAPES = escapes();

    private final SchemaMeaning meaning;
    private int[] text = {};

    /** Whether some way got to the end of the text and could go on. */
    private boolean open;

    private final Map<List<Integer>, Set<Integer>> known = new HashMap<>();

    SchemaSearch(SchemaMeaning meaning) {
        this.meaning = meaning;
    }

    private static Map<String, Integer> escapes() {
        Map<String, Integer> escapes = new TreeMap<>();
        for (String pair : List.of("\"\"", "\\\\", "b\b", "f\f", "n\n", "r\r", "t\t")) {
            escapes.put("\\" + pair.charAt(0), (int) pair.charAt(1));
        }
        for (int control = 0; control <= 0x7F; control += control == 0x1F ? 0x60 : 1) {
            for (int lower = 0; lower < 2; lower++) {
                String digits = String.format(Locale.ROOT, lower == 0 ? "%04X" : "%04x", control);
                escapes.put("\\u" + digits, control);
            }
        }
        return escapes;
    }

    boolean isPossible() {
        return meaning.isPossible(List.of(meaning.root()));
    }

    @Override
    public boolean mayBegin(int[] symbols) {
        Set<Integer> ends = documents(symbols, 0);
        return open || ends.contains(symbols.length);
    }

    @Override
    public boolean isDocument(int[] symbols) {
        return documents(symbols, 0).contains(symbols.length);
    }

    /** Ends of the documents that begin at a place; {@link #isOpen()} tells whether one goes beyond the text. */
    Set<Integer> documents(int[] symbols, int at) {
        text = symbols;
        open = false;
        known.clear();
        List<JsonNode> root = List.of(meaning.root());
        return meaning.isPossible(root) ? value(root, at) : Set.of();
    }

    boolean isOpen() {
        return open;
    }

    private Set<Integer> value(List<JsonNode> schemas, int at) {
        List<Integer> key = new ArrayList<>(meaning.numbers(schemas));
        key.add(at);
        Set<Integer> ends = known.get(key);
        if (ends != null) {
            return ends;
        }
        ends = new TreeSet<>();
        for (List<JsonNode> alternative : meaning.alternatives(schemas)) {
            if (alternative.stream().anyMatch(SchemaMeaning::listsValues)) {
                for (JsonNode value : meaning.values(alternative)) {
                    ends.addAll(constant(value, at));
                }
                continue;
            }
            for (String kind : SchemaMeaning.kinds(alternative)) {
                if (meaning.isPossible(kind, alternative)) {
                    ends.addAll(typed(kind, alternative, at));
                }
            }
        }
        known.put(key, ends);
        return ends;
    }

    private Set<Integer> typed(String kind, List<JsonNode> schemas, int at) {
        return switch (kind) {
            case "null" -> literal("null", at);
            case "boolean" -> union(literal("true", at), literal("false", at));
            case "integer", "number" -> number(schemas, kind.equals("integer"), at);
            case "string" -> string(meaning.texts(schemas), at);
            case "array" -> array(schemas, at);
            case "object" -> object(schemas, at);
            default -> throw new IllegalArgumentException(kind);
        };
    }

    private static Set<Integer> union(Set<Integer> left, Set<Integer> right) {
        Set<Integer> all = new TreeSet<>(left);
        all.addAll(right);
        return all;
    }

    private Set<Integer> literal(String expected, int at) {
        byte[] bytes = expected.getBytes(StandardCharsets.UTF_8);
        for (int index = 0; index < bytes.length; index++) {
            if (at + index == text.length) {
                open = true;
                return Set.of();
            }
            if (text[at + index] != (bytes[index] & 0xFF)) {
                return Set.of();
            }
        }
        return Set.of(at + bytes.length);
    }

    private Set<Integer> literals(String expected, Set<Integer> places) {
        Set<Integer> ends = new TreeSet<>();
        places.forEach(place -> ends.addAll(literal(expected, place)));
        return ends;
    }

    private Set<Integer> separated(String separator, Set<Integer> places) {
        Set<Integer> ends = literals(separator, places);
        for (int end : List.copyOf(ends)) {
            if (end < text.length && text[end] == ' ') {
                ends.add(end + 1);
            }
        }
        return ends;
    }

    private Set<Integer> constant(JsonNode value, int at) {
        if (!value.isContainerNode()) {
            return literal(value.toString(), at);
        }
        Set<Integer> ends = literal(value.isArray() ? "[" : "{", at);
        boolean first = true;
        for (JsonNode each : value.isArray() ? value : List.<JsonNode>of()) {
            ends = constants(each, first ? ends : separated(",", ends));
            first = false;
        }
        for (Map.Entry<String, JsonNode> each : value.properties()) {
            Set<Integer> begins = first ? ends : separated(",", ends);
            ends = constants(each.getValue(), separated(":", literals(quoted(each.getKey()), begins)));
            first = false;
        }
        return literals(value.isArray() ? "]" : "}", ends);
    }

    private static String quoted(String text) {
        return TextNode.valueOf(text).toString();
    }

    private Set<Integer> constants(JsonNode constant, Set<Integer> places) {
        Set<Integer> ends = new TreeSet<>();
        places.forEach(place -> ends.addAll(constant(constant, place)));
        return ends;
    }

    private Set<Integer> number(List<JsonNode> schemas, boolean whole, int at) {
        NumberSearch numbers = new NumberSearch(schemas, whole, meaning.integerDigits());
        Set<Integer> ends = new TreeSet<>();
        StringBuilder begun = new StringBuilder();
        int place = at;
        while (place < text.length && text[place] < 0x80 && numbers.mayBegin(begun.toString() + (char) text[place])) {
            begun.append((char) text[place++]);
            if (numbers.isNumber(begun.toString())) {
                ends.add(place);
            }
        }
        if (place == text.length) {
            String all = begun.toString();
            open |= "-.+eE0123456789".chars().anyMatch(next -> numbers.mayBegin(all + (char) next));
        }
        return ends;
    }

    /** Reads characters one by one. */
    private Set<Integer> string(TextLanguage content, int from) {
        int at = from + 1;
        if (from == text.length || text[from] != '"') {
            open |= from == text.length;
            return Set.of();
        }
        TextLanguage rest = content;
        while (meaning.languages.isPossible(rest)) {
            if (at == text.length) {
                open = true;
                return Set.of();
            }
            if (text[at] == '"') {
                return rest.hasEmpty() ? Set.of(at + 1) : Set.of();
            }
            int length = text[at] == '\\' ? escape(rest, at) : character(rest, at);
            if (length == 0) {
                return Set.of();
            }
            rest = rest.after(read);
            at += length;
        }
        return Set.of();
    }

    /** The character that was read last. */
    private int read;

    /** Symbols of an escape; 0 if there is none, or if it is not whole. */
    private int escape(TextLanguage rest, int at) {
        StringBuilder begun = new StringBuilder();
        for (int index = at; index < Math.min(text.length, at + 6); index++) {
            begun.append((char) text[index]);
        }
        String there = begun.toString();
        for (Map.Entry<String, Integer> escape : ESCAPES.entrySet()) {
            if (there.startsWith(escape.getKey())) {
                read = escape.getValue();
                return escape.getKey().length();
            }
            if (at + there.length() == text.length && escape.getKey().startsWith(there)) {
                open |= meaning.languages.isPossible(rest.after(escape.getValue()));
            }
        }
        return 0;
    }

    /** Symbols of a character that stands for itself; 0 if there is none, or if it is not whole. */
    private int character(TextLanguage rest, int at) {
        TextLanguage.Begun begun = text[at] < 0x20 || text[at] == 0x7F ? null : TextLanguage.Begun.at(text, at);
        if (begun == null || !begun.isWhole()) {
            open |= begun != null && meaning.languages.isPossible(rest, begun);
            return 0;
        }
        read = begun.first();
        return begun.length();
    }

    private Set<Integer> values(List<JsonNode> schemas, Set<Integer> places) {
        Set<Integer> ends = new TreeSet<>();
        places.forEach(place -> ends.addAll(value(schemas, place)));
        return ends;
    }

    private Set<Integer> array(List<JsonNode> schemas, int at) {
        Set<Integer> ends = new TreeSet<>();
        int least = meaning.least(schemas, "minItems");
        int most = meaning.most(schemas, "maxItems");
        Set<Integer> places = literal("[", at);
        for (int count = 0; !places.isEmpty(); count++) {
            if (count >= least) {
                ends.addAll(literals("]", places));
            }
            List<JsonNode> item = meaning.item(schemas, count);
            if (count == most || !meaning.isPossible(item)) {
                break;
            }
            places = values(item, count == 0 ? places : separated(",", places));
        }
        return ends;
    }

    private Set<Integer> object(List<JsonNode> schemas, int at) {
        return properties(schemas, meaning.names(schemas), 0, true, literal("{", at));
    }

    private Set<Integer> properties(
            List<JsonNode> schemas, List<String> names, int from, boolean first, Set<Integer> places) {
        if (places.isEmpty()) {
            return Set.of();
        }
        Set<Integer> ends = new TreeSet<>();
        boolean mayEnd = true;
        Set<String> required = meaning.required(schemas);
        for (int index = from; index < names.size() && mayEnd; index++) {
            String name = names.get(index);
            List<JsonNode> own = meaning.property(schemas, name);
            if ((meaning.isListed(schemas, name) || !meaning.isClosed(schemas)) && meaning.isPossible(own)) {
                Set<Integer> begins = first ? places : separated(",", places);
                Set<Integer> behind = values(own, separated(":", literals(quoted(name), begins)));
                ends.addAll(properties(schemas, names, index + 1, false, behind));
            }
            mayEnd = !required.contains(name);
        }
        if (!mayEnd) {
            return ends;
        }
        ends.addAll(literals("}", places));
        List<JsonNode> others = meaning.property(schemas, ANOTHER_NAME);
        if (!meaning.isClosed(schemas) && meaning.isPossible(others)) {
            TextLanguage another = new TextLanguage.Not(TextLanguage.oneOf(names));
            Set<Integer> named = new TreeSet<>();
            for (int begin : first ? places : separated(",", places)) {
                named.addAll(string(another, begin));
            }
            Set<Integer> behind = values(others, separated(":", named));
            ends.addAll(properties(schemas, names, names.size(), false, behind));
        }
        return ends;
    }
}
