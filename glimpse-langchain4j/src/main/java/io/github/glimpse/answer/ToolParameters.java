package io.github.glimpse.answer;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Types of a tool's parameters by its JSON schema, for formats that write values without JSON's quotes.
 *
 * <p>Not safe for concurrent use.
 */
final class ToolParameters {

    private enum Type {
        NULL,
        BOOLEAN,
        INTEGER,
        NUMBER,
        OBJECT,
        ARRAY,
        STRING
    }

    private static final Set<String> NOT_NUMBERS = Set.of("NaN", "Infinity", "-Infinity");

    /** Digits to which an integer with an exponent is written out; a larger one remains as written. */
    private static final int MAX_DIGITS = 1000;

    private static final int MAX_EXPONENT_CHARACTERS = 6;

    private final JsonNode schema;
    private final Work work;
    private final Map<String, Set<Type>> known = new HashMap<>();

    ToolParameters(JsonNode schema, Work work) {
        this.schema = schema;
        this.work = work;
    }

    /** The value as JSON by the parameter's types; null if it is NaN or an infinity where no text may be. */
    @Nullable
    String json(String parameter, String raw) {
        Set<Type> types = known.computeIfAbsent(parameter, this::typesOf);
        work.examine(raw.length());
        if (types.isEmpty() || types.equals(EnumSet.of(Type.STRING))) {
            return ArgumentJson.quoted(raw);
        }
        String value = Blanks.strip(raw);
        boolean numeric = types.contains(Type.INTEGER) || types.contains(Type.NUMBER);
        if (numeric && !types.contains(Type.STRING) && NOT_NUMBERS.contains(value)) {
            return null;
        }
        for (Type type : types) {
            String json = typed(type, value);
            if (json != null) {
                return json;
            }
        }
        work.examine(raw.length());
        return ArgumentJson.quoted(raw);
    }

    private @Nullable String typed(Type type, String value) {
        return switch (type) {
            case NULL -> value.equals("null") || value.equals("None") ? "null" : null;
            case BOOLEAN ->
                value.equalsIgnoreCase("true") || value.equalsIgnoreCase("false")
                        ? value.toLowerCase(Locale.ROOT)
                        : null;
            case INTEGER -> integer(value);
            case NUMBER -> isNumber(value) ? value : null;
            case OBJECT -> structure('{', value);
            case ARRAY -> structure('[', value);
            case STRING -> null;
        };
    }

    private boolean isNumber(String value) {
        boolean may = !value.isEmpty() && (value.charAt(0) == '-' || Character.isDigit(value.charAt(0)));
        work.examine(may ? value.length() : 1);
        return may && NumberReader.isNumber(value);
    }

    private @Nullable String integer(String value) {
        if (!isNumber(value)) {
            return null;
        }
        int exponent = Math.max(value.indexOf('e'), value.indexOf('E'));
        if (exponent < 0 && value.indexOf('.') < 0) {
            return value;
        }
        if (value.length() > MAX_DIGITS || (exponent >= 0 && value.length() - exponent > MAX_EXPONENT_CHARACTERS)) {
            return null;
        }
        BigDecimal number = new BigDecimal(value).stripTrailingZeros();
        if (number.scale() > 0 || number.precision() - number.scale() > MAX_DIGITS) {
            return null;
        }
        return number.toBigIntegerExact().toString();
    }

    private @Nullable String structure(char bracket, String value) {
        if (value.isEmpty() || value.charAt(0) != bracket) {
            return null;
        }
        work.examine(value.length());
        return ArgumentJson.value(value);
    }

    private Set<Type> typesOf(String parameter) {
        Set<Type> types = EnumSet.noneOf(Type.class);
        collectParameter(schema, parameter, types, identitySet());
        return types;
    }

    private static Set<JsonNode> identitySet() {
        return Collections.newSetFromMap(new IdentityHashMap<>());
    }

    private void collectParameter(JsonNode node, String parameter, Set<Type> types, Set<JsonNode> visited) {
        if (!visited.add(node)) {
            return;
        }
        JsonNode property = node.path("properties").get(parameter);
        if (property != null) {
            collect(property, types, identitySet());
        }
        for (String branches : new String[] {"allOf", "anyOf", "oneOf"}) {
            node.path(branches).forEach(branch -> collectParameter(branch, parameter, types, visited));
        }
        JsonNode target = target(node);
        if (target != null) {
            collectParameter(target, parameter, types, visited);
        }
    }

    private void collect(JsonNode node, Set<Type> types, Set<JsonNode> visited) {
        if (!visited.add(node)) {
            return;
        }
        JsonNode type = node.path("type");
        if (type.isTextual()) {
            addNamed(type.textValue(), types);
        }
        type.forEach(name -> addNamed(name.asText(), types));
        node.path("enum").forEach(value -> types.add(typeOf(value)));
        if (node.has("const")) {
            types.add(typeOf(node.get("const")));
        }
        if (node.path("nullable").asBoolean()) {
            types.add(Type.NULL);
        }
        for (String branches : new String[] {"allOf", "anyOf", "oneOf"}) {
            node.path(branches).forEach(branch -> collect(branch, types, visited));
        }
        JsonNode target = target(node);
        if (target != null) {
            collect(target, types, visited);
        }
    }

    /** The schema that {@code $ref} names, if it is in this document. */
    private @Nullable JsonNode target(JsonNode node) {
        String reference = node.path("$ref").asText();
        if (!reference.startsWith("#")) {
            return null;
        }
        JsonNode found = schema;
        for (String step : reference.substring(1).split("/", -1)) {
            String name = step.replace("~1", "/").replace("~0", "~");
            found = step.isEmpty() ? found : found.isArray() ? found.path(index(name)) : found.path(name);
        }
        return found.isMissingNode() ? null : found;
    }

    private static int index(String name) {
        return name.matches("\\d{1,9}") ? Integer.parseInt(name) : -1;
    }

    private static void addNamed(String name, Set<Type> types) {
        for (Type type : Type.values()) {
            if (type.name().equalsIgnoreCase(name)) {
                types.add(type);
            }
        }
    }

    private static Type typeOf(JsonNode value) {
        return switch (value.getNodeType()) {
            case NULL, MISSING -> Type.NULL;
            case BOOLEAN -> Type.BOOLEAN;
            case NUMBER -> value.isIntegralNumber() ? Type.INTEGER : Type.NUMBER;
            case OBJECT, POJO -> Type.OBJECT;
            case ARRAY -> Type.ARRAY;
            case STRING, BINARY -> Type.STRING;
        };
    }
}
