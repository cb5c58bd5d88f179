package io.github.glimpse.examples.extract;

import dev.langchain4j.model.chat.request.json.JsonAnyOfSchema;
import dev.langchain4j.model.chat.request.json.JsonNullSchema;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.request.json.JsonRawSchema;
import dev.langchain4j.model.chat.request.json.JsonSchema;
import dev.langchain4j.model.chat.request.json.JsonSchemaElement;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** Schemas of records: fields that an image may lack, and the fingerprint that rows are bound to. */
final class RecordSchema {

    private static final int SHOWN_BYTES = 6;

    private RecordSchema() {}

    /** The same schema with every field of the record required and nullable, so that an absent value is null and has a confidence. */
    static JsonSchema nullable(JsonSchema schema) {
        if (!(schema.rootElement() instanceof JsonObjectSchema object)) {
            return schema;
        }
        JsonObjectSchema.Builder fields = JsonObjectSchema.builder()
                .description(object.description())
                .additionalProperties(object.additionalProperties())
                .definitions(object.definitions())
                .required(new ArrayList<>(object.properties().keySet()));
        object.properties().forEach((name, value) -> fields.addProperty(name, nullable(value)));
        return JsonSchema.builder()
                .name(schema.name())
                .rootElement(fields.build())
                .build();
    }

    private static JsonSchemaElement nullable(JsonSchemaElement value) {
        return JsonAnyOfSchema.builder().anyOf(value, new JsonNullSchema()).build();
    }

    /** Name of the type and a fingerprint of all that the values of a row depend on, such as {@code Receipt-1f0c22a8b9d4}. */
    static String fingerprint(JsonSchema schema, List<String> settings) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            String text = schema.rootElement() instanceof JsonRawSchema raw
                    ? raw.schema()
                    : schema.rootElement().toString();
            digest.update(text.getBytes(StandardCharsets.UTF_8));
            for (String setting : settings) {
                digest.update((byte) 0);
                digest.update(setting.getBytes(StandardCharsets.UTF_8));
            }
            return schema.name() + "-" + HexFormat.of().formatHex(digest.digest(), 0, SHOWN_BYTES);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
