package io.github.glimpse.examples.tiny.pages;

import io.github.glimpse.examples.tiny.drawing.Split;
import java.util.ArrayList;
import java.util.List;

/** The words that pages of the training show and that questions about them name. */
public final class TrainedWords {

    private TrainedWords() {}

    /** Keys, items, columns and the like, colours and known shapes, in a fixed order. */
    public static List<String> all() {
        List<String> words = new ArrayList<>();
        for (Words.Use use : Words.Use.values()) {
            if (use != Words.Use.NAME) {
                words.addAll(Words.of(Split.TRAIN, use));
            }
        }
        words.addAll(Shades.NAMES);
        Outline.KNOWN.forEach(outline -> words.add(outline.word()));
        return List.copyOf(words);
    }
}
