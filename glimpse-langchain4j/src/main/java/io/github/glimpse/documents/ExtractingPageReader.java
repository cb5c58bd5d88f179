package io.github.glimpse.documents;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.NonRetriableException;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ResponseFormat;
import dev.langchain4j.model.chat.request.ResponseFormatType;
import dev.langchain4j.model.chat.request.json.JsonSchema;

/**
 * Extracts each page into a record by one request whose answer is kept to a JSON schema. For models that know what a record is; a small
 * one that only answers questions is served by {@link AskingPageReader}.
 */
public final class ExtractingPageReader implements PageReader {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final ChatModel model;
    private final String prompt;
    private final JsonSchema schema;

    /**
     * Reads by a model.
     *
     * @param prompt what to extract
     * @param schema of the record, as {@code JsonSchemas.jsonSchemaFrom(type)} makes it of a Java type
     */
    public ExtractingPageReader(ChatModel model, String prompt, JsonSchema schema) {
        this.model = model;
        this.prompt = prompt;
        this.schema = schema;
    }

    @Override
    public String read(ImageContent page) {
        String answer = model.chat(ChatRequest.builder()
                        .messages(UserMessage.from(TextContent.from(prompt), page))
                        .responseFormat(ResponseFormat.builder()
                                .type(ResponseFormatType.JSON)
                                .jsonSchema(schema)
                                .build())
                        .build())
                .aiMessage()
                .text();
        StringBuilder text = new StringBuilder();
        try {
            write("", JSON.readTree(answer), text);
        } catch (JsonProcessingException e) {
            throw new NonRetriableException(
                    "The record of a page is no whole JSON document; raise the limit of output tokens", e);
        }
        return text.toString();
    }

    private static void write(String name, JsonNode node, StringBuilder text) {
        if (node.isObject()) {
            node.properties().forEach(field -> write(field.getKey(), field.getValue(), text));
        } else if (node.isArray()) {
            node.forEach(each -> write(name, each, text));
        } else if (!node.isNull() && !node.asText().isBlank()) {
            text.append(text.isEmpty() ? "" : "\n")
                    .append(name)
                    .append(name.isEmpty() ? "" : " ")
                    .append(node.asText());
        }
    }

    @Override
    public String label() {
        return "extract " + Integer.toHexString((prompt + schema).hashCode());
    }
}
