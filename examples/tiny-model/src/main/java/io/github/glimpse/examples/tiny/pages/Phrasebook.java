package io.github.glimpse.examples.tiny.pages;

import io.github.glimpse.examples.tiny.drawing.Dice;
import io.github.glimpse.examples.tiny.drawing.Split;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * How facts are asked for: the {@link Grammar} of {@code questions.txt}.
 */
public final class Phrasebook {

    /** The answer to what is not on a page. */
    public static final String ABSENT = "It is not on this picture.";

    /** The answer to what is there and cannot be told. */
    public static final String UNREADABLE = "It cannot be read on this picture.";

    private static final Pattern QUESTION =
            Pattern.compile("(?i)(what|which|how|is|are|was|do|does|did|can|could|would|in which|in what)\\b.*");
    private static final Grammar QUESTIONS = new Grammar("questions.txt");

    private Phrasebook() {}

    /** The phrasings that a split may use; those of the test are trained nowhere. */
    static List<String> of(Fact.Kind kind, Split split) {
        return QUESTIONS.of(kind.name(), split);
    }

    /** A question for a fact, as users write: now with a capital, now with a mark at the end, now with neither. */
    static String ask(Fact fact, Split split, Dice dice) {
        String text = dice.pick(of(fact.kind(), split));
        boolean asks = QUESTION.matcher(text).matches();
        for (Map.Entry<String, String> place : fact.places().entrySet()) {
            text = text.replace("{" + place.getKey() + "}", place.getValue());
        }
        text = text.replaceAll("\\ba (?=[aeiou])", "an ");
        if (dice.chance(0.3)) {
            text = text.substring(0, 1).toLowerCase(Locale.ROOT) + text.substring(1);
        }
        return switch (dice.below(4)) {
            case 0 -> text;
            case 1 -> text + (asks ? " ?" : ".");
            default -> text + (asks ? "?" : ".");
        };
    }

    /** The right answer to a fact. */
    static String answer(Fact fact) {
        return switch (fact.outcome()) {
            case ANSWERED -> fact.answer();
            case ABSENT -> ABSENT;
            case UNREADABLE -> UNREADABLE;
        };
    }

    /** Every word of every phrasing that is trained, for the vocabulary. */
    public static List<String> trainedTexts() {
        List<String> texts = new ArrayList<>();
        for (Fact.Kind kind : Fact.Kind.values()) {
            texts.addAll(of(kind, Split.TRAIN));
        }
        return texts;
    }
}
