package io.github.glimpse.spring.openai;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.langchain4j.model.chat.request.ResponseFormat;
import dev.langchain4j.model.chat.request.ResponseFormatType;
import dev.langchain4j.model.chat.request.json.JsonRawSchema;
import dev.langchain4j.model.chat.request.json.JsonSchema;
import io.github.glimpse.chat.GlimpseChatRequestParameters;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Fields of a request for the form of its answer: OpenAI's {@code response_format} and those of other servers. */
final class FormReader {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private static final String OFFICIAL = "response_format";

    /** Fields of which a request has at most one. */
    private static final List<String> NAMES = List.of(
            OFFICIAL, "guided_choice", "guided_regex", "guided_json", "structured_outputs", "json_schema", "format");

    private static final Set<String> STRUCTURED = Set.of("json", "regex", "choice", "json_object");

    private FormReader() {}

    /** Adds the form that a request asks for. */
    static void read(JsonField body, GlimpseChatRequestParameters.Builder parameters) {
        List<JsonField> set = NAMES.stream()
                .map(body::at)
                .filter(field -> field.isSet() && (field.path().equals(OFFICIAL) || !field.isEmpty()))
                .filter(field ->
                        !field.at("type").isText() || !field.at("type").text().equals("text"))
                .toList();
        if (set.isEmpty()) {
            return;
        }
        JsonField field = set.get(0);
        if (set.size() > 1) {
            throw set.get(1).invalid("does not go together with " + field.path() + "; send one of them");
        }
        switch (field.path()) {
            case "guided_choice" -> parameters.choice(texts(field));
            case "guided_regex" -> parameters.regex(field.text());
            case "guided_json", "json_schema" -> parameters.responseFormat(schema(field, null));
            case "structured_outputs" -> structured(field, parameters);
            case "format" -> parameters.responseFormat(ollama(field));
            default -> parameters.responseFormat(format(field));
        }
    }

    private static List<String> texts(JsonField field) {
        return field.list().stream().map(JsonField::text).toList();
    }

    /** vLLM's newer form of the {@code guided_} fields. */
    private static void structured(JsonField field, GlimpseChatRequestParameters.Builder parameters) {
        List<JsonField> set = field.entries().stream()
                .map(entry -> entry.getValue())
                .filter(each -> each.isSet() && !each.isFalse())
                .toList();
        for (JsonField each : set) {
            String name = each.path().substring(field.path().length() + 1);
            if (!STRUCTURED.contains(name)) {
                throw each.unsupported("send json, regex, choice or json_object");
            }
        }
        if (set.size() > 1) {
            throw set.get(1).invalid("does not go together with " + set.get(0).path() + "; send one of them");
        }
        Stream.of(field.at("json"))
                .filter(JsonField::isSet)
                .forEach(each -> parameters.responseFormat(schema(each, null)));
        Stream.of(field.at("regex")).filter(JsonField::isSet).forEach(each -> parameters.regex(each.text()));
        Stream.of(field.at("choice")).filter(JsonField::isSet).forEach(each -> parameters.choice(texts(each)));
        if (field.at("json_object").isTrue()) {
            parameters.responseFormat(anyObject());
        }
    }

    private static ResponseFormat ollama(JsonField field) {
        if (!field.isText()) {
            return schema(field, null);
        }
        if (!field.text().equals("json")) {
            throw field.unsupported("send json or a JSON schema");
        }
        return anyObject();
    }

    private static ResponseFormat format(JsonField format) {
        return switch (format.at("type").text()) {
            case "json_object" -> format.at("schema").isSet() ? schema(format.at("schema"), null) : anyObject();
            case "json_schema" ->
                schema(
                        format.at("json_schema").at("schema"),
                        format.at("json_schema").at("name").textOrNull());
            default -> throw format.at("type").unsupported("send text, json_object or json_schema");
        };
    }

    private static ResponseFormat anyObject() {
        return ResponseFormat.builder().type(ResponseFormatType.JSON).build();
    }

    /**
     * JSON of a schema.
     *
     * @param field an object, or its text, which the fields of other servers may be
     */
    private static ResponseFormat schema(JsonField field, @Nullable String name) {
        JsonNode schema = field.isText() ? parsed(field) : field.object();
        return ResponseFormat.builder()
                .type(ResponseFormatType.JSON)
                .jsonSchema(JsonSchema.builder()
                        .name(name == null || name.isBlank() ? "answer" : name)
                        .rootElement(JsonRawSchema.from(schema.toString()))
                        .build())
                .build();
    }

    private static JsonNode parsed(JsonField field) {
        try {
            JsonNode schema = JSON.readTree(field.text());
            if (schema != null && schema.isObject()) {
                return schema;
            }
        } catch (JsonProcessingException e) {
            // Refused as any other text.
        }
        throw field.invalid("has to be a JSON schema, as an object or as its text");
    }
}
