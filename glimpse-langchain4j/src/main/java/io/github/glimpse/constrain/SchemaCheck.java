package io.github.glimpse.constrain;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.glimpse.constrain.JsonGrammar.Bound;
import io.github.glimpse.constrain.SchemaNode.Kind;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;

/** Whether values that a schema lists are valid for what else it says. */
final class SchemaCheck {

    private static final int MOST_DEPTH = 200;

    private final SchemaReader reader;
    private final CompileWork work;
    private int depth;

    SchemaCheck(SchemaReader reader, CompileWork work) {
        this.reader = reader;
        this.work = work;
    }

    /** Whether the value is valid for the schema. */
    boolean accepts(SchemaNode node, JsonNode value) {
        work.step();
        if (depth > MOST_DEPTH) {
            // A reference to itself on the same value says nothing more.
            return false;
        }
        depth++;
        try {
            return acceptsOwn(node, value)
                    && node.allOf.stream().allMatch(each -> accepts(each, value))
                    && node.choices.stream().allMatch(choice -> count(choice, value) > 0)
                    && (node.oneOf == null || count(node.oneOf, value) == 1)
                    && (node.reference == null || accepts(reader.target(node), value));
        } finally {
            depth--;
        }
    }

    private long count(List<SchemaNode> choice, JsonNode value) {
        return choice.stream().filter(each -> accepts(each, value)).count();
    }

    /** Whether it is valid for the node's own keywords, without those that combine schemas. */
    boolean acceptsOwn(SchemaNode node, JsonNode value) {
        List<JsonNode> values = node.values;
        return acceptsButValues(node, value) && (values == null || contains(values, value));
    }

    private boolean contains(List<JsonNode> values, JsonNode value) {
        for (JsonNode each : values) {
            work.step();
            if (areEqual(each, value)) {
                return true;
            }
        }
        return false;
    }

    /** As {@link #acceptsOwn}, of a value that the node lists itself. */
    boolean acceptsButValues(SchemaNode node, JsonNode value) {
        work.step();
        if (node.never || !acceptsKind(node, value)) {
            return false;
        }
        if (value.isNumber()) {
            return acceptsNumber(node, value.decimalValue());
        }
        if (value.isTextual()) {
            String text = value.textValue();
            int length = text.codePointCount(0, text.length());
            return node.minLength <= length
                    && length <= node.maxLength
                    && node.texts.stream().allMatch(each -> each.matches(text));
        }
        if (value.isArray()) {
            return acceptsArray(node, value);
        }
        return !value.isObject() || acceptsObject(node, value);
    }

    private static boolean acceptsKind(SchemaNode node, JsonNode value) {
        Kind kind =
                switch (value.getNodeType()) {
                    case NULL -> Kind.NULL;
                    case BOOLEAN -> Kind.BOOLEAN;
                    case STRING -> Kind.STRING;
                    case ARRAY -> Kind.ARRAY;
                    case OBJECT -> Kind.OBJECT;
                    default -> Kind.NUMBER;
                };
        return node.kinds.contains(kind)
                || (kind == Kind.NUMBER && node.kinds.contains(Kind.INTEGER) && isWhole(value.decimalValue()));
    }

    private static boolean isWhole(BigDecimal value) {
        return value.signum() == 0 || value.stripTrailingZeros().scale() <= 0;
    }

    private static boolean acceptsNumber(SchemaNode node, BigDecimal value) {
        Bound least = node.least;
        Bound most = node.most;
        int above = least == null ? 1 : value.compareTo(least.value());
        int below = most == null ? -1 : value.compareTo(most.value());
        return (above > 0 || (above == 0 && least != null && !least.exclusive()))
                && (below < 0 || (below == 0 && most != null && !most.exclusive()));
    }

    private boolean acceptsArray(SchemaNode node, JsonNode value) {
        if (value.size() < node.minItems || value.size() > node.maxItems) {
            return false;
        }
        for (int index = 0; index < value.size(); index++) {
            SchemaNode schema = index < node.prefixItems.size() ? node.prefixItems.get(index) : node.items;
            if (schema != null && !accepts(schema, value.get(index))) {
                return false;
            }
        }
        return true;
    }

    private boolean acceptsObject(SchemaNode node, JsonNode value) {
        if (!node.required.stream().allMatch(value::has)) {
            return false;
        }
        for (Map.Entry<String, JsonNode> property : value.properties()) {
            SchemaNode schema = node.properties.getOrDefault(property.getKey(), node.additional);
            if (schema != null && !accepts(schema, property.getValue())) {
                return false;
            }
        }
        return true;
    }

    /** Equal as JSON: numbers by their value, objects whatever their order. */
    static boolean areEqual(JsonNode left, JsonNode right) {
        if (left.isNumber() && right.isNumber()) {
            return left.decimalValue().compareTo(right.decimalValue()) == 0;
        }
        if (left.isArray() && right.isArray() && left.size() == right.size()) {
            for (int index = 0; index < left.size(); index++) {
                if (!areEqual(left.get(index), right.get(index))) {
                    return false;
                }
            }
            return true;
        }
        if (left.isObject() && right.isObject() && left.size() == right.size()) {
            return left.properties().stream()
                    .allMatch(each -> right.has(each.getKey()) && areEqual(each.getValue(), right.get(each.getKey())));
        }
        return left.equals(right);
    }
}
