package io.github.glimpse.generate;

import io.github.glimpse.form.AnswerForm;
import io.github.glimpse.generate.ChatTurn.Part;
import io.github.glimpse.generate.ChatTurn.Role;
import io.github.glimpse.generate.ChatTurn.Text;
import java.util.ArrayList;
import java.util.List;

/**
 * Tells the model in the prompt of the form that its answer will have: behind the system text, so that the question, by which
 * image tokens are chosen, stays what the user asked.
 */
final class FormPrompt {

    /** A schema has some hundred tokens; tools, which come with all their schemas, need more. */
    private static final int LEAST_CONTEXT = 2_048;

    private FormPrompt() {}

    /**
     * The conversation with the form's description, where it is wanted.
     *
     * @param showsSystem whether the chat template has a place for system text; else it comes before the first question
     */
    static GenerationRequest described(GenerationRequest request, int contextLength, boolean showsSystem) {
        AnswerForm.Description description =
                request.form() == null ? null : request.form().description();
        if (description == null || !isWanted(description, request.turns(), contextLength)) {
            return request;
        }
        List<ChatTurn> turns = new ArrayList<>(request.turns());
        Role role = showsSystem ? Role.SYSTEM : Role.USER;
        int place = 0;
        while (place < turns.size() && turns.get(place).role() != role) {
            place++;
        }
        if (place == turns.size()) {
            turns.add(0, new ChatTurn(role, List.of(new Text(description.text()))));
        } else {
            ChatTurn turn = turns.get(place);
            turns.set(place, turn.withParts(with(turn.parts(), description.text(), showsSystem)));
        }
        return request.withTurns(turns);
    }

    private static boolean isWanted(AnswerForm.Description description, List<ChatTurn> turns, int contextLength) {
        return switch (description.when()) {
            case ALWAYS -> true;
            case NEVER -> false;
            case WHERE_ROOM ->
                contextLength >= LEAST_CONTEXT
                        && turns.stream()
                                .flatMap(turn -> turn.parts().stream())
                                .noneMatch(part ->
                                        part instanceof Text text && text.text().contains(description.sign()));
        };
    }

    private static List<Part> with(List<Part> parts, String description, boolean behind) {
        List<Part> more = new ArrayList<>(parts);
        int place = behind ? parts.size() - 1 : 0;
        while (place >= 0 && place < parts.size() && !(parts.get(place) instanceof Text)) {
            place += behind ? -1 : 1;
        }
        if (place < 0 || place == parts.size()) {
            more.add(new Text(description));
        } else {
            String text = ((Text) parts.get(place)).text();
            more.set(place, new Text(behind ? text + "\n\n" + description : description + "\n\n" + text));
        }
        return more;
    }
}
