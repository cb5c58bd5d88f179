package io.github.glimpse.examples.tiny.pages;

import io.github.glimpse.examples.tiny.drawing.Dice;
import io.github.glimpse.examples.tiny.drawing.Phrasings;
import io.github.glimpse.examples.tiny.drawing.Split;
import io.github.glimpse.examples.tiny.drawing.Vocabulary;
import io.github.glimpse.examples.tiny.pages.PageMaker.Panel;
import java.util.List;
import java.util.Objects;

/** What an edition can tell of a page: its words and characters, and how closely they may stand. */
public enum Repertoire {
    /** Keys of its vocabulary, three characters of one line are told by a cell; no tables, and no bars but its own. */
    FIRST,
    /** Words of any kind, spelled, six characters in a cell. */
    SECOND;

    private static final int TRIES = 50;
    private static final int LONG_VALUE = 6;
    private static final double ROOMY = 0.5;
    /** Share of the first edition's values that are long: by themselves a third is. */
    private static final double LONG = 0.25;

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
        int shortest = this == FIRST && dice.chance(LONG) ? LONG_VALUE : 1;
        String value = Words.value(split, dice);
        for (int i = 0; i < TRIES && !(tells(value) && value.length() >= shortest); i++) {
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

    /** How the writing of a page is spaced: that of the first edition now and then so that each cell can tell all that is in it. */
    Spacing spacing(Dice dice) {
        return this == FIRST && dice.chance(ROOMY) ? Spacing.ROOMY : Spacing.NATURAL;
    }
}
