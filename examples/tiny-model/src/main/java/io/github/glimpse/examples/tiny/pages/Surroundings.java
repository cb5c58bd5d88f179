package io.github.glimpse.examples.tiny.pages;

import io.github.glimpse.examples.tiny.drawing.Dice;
import io.github.glimpse.examples.tiny.drawing.Question;
import io.github.glimpse.examples.tiny.drawing.Split;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What chats have around the first edition's questions, in the trained wordings of conversations. Safe for concurrent use. */
public final class Surroundings {

    private static final int MOST_OPTIONS = 4;

    private Surroundings() {}

    /** A system message that changes no answer. */
    public static String system(Dice dice) {
        return say("SYSTEM", dice);
    }

    /**
     * The question with words around it: such as mean nothing for the answer, texts that do not answer it, or how the answer is to look.
     *
     * @param others further questions about the picture; some of their answers stand beside the right one where options are given
     */
    public static Question around(Question question, List<Question> others, Dice dice) {
        return switch (dice.below(8)) {
            case 0, 1 -> with(question, say("BEFORE", dice) + " " + question.text());
            case 2 -> with(question, question.text() + " " + say("BEHIND", dice));
            case 3 -> with(question, instructed(question, say("VALUE", dice), dice));
            case 4 -> question.kind().reads() ? capitals(question, dice) : with(question, noted(question, dice));
            case 5 -> options(question, others, dice);
            default -> with(question, noted(question, dice));
        };
    }

    private static String say(String use, Dice dice) {
        return ConversationMaker.INSTRUCTIONS.pick(use, Split.TRAIN, dice);
    }

    private static Question with(Question question, String text) {
        return new Question(
                question.kind(), text, question.places(), question.answer(), question.evidence(), question.pointers());
    }

    private static String instructed(Question question, String instruction, Dice dice) {
        return dice.chance(0.2) ? instruction + " " + question.text() : question.text() + " " + instruction;
    }

    /** Behind texts that tell the value of something else. */
    private static String noted(Question question, Dice dice) {
        String key;
        do {
            key = Words.any(Split.TRAIN, Words.Use.KEY, 0.1, dice);
        } while (key.equals(question.places().get("key")));
        String note = say("NOTE", dice).replace("{key}", key).replace("{value}", Words.value(Split.TRAIN, dice));
        String aside = say("ASIDE", dice)
                .replace("{item}", Words.any(Split.TRAIN, Words.Use.ITEM, 0, dice))
                .replace("{name}", dice.pick(Words.of(Split.TRAIN, Words.Use.NAME)));
        String texts = dice.chance(0.5) ? note + " " + aside : aside + " " + note;
        return say("FRONT", dice) + texts + "\n\n" + question.text();
    }

    private static Question capitals(Question question, Dice dice) {
        return new Question(
                question.kind(),
                instructed(question, say("CAPITALS", dice), dice),
                question.places(),
                question.answer().toUpperCase(Locale.ROOT),
                question.evidence(),
                question.pointers().stream()
                        .map(read -> new Question.Pointer(Character.toUpperCase(read.character()), read.cell()))
                        .toList());
    }

    /** A question without an answer gets none. */
    private static Question options(Question question, List<Question> others, Dice dice) {
        if (question.evidence().isEmpty()) {
            return question;
        }
        List<String> options = new ArrayList<>(List.of(question.answer()));
        for (Question other : others) {
            boolean alike = other.kind() == question.kind() && !other.evidence().isEmpty();
            if (alike && options.size() < MOST_OPTIONS && !options.contains(other.answer())) {
                options.add(other.answer());
            }
        }
        while (options.size() < 2) {
            String made = Words.value(Split.TRAIN, dice);
            if (!options.contains(made)) {
                options.add(made);
            }
        }
        dice.shuffle(options);
        return with(
                question,
                question.text() + " " + say("OPTIONS", dice).replace("{options}", String.join(", ", options)));
    }
}
