package io.github.glimpse.examples.tiny.drawing;

/**
 * What each cell of a page shows, row by row. The arrays are not copied; do not change them.
 *
 * @param characters {@code [cells * 3]}: the characters whose centre lies in the cell, from left to right, as classes of
 *     {@link Vocabulary#characterClass}; 0 where there is none
 * @param firstIndex {@code [cells]}: index in its word of the cell's first character; -1 where there is none
 * @param owners {@code [cells]}: token of the word that the cell belongs to: the key of a document's row, the colour of a
 *     plate, the letter of a bar (lower case, as asked), the kind of a shape; -1 where there is none
 * @param colours {@code [cells]}: token of the colour of the plate, bar or shape; -1 where there is none
 * @param roles {@code [cells]}
 */
public record CellLabels(int[] characters, int[] firstIndex, int[] owners, int[] colours, CellRole[] roles) {

    /** Most characters in a cell. */
    public static final int SLOTS = 3;

    /** Stands for no owner, no colour and no character. */
    public static final int NONE = -1;

    /** Cells of the page. */
    public int cellCount() {
        return roles.length;
    }
}
