package io.github.glimpse.examples.tiny.drawing;

import java.util.Locale;
import java.util.Map;

/** Puts a question into words as users do: now with a capital, now with a mark at the end, now with neither. */
final class Wording {

    private final Split split;
    private final Dice dice;

    Wording(Split split, Dice dice) {
        this.split = split;
        this.dice = dice;
    }

    /** A phrasing of the kind with its places filled. */
    String of(QuestionKind kind, Map<String, String> places) {
        return fill(dice.pick(Phrasings.of(kind, split)), places);
    }

    private String fill(String phrasing, Map<String, String> places) {
        String text = phrasing;
        for (Map.Entry<String, String> place : places.entrySet()) {
            text = text.replace("{" + place.getKey() + "}", place.getValue());
        }
        text = text.replace("{a}", "orange".equals(places.get("colour")) ? "an" : "a");
        if (dice.chance(0.6)) {
            text = text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1);
        }
        return switch (dice.below(5)) {
            case 0 -> text;
            case 1 -> text + " ?";
            default -> text + (asks(phrasing) ? "?" : ".");
        };
    }

    private static boolean asks(String phrasing) {
        return phrasing.matches("(what|what's|how|which|can|is|do|does|who|where|why|the)\\b.*|\\{key}");
    }
}
