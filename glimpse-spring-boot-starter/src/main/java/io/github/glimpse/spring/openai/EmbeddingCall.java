package io.github.glimpse.spring.openai;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.model.embedding.request.EmbeddingInput;
import dev.langchain4j.model.embedding.request.EmbeddingRequest;
import dev.langchain4j.model.embedding.response.EmbeddingResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A request for vectors of texts and, as an extension, of pictures: {@code {"image": "data:image/png;base64,…"}} in the place of a
 * text.
 *
 * @param model that is wanted; null leaves it to the server
 * @param base64 whether vectors come as bytes, float32 with the lowest byte first
 * @param request the same for a model
 */
record EmbeddingCall(@Nullable String model, boolean base64, EmbeddingRequest request) {

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    /**
     * Reads a request.
     *
     * @throws OpenAiException if it cannot work, by the path of what is wrong
     */
    static EmbeddingCall read(JsonField body) {
        if (body.at("dimensions").isSet()) {
            throw body.at("dimensions").unsupported("vectors are as long as the model makes them");
        }
        return new EmbeddingCall(
                body.at("model").textOrNull(),
                base64(body.at("encoding_format")),
                EmbeddingRequest.builder().inputs(inputs(body.at("input"))).build());
    }

    private static boolean base64(JsonField format) {
        String text = format.textOrNull();
        if (text == null || text.equals("float")) {
            return false;
        }
        if (!text.equals("base64")) {
            throw format.invalid("has to be float or base64");
        }
        return true;
    }

    private static List<EmbeddingInput> inputs(JsonField input) {
        List<EmbeddingInput> inputs =
                input.isList() ? input.list().stream().map(EmbeddingCall::input).toList() : List.of(input(input));
        if (inputs.isEmpty()) {
            throw input.invalid("has nothing in it");
        }
        return inputs;
    }

    private static EmbeddingInput input(JsonField input) {
        if (input.isObject()) {
            return EmbeddingInput.from(MessageReader.picture(input.at("image")));
        }
        if (!input.isText()) {
            throw input.unsupported("send texts, or pictures as {\"image\": \"data:image/png;base64,…\"}");
        }
        if (input.text().isBlank()) {
            throw input.invalid("is blank");
        }
        return EmbeddingInput.from(TextContent.from(input.text()));
    }

    /** The official shape of the answer. */
    ObjectNode answer(String name, EmbeddingResponse response) {
        ObjectNode body = NODES.objectNode().put("object", "list");
        ArrayNode data = body.putArray("data");
        List<Embedding> embeddings = response.embeddings();
        for (int index = 0; index < embeddings.size(); index++) {
            ObjectNode entry = data.addObject().put("object", "embedding").put("index", index);
            float[] vector = embeddings.get(index).vector();
            if (base64) {
                entry.put("embedding", bytes(vector));
            } else {
                ArrayNode numbers = entry.putArray("embedding");
                for (float number : vector) {
                    numbers.add(number);
                }
            }
        }
        body.put("model", name);
        ObjectNode usage = AnswerJson.usage(response.metadata().tokenUsage(), 0);
        usage.remove(List.of("completion_tokens", "prompt_tokens_details"));
        body.set("usage", usage);
        return body;
    }

    private static String bytes(float[] vector) {
        ByteBuffer bytes = ByteBuffer.allocate(vector.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(vector);
        return Base64.getEncoder().encodeToString(bytes.array());
    }
}
