package io.github.glimpse.examples.tiny.evaluation;

import com.fasterxml.jackson.databind.JsonNode;
import dev.langchain4j.model.chat.request.json.JsonRawSchema;
import io.github.glimpse.examples.tiny.pages.Surroundings;

/**
 * An answer that says where on the page it stands, in the words and the schema of the library's page answers. Its box is not looked at: an
 * application that has the page's text finds the quote there.
 *
 * @param said what was said; a missing node if it is no JSON
 */
record CitedAnswer(JsonNode said) {

    static final JsonRawSchema SCHEMA = JsonRawSchema.from(Surroundings.CITATION_SCHEMA);

    static String question(String text) {
        return Surroundings.cited("receipt.png", text);
    }

    /**
     * Whether the answer and a quote that has it are there, or that nothing was found.
     *
     * @param answer that is right; empty if the page does not tell
     */
    boolean isRight(String answer) {
        if (answer.isEmpty()) {
            return said.has("found") && !said.path("found").asBoolean();
        }
        return said.path("found").asBoolean()
                && said.path("answer").asText().equals(answer)
                && said.path("quote").asText().contains(answer);
    }
}
