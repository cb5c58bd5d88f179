package io.github.glimpse.examples.tiny.pages;

import io.github.glimpse.examples.tiny.drawing.CellLabels;
import io.github.glimpse.examples.tiny.drawing.Dice;
import io.github.glimpse.examples.tiny.drawing.PageSize;
import io.github.glimpse.examples.tiny.drawing.Phrasings;
import io.github.glimpse.examples.tiny.drawing.Split;
import io.github.glimpse.examples.tiny.drawing.Vocabulary;
import io.github.glimpse.examples.tiny.pages.PageMaker.Panel;
import java.util.List;
import java.util.Objects;

/** What an edition can tell of a page: its words and characters, and how closely they may stand. */
public enum Repertoire {
    /** Keys of its vocabulary, three characters of one line in a cell; no tables, and no bars but its own. */
    FIRST,
    /** Words of any kind, spelled, six characters in a cell. */
    SECOND;

    private static final int TRIES = 50;

    private static final List<Panel> FIRST_SHARES = List.of(
            Panel.FORM,
            Panel.FORM,
            Panel.FORM,
            Panel.FORM,
            Panel.FORM,
            Panel.FORM,
            Panel.SIGNS,
            Panel.SIGNS,
            Panel.BARS,
            Panel.SHAPES,
            Panel.SHAPES,
            Panel.TEXT);
    private static final List<Panel> SECOND_SHARES = List.of(
            Panel.FORM,
            Panel.FORM,
            Panel.FORM,
            Panel.FORM,
            Panel.FORM,
            Panel.TABLE,
            Panel.TABLE,
            Panel.SIGNS,
            Panel.SIGNS,
            Panel.BARS,
            Panel.BARS,
            Panel.SHAPES,
            Panel.SHAPES,
            Panel.TEXT);

    /** Kinds of panels, each as often as it is painted. */
    List<Panel> shares() {
        return this == FIRST ? FIRST_SHARES : SECOND_SHARES;
    }

    /** The words of a use. */
    List<String> words(Split split, Words.Use use) {
        return this == FIRST && use == Words.Use.KEY
                ? Objects.requireNonNull(Phrasings.places().get("key"))
                : Words.of(split, use);
    }

    /** A word of the use, now and then one that was never seen before. */
    String any(Split split, Words.Use use, double invented, Dice dice) {
        return Words.any(words(split, use), invented, dice);
    }

    /** A value of one to ten characters; which kind does not depend on what it is the value of. */
    String value(Split split, Dice dice) {
        String value = Words.value(split, dice);
        for (int i = 0; i < TRIES && !tells(value); i++) {
            value = Words.value(split, dice);
        }
        return value;
    }

    /** Whether all its characters have a class. */
    boolean tells(String text) {
        return this == SECOND || text.chars().allMatch(character -> Vocabulary.DRAWN.indexOf(character) >= 0);
    }

    /** Smallest capital, in pixels. */
    double smallestCap() {
        return this == FIRST ? 13 : 11;
    }

    /** Least distance of two lines, in pixels; two in one cell cannot be told by three characters. */
    double leastPitch() {
        return this == FIRST ? PageSize.CELL : 0;
    }

    /** Least distance of a character from the one that would not have room in its cell, in pixels; 0 for none. */
    double leastRun() {
        return this == FIRST ? PageSize.CELL : 0;
    }

    /** How many characters on is the one that would not have room. */
    int run() {
        return this == FIRST ? CellLabels.SLOTS : PageCells.SLOTS;
    }
}
