package io.github.glimpse.examples.tiny.drawing;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Puts a question into words as users do: now with a capital, now with a mark at the end, now with neither. */
public final class Wording {

    private static final int DROPS = 2;
    private static final double DROPPED = 0.4;
    private static final int LEAST_WORDS = 2;

    private final Split split;
    private final Dice dice;

    /** Phrasings of a split, chosen by chance. */
    public Wording(Split split, Dice dice) {
        this.split = split;
        this.dice = dice;
    }

    /** A phrasing of the kind with its places filled. */
    public String of(QuestionKind kind, Map<String, String> places) {
        String phrasing = dice.pick(Phrasings.of(kind, split));
        return fill(split == Split.TRAIN ? shortened(phrasing) : phrasing, places);
    }

    /**
     * Now and then without one or two words that it can do without: who has learned whole sentences does not understand a new one.
     * What is held out for the test never comes out.
     */
    private String shortened(String phrasing) {
        String text = phrasing;
        for (int i = 0; i < DROPS && dice.chance(DROPPED); i++) {
            List<String> words = new ArrayList<>(List.of(text.split(" ")));
            int at = dice.below(words.size());
            if (words.size() > LEAST_WORDS && Phrasings.FILLERS.contains(words.get(at))) {
                words.remove(at);
                String left = String.join(" ", words);
                text = Phrasings.heldOut(left) ? text : left;
            }
        }
        return text;
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
