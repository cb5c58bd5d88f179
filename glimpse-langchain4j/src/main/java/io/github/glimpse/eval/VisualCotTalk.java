package io.github.glimpse.eval;

import com.fasterxml.jackson.databind.JsonNode;

/** The conversation form of the Visual-CoT benchmark: question, box, picture, answer. */
final class VisualCotTalk {

    private static final String PICTURE = "<image>";
    private static final String BOX_REQUEST = "Please provide the bounding box coordinate";

    private VisualCotTalk() {}

    /** The first message without the picture's place and without the request for a box. */
    static String question(JsonNode row, String where) {
        String value = value(row.path("conversations").path(0), where);
        int request = value.indexOf(BOX_REQUEST);
        String question = (request < 0 ? value : value.substring(0, request))
                .replace(PICTURE, " ")
                .strip();
        if (question.isEmpty()) {
            throw new EvaluationDataException(where + ": the first message of conversations has no question");
        }
        return question;
    }

    /** The last message. */
    static String answer(JsonNode row, String where) {
        JsonNode messages = row.path("conversations");
        if (messages.size() < 2) {
            throw new EvaluationDataException(where + ": conversations has no answer, it needs at least two messages");
        }
        return value(messages.path(messages.size() - 1), where);
    }

    private static String value(JsonNode message, String where) {
        if (!message.path("value").isTextual()) {
            throw new EvaluationDataException(where + ": a message of conversations has no text 'value'");
        }
        return message.path("value").textValue();
    }
}
