package io.github.glimpse.constrain;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * What schemas that hold together say of a value, read from their text anew each time it is asked. It knows the keywords
 * that {@link RandomSchemas} writes; {@link SchemaSearch} goes by it.
 */
final class SchemaMeaning {

    private static final List<String> TYPES =
            List.of("null", "boolean", "integer", "number", "string", "array", "object");

    private final JsonNode root;
    private final JsonStyle style;
    private final Map<String, TextLanguage> patterns;
    private final IdentityHashMap<JsonNode, Integer> numbers = new IdentityHashMap<>();
    private final Set<Set<Integer>> possible = new HashSet<>();
    private final Map<List<Integer>, List<List<JsonNode>>> alternatives = new HashMap<>();
    private final Map<List<Integer>, TextLanguage> texts = new HashMap<>();
    final TextLanguage.Possible languages = new TextLanguage.Possible();

    /**
     * Reads a schema.
     *
     * @param patterns what the patterns in it mean
     */
    SchemaMeaning(JsonNode root, JsonStyle style, Map<String, TextLanguage> patterns) {
        this.root = root;
        this.style = style;
        this.patterns = patterns;
    }

    JsonNode root() {
        return root;
    }

    int integerDigits() {
        return style.integerDigits();
    }

    List<Integer> numbers(List<JsonNode> schemas) {
        return schemas.stream()
                .map(schema -> numbers.computeIfAbsent(schema, key -> numbers.size()))
                .toList();
    }

    /** Sets of schemas, one of which has to hold, with nothing in them that combines schemas left to do. */
    List<List<JsonNode>> alternatives(List<JsonNode> schemas) {
        List<Integer> key = numbers(schemas);
        List<List<JsonNode>> known = alternatives.get(key);
        if (known == null) {
            known = List.of(List.of());
            for (JsonNode schema : schemas) {
                known = both(known, alternatives(schema, Collections.newSetFromMap(new IdentityHashMap<>())));
            }
            alternatives.put(key, known);
        }
        return known;
    }

    private List<List<JsonNode>> alternatives(JsonNode schema, Set<JsonNode> asking) {
        if (schema.isBoolean()) {
            return schema.booleanValue() ? List.of(List.of()) : List.of();
        }
        if (!asking.add(schema)) {
            return List.of();
        }
        List<List<JsonNode>> all = List.of(List.of(schema));
        for (JsonNode each : schema.path("allOf")) {
            all = both(all, alternatives(each, asking));
        }
        if (schema.has("$ref")) {
            all = both(all, alternatives(root.at(schema.path("$ref").asText().substring(1)), asking));
        }
        for (String keyword : List.of("anyOf", "oneOf")) {
            if (schema.has(keyword)) {
                List<List<JsonNode>> some = new ArrayList<>();
                schema.path(keyword).forEach(each -> some.addAll(alternatives(each, asking)));
                all = both(all, some);
            }
        }
        asking.remove(schema);
        return all;
    }

    private static List<List<JsonNode>> both(List<List<JsonNode>> left, List<List<JsonNode>> right) {
        List<List<JsonNode>> all = new ArrayList<>();
        for (List<JsonNode> each : left) {
            for (List<JsonNode> other : right) {
                Set<JsonNode> joined = Collections.newSetFromMap(new IdentityHashMap<>());
                List<JsonNode> ordered = new ArrayList<>();
                for (List<JsonNode> part : List.of(each, other)) {
                    part.stream().filter(joined::add).forEach(ordered::add);
                }
                all.add(ordered);
            }
        }
        return all;
    }

    /** Whether the listed values are all there is: those of them that hold. */
    Set<JsonNode> values(List<JsonNode> schemas) {
        Set<JsonNode> values = new LinkedHashSet<>();
        for (JsonNode schema : schemas) {
            if (listsValues(schema)) {
                listed(schema).forEach(values::add);
                values.removeIf(value -> !schemas.stream().allMatch(each -> holds(each, value)));
                break;
            }
        }
        return values;
    }

    static boolean listsValues(JsonNode schema) {
        return schema.has("enum") || schema.has("const");
    }

    private static Iterable<JsonNode> listed(JsonNode schema) {
        return schema.has("enum") ? schema.path("enum") : List.of(schema.path("const"));
    }

    private boolean isValid(JsonNode schema, JsonNode value) {
        return alternatives(List.of(schema)).stream()
                .anyMatch(alternative -> alternative.stream().allMatch(each -> holds(each, value)));
    }

    /** Whether a value is valid for a schema's own keywords. */
    private boolean holds(JsonNode schema, JsonNode value) {
        List<String> kinds = kinds(List.of(schema));
        String kind = value.isIntegralNumber() && kinds.contains("integer")
                ? "integer"
                : value.isNumber()
                        ? "number"
                        : TYPES.get(List.of("NULL", "BOOLEAN", "", "", "STRING", "ARRAY", "OBJECT")
                                .indexOf(value.getNodeType().name()));
        boolean listed = !listsValues(schema);
        for (JsonNode each : listed(schema)) {
            listed |= each.equals(value);
        }
        if (!kinds.contains(kind) || !listed) {
            return false;
        }
        if (value.isNumber()) {
            BigDecimal number = value.decimalValue();
            return (!schema.has("minimum")
                            || number.compareTo(schema.path("minimum").decimalValue()) >= 0)
                    && (!schema.has("maximum")
                            || number.compareTo(schema.path("maximum").decimalValue()) <= 0)
                    && (!schema.has("exclusiveMinimum")
                            || number.compareTo(schema.path("exclusiveMinimum").decimalValue()) > 0)
                    && (!schema.has("exclusiveMaximum")
                            || number.compareTo(schema.path("exclusiveMaximum").decimalValue()) < 0);
        }
        if (value.isTextual()) {
            TextLanguage rest = texts(List.of(schema));
            for (int point : value.textValue().codePoints().toArray()) {
                rest = rest.after(point);
            }
            return rest.hasEmpty();
        }
        if (value.isArray()) {
            return value.size() >= least(List.of(schema), "minItems")
                    && value.size() <= most(List.of(schema), "maxItems")
                    && IntStream.range(0, value.size()).allMatch(index -> item(List.of(schema), index).stream()
                            .allMatch(each -> isValid(each, value.get(index))));
        }
        if (value.isObject()) {
            for (JsonNode name : schema.path("required")) {
                if (!value.has(name.asText())) {
                    return false;
                }
            }
            return value.properties().stream()
                    .allMatch(property -> property(List.of(schema), property.getKey()).stream()
                            .allMatch(each -> isValid(each, property.getValue())));
        }
        return true;
    }

    /** Types that all of them allow; where any number may come, integers are not named. */
    static List<String> kinds(List<JsonNode> schemas) {
        Set<String> kinds = new TreeSet<>(TYPES);
        for (JsonNode schema : schemas) {
            if (schema.has("type")) {
                Set<String> own = new TreeSet<>();
                own.add(schema.path("type").asText());
                schema.path("type").forEach(type -> own.add(type.asText()));
                if (own.contains("number")) {
                    own.add("integer");
                }
                kinds.retainAll(own);
            }
        }
        if (kinds.contains("number")) {
            kinds.remove("integer");
        }
        return List.copyOf(kinds);
    }

    int least(List<JsonNode> schemas, String keyword) {
        return schemas.stream()
                .mapToInt(schema -> schema.path(keyword).asInt(0))
                .max()
                .orElse(0);
    }

    int most(List<JsonNode> schemas, String keyword) {
        return schemas.stream()
                .mapToInt(schema -> schema.path(keyword).asInt(Integer.MAX_VALUE))
                .min()
                .orElse(Integer.MAX_VALUE);
    }

    /** What a string may say. */
    TextLanguage texts(List<JsonNode> schemas) {
        return texts.computeIfAbsent(numbers(schemas), key -> {
            List<TextLanguage> all = new ArrayList<>();
            all.add(TextLanguage.many(
                    TextLanguage.ANY_CHARACTER, least(schemas, "minLength"), most(schemas, "maxLength")));
            for (JsonNode schema : schemas) {
                if (schema.has("pattern")) {
                    all.add(patterns.get(schema.path("pattern").asText()));
                }
                if (schema.has("format")) {
                    all.add(RandomPatterns.format(schema.path("format").asText()));
                }
            }
            return TextLanguage.and(all);
        });
    }

    /** Schemas of an item; none if anything may be there. */
    List<JsonNode> item(List<JsonNode> schemas, int index) {
        List<JsonNode> all = new ArrayList<>();
        for (JsonNode schema : schemas) {
            JsonNode own = schema.path("prefixItems").path(index);
            JsonNode each = own.isMissingNode() ? schema.path("items") : own;
            if (!each.isMissingNode()) {
                all.add(each);
            }
        }
        return all;
    }

    /** Names in the order in which they are written. */
    List<String> names(List<JsonNode> schemas) {
        Set<String> names = new LinkedHashSet<>();
        schemas.forEach(schema -> schema.path("properties").fieldNames().forEachRemaining(names::add));
        schemas.forEach(schema -> schema.path("required").forEach(name -> names.add(name.asText())));
        return List.copyOf(names);
    }

    Set<String> required(List<JsonNode> schemas) {
        Set<String> names = new TreeSet<>();
        schemas.forEach(schema -> schema.path("required").forEach(name -> names.add(name.asText())));
        return names;
    }

    /** Whether names that are not listed are not meant to come, though nothing says so. */
    boolean isClosed(List<JsonNode> schemas) {
        return style.unlisted() == JsonStyle.Unlisted.FORBIDDEN
                && schemas.stream().noneMatch(schema -> schema.has("additionalProperties"))
                && schemas.stream()
                        .anyMatch(schema -> !schema.path("properties").isEmpty());
    }

    boolean isListed(List<JsonNode> schemas, String name) {
        return schemas.stream().anyMatch(schema -> schema.path("properties").has(name));
    }

    /** Schemas of a property's value; of one that no schema lists where the name is empty and no property has it. */
    List<JsonNode> property(List<JsonNode> schemas, String name) {
        List<JsonNode> all = new ArrayList<>();
        for (JsonNode schema : schemas) {
            JsonNode own = schema.path("properties").path(name);
            JsonNode each = own.isMissingNode() ? schema.path("additionalProperties") : own;
            if (!each.isMissingNode()) {
                all.add(each);
            }
        }
        return all;
    }

    boolean isPossible(List<JsonNode> schemas) {
        return isPossible(schemas, new HashSet<>());
    }

    /** A smallest document never asks for the same within itself. */
    private boolean isPossible(List<JsonNode> schemas, Set<Set<Integer>> asking) {
        Set<Integer> key = new TreeSet<>(numbers(schemas));
        if (possible.contains(key)) {
            return true;
        }
        if (!asking.add(key)) {
            return false;
        }
        boolean found = alternatives(schemas).stream().anyMatch(each -> isPossibleAlternative(each, asking));
        asking.remove(key);
        if (found) {
            possible.add(key);
        }
        return found;
    }

    boolean isPossibleAlternative(List<JsonNode> schemas) {
        return isPossibleAlternative(schemas, new HashSet<>());
    }

    private boolean isPossibleAlternative(List<JsonNode> schemas, Set<Set<Integer>> asking) {
        if (schemas.stream().anyMatch(SchemaMeaning::listsValues)) {
            return !values(schemas).isEmpty();
        }
        return kinds(schemas).stream().anyMatch(kind -> isPossible(kind, schemas, asking));
    }

    boolean isPossible(String kind, List<JsonNode> schemas) {
        return isPossible(kind, schemas, new HashSet<>());
    }

    private boolean isPossible(String kind, List<JsonNode> schemas, Set<Set<Integer>> asking) {
        return switch (kind) {
            case "integer", "number" ->
                new NumberSearch(schemas, kind.equals("integer"), style.integerDigits()).mayBegin("");
            case "string" -> languages.isPossible(texts(schemas));
            case "array" -> {
                int least = least(schemas, "minItems");
                yield least <= most(schemas, "maxItems")
                        && IntStream.range(0, least).allMatch(index -> isPossible(item(schemas, index), asking));
            }
            case "object" ->
                required(schemas).stream()
                        .allMatch(name -> (isListed(schemas, name) || !isClosed(schemas))
                                && isPossible(property(schemas, name), asking));
            default -> true;
        };
    }
}
