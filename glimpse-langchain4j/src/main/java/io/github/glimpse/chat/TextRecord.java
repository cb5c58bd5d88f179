package io.github.glimpse.chat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.glimpse.constrain.JsonStyle;
import io.github.glimpse.form.AnswerForm;
import io.github.glimpse.form.AnswerForms;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Text-record spelling of a JSON schema, for models that declare it ({@link io.github.glimpse.model.ModelTraining}). The model
 * writes each property as a text or null; numbers without quotes are made of the texts when the document is complete. Immutable.
 */
final class TextRecord {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String TYPE = "type";
    private static final Set<String> PLAIN_KEYS = Set.of(TYPE, "description");

    /** Pattern of a number in decimal notation. */
    static final String NUMBER = "-?(0|[1-9][0-9]{0,14})(\\.[0-9]{1,9})?";

    private final Map<String, Property> properties = new LinkedHashMap<>();
    private final List<String> untrained = new ArrayList<>();
    private final int integerDigits;

    /**
     * One property.
     *
     * @param written schema of the text that the model writes for it
     * @param number whether a number without quotes is made of the text
     * @param nullable whether it may be null
     * @param required whether it has to be there
     */
    private record Property(ObjectNode written, boolean number, boolean nullable, boolean required) {

        boolean mayBeNull() {
            return nullable || !required;
        }
    }

    private TextRecord(JsonNode schema, int integerDigits) {
        this.integerDigits = integerDigits;
        Set<String> required = new HashSet<>();
        schema.path("required").forEach(name -> required.add(name.asText()));
        schema.path("properties").properties().forEach(entry -> {
            String name = entry.getKey();
            Property property = property(entry.getValue(), required.contains(name));
            if (property == null) {
                untrained.add("'" + name + "' (" + typeOf(entry.getValue()) + ")");
            } else {
                properties.put(name, property);
            }
        });
    }

    /**
     * Reads the text of a schema.
     *
     * @param integerDigits most digits of an integer
     */
    static TextRecord of(String schema, int integerDigits) {
        return new TextRecord(read(schema), integerDigits);
    }

    /** Properties with values that such a model was not trained to write, each with its type. */
    List<String> untrained() {
        return List.copyOf(untrained);
    }

    /**
     * The form in which the model writes the record.
     *
     * @return null where the schema is none of an object with properties, or {@link #untrained} is not empty
     */
    @Nullable
    AnswerForm form(AnswerForms forms, AnswerForm.Describe describe) {
        if (properties.isEmpty() || !untrained.isEmpty()) {
            return null;
        }
        String told = schema(property -> text()).toString();
        return forms.jsonSchema(schema(Property::written).toString(), JsonStyle.CLOSED)
                .describedBy(FormMapper.DESCRIBED + told, told, describe)
                .spelling(new AnswerForm.Spelling(null, this::document));
    }

    private @Nullable Property property(JsonNode schema, boolean required) {
        JsonNode branches = schema.path("anyOf");
        if (branches.size() == 2 && schema.size() == (schema.has("description") ? 2 : 1)) {
            int other = isNull(branches.get(0)) ? 1 : 0;
            Property value = isNull(branches.get(1 - other)) ? property(branches.get(other), required) : null;
            return value == null ? null : new Property(value.written(), value.number(), true, required);
        }
        return switch (schema.path(TYPE).asText()) {
            case "string" -> new Property(schema.deepCopy(), false, false, required);
            case "number" -> isPlain(schema) ? number(NUMBER, required) : null;
            case "integer" -> isPlain(schema) ? number(integer(integerDigits), required) : null;
            default -> null;
        };
    }

    private static Property number(String pattern, boolean required) {
        return new Property(text().put("pattern", "^" + pattern + "$"), true, false, required);
    }

    /** A bound such as {@code minimum} holds for a number and not for its text. */
    private static boolean isPlain(JsonNode schema) {
        return schema.properties().stream().allMatch(entry -> PLAIN_KEYS.contains(entry.getKey()));
    }

    private static boolean isNull(JsonNode schema) {
        return schema.path(TYPE).asText().equals("null");
    }

    private static String typeOf(JsonNode schema) {
        return schema.path(TYPE).isTextual() ? schema.path(TYPE).asText() : "of several types";
    }

    private static ObjectNode text() {
        return JSON.createObjectNode().put(TYPE, "string");
    }

    /** The schema as the model was trained: every property required, those that may be missing nullable. */
    private ObjectNode schema(Function<Property, ObjectNode> value) {
        ObjectNode schema = JSON.createObjectNode().put(TYPE, "object");
        ObjectNode listed = schema.putObject("properties");
        ArrayNode required = schema.putArray("required");
        properties.forEach((name, property) -> {
            ObjectNode written = value.apply(property);
            if (property.mayBeNull()) {
                listed.putObject(name)
                        .putArray("anyOf")
                        .add(written)
                        .addObject()
                        .put(TYPE, "null");
            } else {
                listed.set(name, written);
            }
            required.add(name);
        });
        return schema;
    }

    /** The document that the caller asked for, of the one that the model wrote; one that was cut stays as it is. */
    private String document(String written) {
        JsonNode read;
        try {
            read = JSON.readTree(written);
        } catch (JsonProcessingException cut) {
            return written;
        }
        ObjectNode document = JSON.createObjectNode();
        properties.forEach((name, property) -> {
            JsonNode value = read.path(name);
            if (value.isTextual() && property.number()) {
                document.put(name, new BigDecimal(value.textValue()));
            } else if (!value.isNull() || property.nullable()) {
                document.set(name, value);
            }
        });
        return document.toString();
    }

    /** Pattern of an integer with this many digits at most. */
    static String integer(int digits) {
        return "-?(0|[1-9][0-9]{0," + (digits - 1) + "})";
    }

    static JsonNode read(String json) {
        try {
            return JSON.readTree(json);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
