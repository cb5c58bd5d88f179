package io.github.glimpse.examples.tiny.pages;

import java.awt.Shape;

/** Letters of one face in two weights. Safe for concurrent use. */
interface Lettering {

    /** How heavy letters are. */
    enum Weight {
        PLAIN,
        BOLD
    }

    /** The family that the face is of. */
    String family();

    /** Whether it has the character. */
    boolean draws(char character);

    /**
     * The outline of a character: pen at 0, baseline at 0, downwards.
     *
     * @param cap height of a capital in pixels
     */
    Shape outline(char character, double cap, Weight weight);

    /** How far the pen goes on behind the character, in pixels. */
    double advance(char character, double cap, Weight weight);
}
