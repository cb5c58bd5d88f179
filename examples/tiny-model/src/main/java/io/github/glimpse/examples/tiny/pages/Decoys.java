package io.github.glimpse.examples.tiny.pages;

import io.github.glimpse.examples.tiny.drawing.Dice;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What is asked for and is not there: words that look like some that are, and others. */
final class Decoys {

    private static final double INVENTED = 0.15;

    private Decoys() {}

    /** Adds two absent words of a use; where one shares a word with what is there, it is taken first. */
    static void add(Sheet sheet, Fact.Kind kind, String place, Words.Use use, Collection<String> there) {
        add(sheet, kind, place, use, there, Map.of());
    }

    /** As above, with the words of the question's other places. */
    static void add(
            Sheet sheet,
            Fact.Kind kind,
            String place,
            Words.Use use,
            Collection<String> there,
            Map<String, String> others) {
        Dice dice = sheet.dice();
        List<String> absent = new ArrayList<>();
        List<String> alike = new ArrayList<>();
        for (String word : sheet.words(use)) {
            if (!there.contains(word)) {
                (there.stream().anyMatch(shown -> alike(shown, word)) ? alike : absent).add(word);
            }
        }
        if (!alike.isEmpty()) {
            sheet.add(Fact.absent(kind, with(others, place, dice.pick(alike))));
        }
        boolean invented = dice.chance(INVENTED) || absent.isEmpty(); // a large page may show or resemble every word
        String other = invented ? Words.syllables(dice.between(3, 8), dice) : dice.pick(absent);
        if (!there.contains(other)) {
            sheet.add(Fact.absent(kind, with(others, place, other)));
        }
    }

    private static Map<String, String> with(Map<String, String> others, String place, String word) {
        Map<String, String> places = new HashMap<>(others);
        places.put(place, word);
        return places;
    }

    /** Whether two keys share a word, or one begins with the other. */
    static boolean alike(String shown, String word) {
        return List.of(shown.split(" ")).stream()
                .anyMatch(part ->
                        List.of(word.split(" ")).contains(part) || (part.length() > 2 && word.startsWith(part)));
    }
}
