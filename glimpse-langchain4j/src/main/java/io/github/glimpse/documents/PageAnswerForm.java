package io.github.glimpse.documents;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.langchain4j.model.chat.request.ResponseFormat;
import dev.langchain4j.model.chat.request.ResponseFormatType;
import dev.langchain4j.model.chat.request.json.JsonRawSchema;
import dev.langchain4j.model.chat.request.json.JsonSchema;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a model says an answer with its place: as JSON that is kept to a schema, in which "not found" is a document of its own, so that a
 * model need not invent; or as plain text, for models that were not taught to write records, with sentences that say "not found".
 *
 * @param refusals what stands for "not found" in plain text; null for JSON
 * @param boxes what the numbers of boxes in JSON mean
 */
public record PageAnswerForm(@Nullable List<String> refusals, Boxes boxes) {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int MOST_PIXELS = 16384;

    /** Copies the list. */
    public PageAnswerForm {
        refusals = refusals == null ? null : List.copyOf(refusals);
    }

    /** What the numbers of a model's boxes mean. */
    public enum Boxes {
        /** 0 to 1000 from the left and from the top: Qwen3-VL, and what most models can be asked for. */
        THOUSANDTHS,
        /** Pixels of the picture that the processor made: Qwen2.5-VL as it was trained. */
        RESIZED_PIXELS
    }

    /** JSON, with boxes from 0 to 1000. */
    public static PageAnswerForm json() {
        return new PageAnswerForm(null, Boxes.THOUSANDTHS);
    }

    /** JSON, with boxes of this kind. */
    public static PageAnswerForm json(Boxes boxes) {
        return new PageAnswerForm(null, boxes);
    }

    /** Plain text, in which each of these sentences says that the page does not answer. */
    public static PageAnswerForm plain(String... refusals) {
        return new PageAnswerForm(List.of(refusals), Boxes.THOUSANDTHS);
    }

    /**
     * What a model said.
     *
     * @param page number of the page among those of the request, from 1
     * @param box four numbers, null if none were given
     */
    record Said(boolean found, String text, int page, double @Nullable [] box, String quote) {

        private static final Said NOTHING = new Said(false, "", 0, null, "");
    }

    boolean isJson() {
        return refusals == null;
    }

    /** What is asked of the model besides the question; nothing in plain text. */
    String instruction(int pages) {
        return "Answer from the " + (pages == 1 ? "page" : pages + " pages")
                + " above, as JSON: found, answer, page (its number), box (left, top, right, bottom of the answer on the page, "
                + (boxes == Boxes.THOUSANDTHS ? "each from 0 to 1000" : "in pixels")
                + "), quote (the words on the page that say so). If they do not answer, {\"found\": false}.";
    }

    ResponseFormat format(int pages) {
        int most = boxes == Boxes.THOUSANDTHS ? PageMapping.THOUSAND : MOST_PIXELS;
        String found = "{\"type\":\"object\",\"properties\":{\"found\":{\"const\":true},"
                + "\"answer\":{\"type\":\"string\",\"minLength\":1,\"maxLength\":400},"
                + "\"page\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":" + pages + "},"
                + "\"box\":{\"type\":\"array\",\"items\":{\"type\":\"integer\",\"minimum\":0,\"maximum\":" + most
                + "},\"minItems\":4,\"maxItems\":4},"
                + "\"quote\":{\"type\":\"string\",\"maxLength\":400}},"
                + "\"required\":[\"found\",\"answer\",\"page\",\"box\",\"quote\"],\"additionalProperties\":false}";
        String nothing = "{\"type\":\"object\",\"properties\":{\"found\":{\"const\":false}},\"required\":[\"found\"],"
                + "\"additionalProperties\":false}";
        return ResponseFormat.builder()
                .type(ResponseFormatType.JSON)
                .jsonSchema(JsonSchema.builder()
                        .name("answer")
                        .rootElement(JsonRawSchema.from("{\"anyOf\":[" + found + "," + nothing + "]}"))
                        .build())
                .build();
    }

    /** What an answer says; an answer that is no whole document says nothing. */
    Said read(String answer) {
        if (refusals != null) {
            return new SaidInVain(refusals).is(answer) ? Said.NOTHING : new Said(true, answer.strip(), 1, null, "");
        }
        try {
            JsonNode node = JSON.readTree(answer);
            if (!node.path("found").asBoolean() || node.path("answer").asText().isBlank()) {
                return Said.NOTHING;
            }
            JsonNode box = node.path("box");
            double[] corners = box.size() == 4
                    ? new double[] {
                        box.path(0).asDouble(),
                        box.path(1).asDouble(),
                        box.path(2).asDouble(),
                        box.path(3).asDouble()
                    }
                    : null;
            return new Said(
                    true,
                    node.path("answer").asText(),
                    node.path("page").asInt(1),
                    corners,
                    node.path("quote").asText());
        } catch (JsonProcessingException e) {
            return Said.NOTHING;
        }
    }
}
