package io.github.glimpse.answer;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Collections;
import java.util.EnumSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Types of a tool's parameters by its JSON schema, for formats that write values without JSON's quotes. Immutable, safe for
 * concurrent use as long as the schema is not changed.
 */
public final class ParameterTypes {

    private static final List<String> BRANCHES = List.of("allOf", "anyOf", "oneOf");

    private final JsonNode schema;

    /** Of a tool with this schema of its parameters. */
    public ParameterTypes(JsonNode schema) {
        this.schema = schema;
    }

    /** Types that a parameter may have; none if the schema names none. */
    public Set<ParameterType> of(String parameter) {
        Set<ParameterType> types = EnumSet.noneOf(ParameterType.class);
        if (!collectParameter(schema, parameter, types, identitySet())) {
            collectAdditional(schema, types, identitySet());
        }
        return types;
    }

    /** Types of the parameters that the schema does not list. */
    public Set<ParameterType> ofUnlisted() {
        Set<ParameterType> types = EnumSet.noneOf(ParameterType.class);
        collectAdditional(schema, types, identitySet());
        return types;
    }

    private static Set<JsonNode> identitySet() {
        return Collections.newSetFromMap(new IdentityHashMap<>());
    }

    /** Whether the schema lists the parameter. */
    private boolean collectParameter(JsonNode node, String parameter, Set<ParameterType> types, Set<JsonNode> visited) {
        if (!visited.add(node)) {
            return false;
        }
        JsonNode property = node.path("properties").get(parameter);
        boolean isListed = property != null;
        if (property != null) {
            collect(property, types, identitySet());
        }
        for (String keyword : BRANCHES) {
            for (JsonNode branch : node.path(keyword)) {
                isListed |= collectParameter(branch, parameter, types, visited);
            }
        }
        JsonNode target = target(node);
        return (target != null && collectParameter(target, parameter, types, visited)) || isListed;
    }

    private void collectAdditional(JsonNode node, Set<ParameterType> types, Set<JsonNode> visited) {
        if (!visited.add(node)) {
            return;
        }
        collect(node.path("additionalProperties"), types, identitySet());
        for (String keyword : BRANCHES) {
            node.path(keyword).forEach(branch -> collectAdditional(branch, types, visited));
        }
        JsonNode target = target(node);
        if (target != null) {
            collectAdditional(target, types, visited);
        }
    }

    private void collect(JsonNode node, Set<ParameterType> types, Set<JsonNode> visited) {
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
            types.add(ParameterType.NULL);
        }
        for (String keyword : BRANCHES) {
            node.path(keyword).forEach(branch -> collect(branch, types, visited));
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

    private static void addNamed(String name, Set<ParameterType> types) {
        for (ParameterType type : ParameterType.values()) {
            if (type.name().equalsIgnoreCase(name)) {
                types.add(type);
            }
        }
    }

    private static ParameterType typeOf(JsonNode value) {
        return switch (value.getNodeType()) {
            case NULL, MISSING -> ParameterType.NULL;
            case BOOLEAN -> ParameterType.BOOLEAN;
            case NUMBER -> value.isIntegralNumber() ? ParameterType.INTEGER : ParameterType.NUMBER;
            case OBJECT, POJO -> ParameterType.OBJECT;
            case ARRAY -> ParameterType.ARRAY;
            case STRING, BINARY -> ParameterType.STRING;
        };
    }
}
