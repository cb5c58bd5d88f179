package io.github.glimpse.chat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.chat.request.json.JsonAnyOfSchema;
import dev.langchain4j.model.chat.request.json.JsonArraySchema;
import dev.langchain4j.model.chat.request.json.JsonBooleanSchema;
import dev.langchain4j.model.chat.request.json.JsonEnumSchema;
import dev.langchain4j.model.chat.request.json.JsonIntegerSchema;
import dev.langchain4j.model.chat.request.json.JsonNullSchema;
import dev.langchain4j.model.chat.request.json.JsonNumberSchema;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.request.json.JsonRawSchema;
import dev.langchain4j.model.chat.request.json.JsonReferenceSchema;
import dev.langchain4j.model.chat.request.json.JsonSchemaElement;
import dev.langchain4j.model.chat.request.json.JsonStringSchema;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * LangChain4j's schema elements as text of a JSON schema. An object without properties, as a {@code Map} is, lists none, so that
 * it stays open; one that lists some is meant to be closed, unless it says otherwise.
 */
final class SchemaText {

    private static final ObjectMapper JSON = new ObjectMapper();

    private SchemaText() {}

    /**
     * The text of a schema.
     *
     * @throws UnsupportedFeatureException for an element of a kind that is not known
     * @throws InvalidRequestException for a raw schema that is no JSON
     */
    static String of(JsonSchemaElement element) {
        return node(element).toString();
    }

    /** The text of a tool's parameters: an object of just these, also where there are none. */
    static String ofParameters(@Nullable JsonObjectSchema parameters) {
        ObjectNode node = object(parameters == null ? JsonObjectSchema.builder().build() : parameters);
        ObjectNode whole = JSON.createObjectNode();
        whole.set("type", node.get("type"));
        node.remove("type");
        if (!node.has("properties")) {
            node.putObject("properties");
        }
        if (!node.has("required")) {
            node.putArray("required");
        }
        whole.setAll(node);
        return whole.toString();
    }

    private static JsonNode node(JsonSchemaElement element) {
        if (element instanceof JsonRawSchema raw) {
            return raw(raw.schema());
        }
        ObjectNode node;
        if (element instanceof JsonObjectSchema object) {
            return object(object);
        } else if (element instanceof JsonArraySchema array) {
            node = typed("array", array.description());
            if (array.items() != null) {
                node.set("items", node(array.items()));
            }
        } else if (element instanceof JsonEnumSchema names) {
            node = typed("string", names.description());
            names.enumValues().forEach(node.putArray("enum")::add);
        } else if (element instanceof JsonAnyOfSchema any) {
            node = described(any.description());
            ArrayNode branches = node.putArray("anyOf");
            any.anyOf().forEach(branch -> branches.add(node(branch)));
        } else if (element instanceof JsonReferenceSchema reference) {
            node = described(reference.description());
            // As a JSON pointer has it.
            node.put(
                    "$ref",
                    "#/$defs/" + reference.reference().replace("~", "~0").replace("/", "~1"));
        } else if (element instanceof JsonStringSchema text) {
            node = typed("string", text.description());
        } else if (element instanceof JsonIntegerSchema whole) {
            node = typed("integer", whole.description());
        } else if (element instanceof JsonNumberSchema number) {
            node = typed("number", number.description());
        } else if (element instanceof JsonBooleanSchema flag) {
            node = typed("boolean", flag.description());
        } else if (element instanceof JsonNullSchema) {
            node = typed("null", null);
        } else {
            throw new UnsupportedFeatureException("A schema element of type "
                    + element.getClass().getSimpleName() + " is not supported; use a JsonRawSchema");
        }
        return node;
    }

    private static ObjectNode object(JsonObjectSchema object) {
        ObjectNode node = typed("object", object.description());
        Map<String, JsonSchemaElement> properties = object.properties();
        if (properties != null && !properties.isEmpty()) {
            putAll(node.putObject("properties"), properties);
        }
        List<String> required = object.required();
        if (required != null && !required.isEmpty()) {
            required.forEach(node.putArray("required")::add);
        }
        if (object.additionalProperties() != null) {
            node.put("additionalProperties", object.additionalProperties());
        }
        Map<String, JsonSchemaElement> definitions = object.definitions();
        if (definitions != null && !definitions.isEmpty()) {
            putAll(node.putObject("$defs"), definitions);
        }
        return node;
    }

    private static void putAll(ObjectNode node, Map<String, JsonSchemaElement> elements) {
        elements.forEach((name, element) -> node.set(name, node(element)));
    }

    private static ObjectNode typed(String type, @Nullable String description) {
        ObjectNode node = JSON.createObjectNode().put("type", type);
        return description == null ? node : node.put("description", description);
    }

    private static ObjectNode described(@Nullable String description) {
        ObjectNode node = JSON.createObjectNode();
        return description == null ? node : node.put("description", description);
    }

    private static JsonNode raw(String schema) {
        try {
            JsonNode node = JSON.readTree(schema);
            if (node.isObject() || node.isBoolean()) {
                return node;
            }
        } catch (JsonProcessingException e) {
            throw new InvalidRequestException("A JsonRawSchema is no JSON; send a JSON schema", e);
        }
        throw new InvalidRequestException(
                "A JsonRawSchema is neither a JSON object nor true or false; send a JSON schema");
    }
}
