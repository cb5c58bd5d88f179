package io.github.glimpse.constrain;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** Values that share their beginnings, so that a thousand of them are one way until they differ. */
final class LiteralTree {

    private static final int BLANK = 256;

    private final GrammarBuilder grammar;
    private final int root;
    private final Map<Long, Integer> children = new HashMap<>();

    LiteralTree(GrammarBuilder grammar, int root) {
        this.grammar = grammar;
        this.root = root;
    }

    /** Adds a value, and where it ends a way without a symbol. */
    void add(JsonNode value, int end) {
        end(value(value, root), end);
    }

    /** Adds a text as it is. */
    void addText(String text, int end) {
        end(text(text, root), end);
    }

    private void end(int last, int end) {
        if (children.putIfAbsent(((long) last << 9) | 0x1FF, end) == null) {
            grammar.skip(last, end);
        }
    }

    private int value(JsonNode value, int from) {
        int at = from;
        if (value.isObject()) {
            at = text("{", at);
            String separator = "";
            for (Map.Entry<String, JsonNode> property : value.properties()) {
                at = separated(separator, at);
                at = text(JsonText.quoted(property.getKey()), at);
                at = separated(":", at);
                at = value(property.getValue(), at);
                separator = ",";
            }
            return text("}", at);
        }
        if (value.isArray()) {
            at = text("[", at);
            String separator = "";
            for (JsonNode item : value) {
                at = value(item, separated(separator, at));
                separator = ",";
            }
            return text("]", at);
        }
        return text(value.isTextual() ? JsonText.quoted(value.textValue()) : JsonText.spelled(value), at);
    }

    private int separated(String separator, int from) {
        return separator.isEmpty() ? from : child(text(separator, from), BLANK);
    }

    private int text(String text, int from) {
        int at = from;
        for (byte each : text.getBytes(StandardCharsets.UTF_8)) {
            at = child(at, each & 0xFF);
        }
        return at;
    }

    private int child(int node, int symbol) {
        Integer known = children.get(((long) node << 9) | symbol);
        if (known == null) {
            known = grammar.state();
            children.put(((long) node << 9) | symbol, known);
            if (symbol == BLANK) {
                grammar.skip(node, known);
                grammar.symbols(node, ' ', ' ', known);
            } else {
                grammar.symbols(node, symbol, symbol, known);
            }
        }
        return known;
    }
}
