package io.github.glimpse.constrain;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.glimpse.constrain.JsonGrammar.Bound;
import io.github.glimpse.constrain.SchemaNode.Kind;
import java.math.BigDecimal;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads a JSON schema of draft 2020-12. What it does not understand it refuses by keyword and place. Annotations say
 * nothing about what is valid and are passed over.
 */
final class SchemaReader {

    private static final Set<String> ANNOTATIONS = Set.of(
            "$comment",
            "title",
            "description",
            "default",
            "examples",
            "deprecated",
            "readOnly",
            "writeOnly",
            "contentEncoding",
            "contentMediaType");

    private static final int MOST_REFERENCES = 1_000;
    private static final String ROOT = "#";

    private final JsonNode root;
    private final CompileWork work;
    private final Map<String, SchemaNode> nodes = new HashMap<>();
    private int references;

    SchemaReader(JsonNode root, CompileWork work) {
        this.root = root;
        this.work = work;
    }

    SchemaNode root() {
        return read(root, ROOT, ROOT, "", 0);
    }

    /** The schema that a node's {@code $ref} names. */
    SchemaNode target(SchemaNode node) {
        String reference = Objects.requireNonNull(node.reference);
        SchemaNode known = nodes.get(reference);
        if (known != null) {
            return known;
        }
        JsonNode found = root.at(reference.substring(1));
        if (found.isMissingNode() || !isSchema(found)) {
            throw refused("$ref", node.pointer, "names '" + reference + "', where there is no schema");
        }
        return read(found, reference, node.pointer, "$ref", 0);
    }

    private static boolean isSchema(JsonNode node) {
        return node.isObject() || node.isBoolean();
    }

    static UnsupportedConstraintException refused(String keyword, String pointer, String reason) {
        return new UnsupportedConstraintException(keyword, pointer, reason);
    }

    private static UnsupportedConstraintException unknown(String keyword, String pointer) {
        return refused(keyword, pointer, "is not supported; leave it out, or say the same with other keywords");
    }

    private SchemaNode read(JsonNode json, String pointer, String parent, String keyword, int depth) {
        SchemaNode known = nodes.get(pointer);
        if (known != null) {
            return known;
        }
        work.steps(20);
        work.at(pointer);
        if (depth > JsonText.MOST_DEPTH) {
            throw new InvalidConstraintException("The JSON schema nests deeper than " + JsonText.MOST_DEPTH
                    + " levels at " + pointer + "; put parts of it under $defs");
        }
        if (!isSchema(json)) {
            throw refused(
                    keyword.isEmpty() ? "type" : keyword,
                    keyword.isEmpty() ? pointer : whereOf(pointer, parent, keyword),
                    "holds what is no schema; write an object, true or false");
        }
        SchemaNode node = new SchemaNode(nodes.size(), pointer);
        nodes.put(pointer, node);
        node.never = json.isBoolean() && !json.booleanValue();
        for (Map.Entry<String, JsonNode> entry : json.properties()) {
            work.at(pointer);
            readKeyword(node, entry.getKey(), entry.getValue(), depth);
        }
        return node;
    }

    /** A member of a list of schemas is named itself, since the keyword alone does not tell which one is meant. */
    private static String whereOf(String pointer, String parent, String keyword) {
        return pointer.equals(parent + '/' + keyword) ? parent : pointer;
    }

    private void readKeyword(SchemaNode node, String keyword, JsonNode value, int depth) {
        String at = node.pointer;
        switch (keyword) {
            case "type" -> node.kinds = kinds(value, at);
            case "properties" -> {
                node.listsProperties = !value.isEmpty();
                node.properties.putAll(schemas(value, at, keyword, depth));
            }
            case "required" -> strings(value, at, keyword).forEach(node.required::add);
            case "additionalProperties" -> node.additional = schema(value, at, keyword, depth);
            case "items" -> node.items = schema(value, at, keyword, depth);
            case "prefixItems" -> node.prefixItems.addAll(list(value, at, keyword, depth));
            case "minItems" -> node.minItems = count(value, at, keyword);
            case "maxItems" -> node.maxItems = count(value, at, keyword);
            case "minLength" -> node.minLength = count(value, at, keyword);
            case "maxLength" -> node.maxLength = count(value, at, keyword);
            case "pattern" -> node.texts.add(pattern(value, at));
            case "format" -> node.texts.add(format(value, at));
            case "minimum", "exclusiveMinimum" -> {
                Bound bound = new Bound(number(value, at, keyword), !keyword.equals("minimum"));
                node.least = higher(node.least, bound);
            }
            case "maximum", "exclusiveMaximum" -> {
                Bound bound = new Bound(number(value, at, keyword), !keyword.equals("maximum"));
                node.most = lower(node.most, bound);
            }
            case "enum" -> {
                require(value.isArray(), keyword, at, "is no list");
                List<JsonNode> values = new ArrayList<>();
                value.forEach(values::add);
                addValues(node, values, keyword);
            }
            case "const" -> addValues(node, List.of(value), keyword);
            case "allOf" -> node.allOf.addAll(list(value, at, keyword, depth));
            case "anyOf" -> node.choices.add(list(value, at, keyword, depth));
            case "oneOf" -> {
                node.oneOf = list(value, at, keyword, depth);
                node.choices.add(node.oneOf);
            }
            case "$ref" -> node.reference = reference(value, at);
            case "$defs", "definitions" -> require(value.isObject(), keyword, at, "is no object");
            case "$schema" ->
                require(
                        value.asText().matches("https?://json-schema\\.org/.*"),
                        keyword,
                        at,
                        "names a dialect that is not known; leave it out");
            case "$id" -> {
                if (!at.equals(ROOT)) {
                    throw unknown(keyword, at);
                }
            }
            default -> {
                if (!ANNOTATIONS.contains(keyword)) {
                    throw unknown(keyword, at);
                }
            }
        }
    }

    private static void require(boolean right, String keyword, String at, String reason) {
        if (!right) {
            throw refused(keyword, at, reason);
        }
    }

    private static Set<Kind> kinds(JsonNode value, String at) {
        Set<Kind> kinds = EnumSet.noneOf(Kind.class);
        Iterable<JsonNode> names = value.isArray() ? value : List.of(value);
        for (JsonNode name : names) {
            try {
                require(name.isTextual(), "type", at, "is no name of a type");
                require(name.textValue().equals(name.textValue().toLowerCase(Locale.ROOT)), "type", at, "is unknown");
                kinds.add(Kind.valueOf(name.textValue().toUpperCase(Locale.ROOT)));
            } catch (IllegalArgumentException unknown) {
                throw refused(
                        "type",
                        at,
                        "has an unknown value; take null, boolean, integer, number, string, array or object");
            }
        }
        return kinds;
    }

    private SchemaNode schema(JsonNode value, String at, String keyword, int depth) {
        return read(value, at + '/' + keyword, at, keyword, depth + 1);
    }

    private Map<String, SchemaNode> schemas(JsonNode value, String at, String keyword, int depth) {
        require(value.isObject(), keyword, at, "is no object");
        Map<String, SchemaNode> schemas = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> entry : value.properties()) {
            requireWhole(entry.getKey(), keyword, at);
            String name = entry.getKey().replace("~", "~0").replace("/", "~1");
            schemas.put(
                    entry.getKey(), read(entry.getValue(), at + '/' + keyword + '/' + name, at, keyword, depth + 1));
        }
        return schemas;
    }

    private List<SchemaNode> list(JsonNode value, String at, String keyword, int depth) {
        require(value.isArray(), keyword, at, "is no list");
        List<SchemaNode> schemas = new ArrayList<>();
        for (int index = 0; index < value.size(); index++) {
            schemas.add(read(value.get(index), at + '/' + keyword + '/' + index, at, keyword, depth + 1));
        }
        return schemas;
    }

    private static List<String> strings(JsonNode value, String at, String keyword) {
        require(value.isArray(), keyword, at, "is no list");
        List<String> strings = new ArrayList<>();
        for (JsonNode each : value) {
            require(each.isTextual(), keyword, at, "holds what is no string");
            requireWhole(each.textValue(), keyword, at);
            strings.add(each.textValue());
        }
        return strings;
    }

    private static void requireWhole(String text, String keyword, String at) {
        require(!JsonText.isBroken(text), keyword, at, "holds half a surrogate pair, which no text can");
    }

    private static int count(JsonNode value, String at, String keyword) {
        BigDecimal number = number(value, at, keyword);
        boolean whole = number.signum() >= 0
                && number.compareTo(BigDecimal.valueOf(Integer.MAX_VALUE)) < 0
                && new Bound(number, false).value().stripTrailingZeros().scale() <= 0;
        require(whole, keyword, at, "is no whole number from 0 to " + (Integer.MAX_VALUE - 1));
        return number.intValueExact();
    }

    private static BigDecimal number(JsonNode value, String at, String keyword) {
        require(value.isNumber(), keyword, at, "is no number");
        return value.decimalValue();
    }

    private TextAutomaton pattern(JsonNode value, String at) {
        require(value.isTextual(), "pattern", at, "is no string");
        try {
            return PatternCompiler.search(TextPatternReader.read(value.textValue()), work);
        } catch (TextPatternReader.PatternException invalid) {
            throw refused("pattern", at, invalid.reason());
        }
    }

    private static TextAutomaton format(JsonNode value, String at) {
        require(value.isTextual(), "format", at, "is no string");
        TextAutomaton known = TextFormats.of(value.textValue());
        if (known == null) {
            throw refused("format", at, "has an unknown value; take one of " + TextFormats.names());
        }
        return known;
    }

    static @Nullable Bound higher(@Nullable Bound left, @Nullable Bound right) {
        if (left == null || right == null) {
            return left == null ? right : left;
        }
        int order = left.value().compareTo(right.value());
        return order > 0 || (order == 0 && left.exclusive()) ? left : right;
    }

    static @Nullable Bound lower(@Nullable Bound left, @Nullable Bound right) {
        if (left == null || right == null) {
            return left == null ? right : left;
        }
        int order = left.value().compareTo(right.value());
        return order < 0 || (order == 0 && left.exclusive()) ? left : right;
    }

    private void addValues(SchemaNode node, List<JsonNode> values, String keyword) {
        for (JsonNode value : values) {
            requireWholeValue(value, keyword, node.pointer);
        }
        List<JsonNode> before = node.values;
        node.values = before == null
                ? values
                : before.stream()
                        .filter(value -> values.stream().anyMatch(other -> {
                            work.step();
                            return SchemaCheck.areEqual(value, other);
                        }))
                        .toList();
    }

    private void requireWholeValue(JsonNode value, String keyword, String at) {
        work.step();
        if (value.isTextual()) {
            requireWhole(value.textValue(), keyword, at);
        }
        for (Map.Entry<String, JsonNode> entry : value.properties()) {
            requireWhole(entry.getKey(), keyword, at);
        }
        for (JsonNode inner : value) {
            requireWholeValue(inner, keyword, at);
        }
    }

    private String reference(JsonNode value, String at) {
        require(value.isTextual(), "$ref", at, "is no string");
        if (++references > MOST_REFERENCES) {
            throw new InvalidConstraintException(
                    "The JSON schema has more than " + MOST_REFERENCES + " references; make it smaller");
        }
        String text = value.textValue();
        boolean local = text.equals(ROOT) || text.startsWith("#/");
        require(local, "$ref", at, "leads out of the schema, or names an anchor; write # or #/$defs/…");
        try {
            return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException invalid) {
            throw refused("$ref", at, "has a percent sign without two digits");
        }
    }
}
