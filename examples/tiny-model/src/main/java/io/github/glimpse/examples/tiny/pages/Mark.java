package io.github.glimpse.examples.tiny.pages;

import io.github.glimpse.examples.tiny.drawing.CellRole;

/**
 * A character on a page.
 *
 * @param character which
 * @param x of its middle, in pixels
 * @param y of the middle of a capital of its line, in pixels
 * @param word number of its word on the page, in the order of writing
 * @param index its place in the word
 * @param role of the word
 * @param key what a value is the value of, as it stands on the page; else empty
 */
public record Mark(char character, double x, double y, int word, int index, CellRole role, String key) {

    /** The same character at another place. */
    public Mark at(double newX, double newY) {
        return new Mark(character, newX, newY, word, index, role, key);
    }
}
