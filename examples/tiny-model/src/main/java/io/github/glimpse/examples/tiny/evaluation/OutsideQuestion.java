package io.github.glimpse.examples.tiny.evaluation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * A question of a suite that {@code outside.py} has drawn.
 *
 * @param line of the suite
 * @param turns of the conversation; the last is what is asked
 * @param answer that is right; empty if it must be refused
 * @param fields that are asked for, with their values as JSON, null where there is none; null if a text is asked for
 * @param options to choose from; empty if the answer is free
 * @param zoom whether the tool {@code zoom} must be called, which is offered then; null if it is not offered
 * @param cited whether the answer is to say where it stands, as of a page of a document
 * @param unreadable whether it must be refused because it is too small to be read
 * @param seen number of the picture that the boxes lie in, from 0
 * @param boxes of what must be seen: left, top, right, bottom in pixels; none where nothing bears on it
 */
record OutsideQuestion(
        String line,
        List<Turn> turns,
        String answer,
        @Nullable JsonNode fields,
        List<String> options,
        @Nullable Boolean zoom,
        boolean cited,
        boolean unreadable,
        int seen,
        List<double[]> boxes) {

    /** What a turn says, with the pictures that go with it. */
    record Turn(Role role, String text, List<Path> pictures) {}

    /** Who says it. */
    enum Role {
        SYSTEM,
        USER,
        ASSISTANT
    }

    private static final String QUESTIONS = "questions.jsonl";
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Reads all questions of a folder. */
    static List<OutsideQuestion> read(Path suite) {
        List<OutsideQuestion> all = new ArrayList<>();
        try {
            for (String line : Files.readAllLines(suite.resolve(QUESTIONS), StandardCharsets.UTF_8)) {
                all.add(of(suite, JSON.readTree(line)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("The suite '" + suite + "' cannot be read; outside.py draws it", e);
        }
        return all;
    }

    private static OutsideQuestion of(Path suite, JsonNode node) {
        boolean cited = node.path("cited").asBoolean();
        List<Turn> turns = each(node.path("turns"))
                .map(turn -> new Turn(
                        Role.valueOf(turn.path("role").asText()),
                        cited
                                ? CitedAnswer.question(turn.path("text").asText())
                                : turn.path("text").asText(),
                        each(turn.path("pictures"))
                                .map(name -> suite.resolve(name.asText()))
                                .toList()))
                .toList();
        return new OutsideQuestion(
                node.path("line").asText(),
                turns,
                node.path("answer").asText(),
                node.get("fields"),
                each(node.path("options")).map(JsonNode::asText).toList(),
                node.has("zoom") ? node.path("zoom").asBoolean() : null,
                cited,
                node.path("unreadable").asBoolean(),
                node.path("seen").asInt(),
                each(node.path("boxes"))
                        .map(box -> each(box).mapToDouble(JsonNode::asDouble).toArray())
                        .toList());
    }

    private static Stream<JsonNode> each(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false);
    }
}
