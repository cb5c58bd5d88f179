package io.github.glimpse.testing.chat;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A conversation with tools whose answers are fixed. Each question, result, text and thought contains a word that no other of
 * them has.
 *
 * @param turns questions with the answers that follow
 */
public record ChatPlan(List<Turn> turns) {

    /**
     * A question and the answers to it: all but the last one call tools.
     *
     * @param question text of the user
     * @param image whether the user sends an image too
     */
    public record Turn(String question, boolean image, List<Answer> answers) {}

    /**
     * An answer of the model.
     *
     * @param thinking thought before it; null if there is none
     * @param text text of the answer; null if there is none
     * @param calls tool calls in their order
     */
    public record Answer(
            @Nullable String thinking, @Nullable String text, List<Call> calls) {}

    /**
     * A tool call.
     *
     * @param name name of the tool
     * @param arguments in the order in which the model writes them
     * @param result text of the result
     * @param image whether the result has an image too
     */
    public record Call(String name, Map<String, Object> arguments, String result, boolean image) {}

    /** All answers in their order. */
    @JsonIgnore
    public List<Answer> answers() {
        List<Answer> answers = new ArrayList<>();
        turns.forEach(turn -> answers.addAll(turn.answers()));
        return answers;
    }
}
