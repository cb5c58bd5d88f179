package io.github.glimpse.text;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.glimpse.ModelFilesException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One step of a tokenizer file, such as a normaliser: an object with a type and fields. What it does not know it refuses
 * by name, since a step that is left out or done otherwise would give the model other ids than it was trained with.
 */
final class TokenizerPart {

    /** Characters of a text or an expression in a step. */
    static final int MOST_CHARACTERS = 1_000;

    private static final int MOST_STEPS = 32;
    private static final int MOST_DEPTH = 4;

    private final String place;
    private final JsonNode node;
    private final int depth;

    private TokenizerPart(String place, JsonNode node, int depth) {
        this.place = place;
        this.node = node;
        this.depth = depth;
    }

    /** A step at the file's first level; empty if it is missing or null. */
    static Optional<TokenizerPart> of(String place, JsonNode node) {
        if (node.isMissingNode() || node.isNull()) {
            return Optional.empty();
        }
        return Optional.of(new TokenizerPart(place, node, 0));
    }

    String type() {
        return node.path("type").asText("");
    }

    /** Refuses fields that the type does not have. */
    void only(String... fields) {
        Set<String> known = Set.of(fields);
        node.fieldNames().forEachRemaining(name -> {
            if (!name.equals("type") && !known.contains(name)) {
                throw refused("the field '" + TokenPattern.shortened(name) + "', which is not known");
            }
        });
    }

    ModelFilesException unknownType() {
        return TokenizerFile.refused(
                "has a " + place + " of the type '" + TokenPattern.shortened(type()) + "', which is not known",
                "take the tokenizer of a supported model, or ask for the type");
    }

    ModelFilesException refused(String what) {
        return TokenizerFile.refused(
                "has in its " + place + " of the type '" + TokenPattern.shortened(type()) + "' " + what,
                "take the tokenizer from the model's publisher");
    }

    /** The steps of a sequence. */
    List<TokenizerPart> parts(String field) {
        only(field);
        JsonNode nodes = node.path(field);
        if (!nodes.isArray() || nodes.size() > MOST_STEPS || depth >= MOST_DEPTH) {
            throw refused("no list of at most " + MOST_STEPS + " steps, nested at most " + MOST_DEPTH + " deep");
        }
        List<TokenizerPart> parts = new ArrayList<>();
        nodes.forEach(each -> parts.add(new TokenizerPart(place, each, depth + 1)));
        return parts;
    }

    boolean flag(String field, boolean missing) {
        JsonNode value = node.path(field);
        if (value.isMissingNode() || value.isNull()) {
            return missing;
        }
        if (!value.isBoolean()) {
            throw refused("the field '" + field + "' with the value '" + TokenPattern.shortened(value.toString())
                    + "', which is neither true nor false");
        }
        return value.booleanValue();
    }

    /** A whole number from 0 on. */
    int count(String field) {
        JsonNode value = node.path(field);
        if (!value.isInt() || value.intValue() < 0) {
            throw refused("the field '" + field + "' with the value '" + TokenPattern.shortened(value.toString())
                    + "', which is no count");
        }
        return value.intValue();
    }

    /** A text of bounded length. */
    String text(String field, int most) {
        JsonNode value = node.path(field);
        if (!value.isTextual() || value.textValue().length() > most) {
            throw refused("the field '" + field + "', which is no text of at most " + most + " characters");
        }
        return value.textValue();
    }

    /** A text of one character. */
    String character(String field) {
        String text = text(field, 2);
        if (text.isEmpty() || text.codePointCount(0, text.length()) != 1) {
            throw refused("the field '" + field + "', which is no single character");
        }
        return text;
    }

    /** A value among some, the first if it is missing. */
    String choice(String field, List<String> known) {
        JsonNode value = node.path(field);
        if (value.isMissingNode() || value.isNull()) {
            return known.get(0);
        }
        if (!known.contains(value.asText())) {
            throw refused("the field '" + field + "' with the value '" + TokenPattern.shortened(value.asText())
                    + "', known are " + known);
        }
        return value.asText();
    }

    /** A text to look for, or a flat expression. */
    TokenPattern pattern(String field) {
        JsonNode value = node.path(field);
        String text = single(value, "String");
        String expression = single(value, "Regex");
        if ("".equals(text) || "".equals(expression)) {
            throw TokenizerFile.damaged("one of its patterns is empty, which is found everywhere");
        }
        if (text != null && text.length() <= MOST_CHARACTERS) {
            return TokenPattern.literal(text);
        }
        if (expression == null) {
            throw refused(
                    "a pattern that is neither an expression nor a text of at most " + MOST_CHARACTERS + " characters");
        }
        return TokenPatternReader.read(expression);
    }

    private static @Nullable String single(JsonNode value, String name) {
        return value.size() == 1 && value.path(name).isTextual()
                ? value.path(name).textValue()
                : null;
    }
}
