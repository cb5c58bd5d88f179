package io.github.glimpse.constrain;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** Values that share their beginnings, so that a thousand of them are one way until they differ. */
final class LiteralTree {

    /** No symbol of a grammar. */
    private static final int BLANK = 0x1FE;

    private final GrammarBuilder grammar;
    private final int root;

    /** Quotes around strings, whose keys then have none; empty for those of JSON. */
    private final String quotes;

    private final Map<Long, Integer> children = new HashMap<>();

    LiteralTree(GrammarBuilder grammar, int root) {
        this(grammar, root, "");
    }

    LiteralTree(GrammarBuilder grammar, int root, String quotes) {
        this.grammar = grammar;
        this.root = root;
        this.quotes = quotes;
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
                at = text(quotes.isEmpty() ? JsonText.quoted(property.getKey()) : property.getKey(), at);
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
        if (value.isTextual() && !quotes.isEmpty()) {
            return quote(text(value.textValue(), quote(at)));
        }
        return text(value.isTextual() ? JsonText.quoted(value.textValue()) : JsonText.spelled(value), at);
    }

    private int quote(int from) {
        int at = from;
        for (int symbol : grammar.symbolsOf(quotes)) {
            at = child(at, symbol);
        }
        return at;
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
