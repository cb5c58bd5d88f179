package io.github.glimpse.testing.chat;

import io.github.glimpse.testing.chat.ChatPlan.Answer;
import io.github.glimpse.testing.chat.ChatPlan.Call;
import io.github.glimpse.testing.chat.ChatPlan.Turn;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Script of a {@link ChatPlan}: the answer is the one that follows the last question or result in the prompt. Keeps the prompts.
 * Safe for concurrent use.
 */
public final class ScriptedChat implements UnaryOperator<String> {

    /** Some templates write a backslash and the letter n before a result. */
    private static final Pattern MARKER = Pattern.compile("(?:\\b|\\\\n)([QR]\\d\\d[a-z]?)\\b");

    private final AnswerScript script;
    private final Map<String, Answer> answers = new HashMap<>();
    private final List<String> prompts = new CopyOnWriteArrayList<>();

    /** Makes the script of a conversation. */
    public ScriptedChat(FormatCase format, ChatPlan plan) {
        script = new AnswerScript(format);
        for (Turn turn : plan.turns()) {
            String last = turn.question();
            for (Answer answer : turn.answers()) {
                answers.put(marker(last), answer);
                for (Call call : answer.calls()) {
                    last = call.result();
                }
            }
        }
    }

    @Override
    public String apply(String prompt) {
        prompts.add(prompt);
        return script.write(Objects.requireNonNull(answers.get(marker(prompt)), "answer of the plan"), prompt);
    }

    /** The prompts since the last call of this method. */
    public List<String> takePrompts() {
        List<String> taken = List.copyOf(prompts);
        prompts.clear();
        return taken;
    }

    /** The word that marks the last question or result of a text. */
    private static String marker(String text) {
        Matcher markers = MARKER.matcher(text);
        String last = "";
        while (markers.find()) {
            last = markers.group(1);
        }
        return last;
    }
}
