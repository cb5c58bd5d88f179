package io.github.glimpse.examples.tiny.drawing;

import java.util.List;

/**
 * The size of a page in cells; a cell is one image token.
 *
 * @param rows from 8 to 27
 * @param columns from 8 to 27
 */
public record PageSize(int rows, int columns) {

    /** Pixels on the side of a cell: 2 x 2 patches of 14. */
    public static final int CELL = 28;

    /** The sizes that are trained: square, wide and tall. */
    public static final List<PageSize> ALL = List.of(
            new PageSize(8, 8),
            new PageSize(8, 12),
            new PageSize(12, 8),
            new PageSize(10, 10),
            new PageSize(10, 12),
            new PageSize(12, 10),
            new PageSize(12, 12),
            new PageSize(9, 14),
            new PageSize(14, 9),
            new PageSize(12, 16),
            new PageSize(16, 12),
            new PageSize(14, 14),
            new PageSize(16, 16));

    private static final int FEWEST = 8;
    private static final int MOST = 27;

    /**
     * Checks the range.
     *
     * @throws IllegalArgumentException if a side is out of range
     */
    public PageSize {
        if (rows < FEWEST || rows > MOST || columns < FEWEST || columns > MOST) {
            throw new IllegalArgumentException("A page has " + rows + " x " + columns
                    + " cells, each side must be from " + FEWEST + " to " + MOST);
        }
    }

    /** Pixels across. */
    public int width() {
        return columns * CELL;
    }

    /** Pixels down. */
    public int height() {
        return rows * CELL;
    }

    /** Image tokens of the page. */
    public int cellCount() {
        return rows * columns;
    }

    /** Index of the cell at a pixel, row by row. */
    public int cellAt(int x, int y) {
        return y / CELL * columns + x / CELL;
    }
}
