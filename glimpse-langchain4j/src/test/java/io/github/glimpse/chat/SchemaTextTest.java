package io.github.glimpse.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.model.chat.request.json.JsonAnyOfSchema;
import dev.langchain4j.model.chat.request.json.JsonArraySchema;
import dev.langchain4j.model.chat.request.json.JsonEnumSchema;
import dev.langchain4j.model.chat.request.json.JsonNullSchema;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.request.json.JsonRawSchema;
import dev.langchain4j.model.chat.request.json.JsonReferenceSchema;
import org.junit.jupiter.api.Test;

class SchemaTextTest {

    @Test
    void writesEveryKindOfElementInTheOrderOfItsProperties() {
        JsonObjectSchema schema = JsonObjectSchema.builder()
                .description("a \"thing\"")
                .addStringProperty("z", "last letter")
                .addIntegerProperty("count")
                .addNumberProperty("share")
                .addBooleanProperty("flag")
                .addProperty(
                        "kind", JsonEnumSchema.builder().enumValues("A", "B").build())
                .addProperty(
                        "items",
                        JsonArraySchema.builder()
                                .items(JsonReferenceSchema.builder()
                                        .reference("a/b")
                                        .build())
                                .build())
                .addProperty(
                        "either",
                        JsonAnyOfSchema.builder()
                                .anyOf(new JsonNullSchema(), JsonRawSchema.from("{\"const\": 1}"))
                                .build())
                .required("z", "count")
                .additionalProperties(false)
                .definitions(java.util.Map.of(
                        "a/b", JsonObjectSchema.builder().addStringProperty("n").build()))
                .build();

        assertThat(SchemaText.of(schema))
                .isEqualTo("{\"type\":\"object\",\"description\":\"a \\\"thing\\\"\",\"properties\":{\"z\":{\"type\":"
                        + "\"string\",\"description\":\"last letter\"},\"count\":{\"type\":\"integer\"},\"share\":"
                        + "{\"type\":\"number\"},\"flag\":{\"type\":\"boolean\"},\"kind\":{\"type\":\"string\",\"enum\":"
                        + "[\"A\",\"B\"]},\"items\":{\"type\":\"array\",\"items\":{\"$ref\":\"#/$defs/a~1b\"}},"
                        + "\"either\":{\"anyOf\":[{\"type\":\"null\"},{\"const\":1}]}},\"required\":[\"z\",\"count\"],"
                        + "\"additionalProperties\":false,\"$defs\":{\"a/b\":{\"type\":\"object\",\"properties\":{\"n\":"
                        + "{\"type\":\"string\"}}}}}");
    }

    @Test
    void anObjectWithoutPropertiesIsOpenAndAToolWithoutParametersIsNot() {
        assertThat(SchemaText.of(JsonObjectSchema.builder().build())).isEqualTo("{\"type\":\"object\"}");
        assertThat(SchemaText.ofParameters(null))
                .isEqualTo("{\"type\":\"object\",\"properties\":{},\"required\":[]}")
                .isEqualTo(SchemaText.ofParameters(JsonObjectSchema.builder().build()));
    }

    @Test
    void aRawSchemaThatIsNoSchemaIsRefused() {
        for (String text : new String[] {"{", "3", "\"x\"", ""}) {
            assertThatThrownBy(() -> SchemaText.of(JsonRawSchema.from(text)))
                    .as(text)
                    .isInstanceOfAny(InvalidRequestException.class, IllegalArgumentException.class);
        }
    }
}
