package io.github.glimpse.prune.control;

import io.github.glimpse.image.ImageGrid;

/**
 * Evenly spread rows and columns of a grid, about as many as wanted and never more, with the cells about square.
 *
 * @param rows rows of the lattice, at least 1
 * @param columns columns of the lattice, at least 1
 * @param gridRows rows of the grid
 * @param gridColumns columns of the grid
 */
record Lattice(int rows, int columns, int gridRows, int gridColumns) {

    /** The lattice for {@code count} tokens, at least 1. */
    static Lattice of(ImageGrid grid, int count) {
        int gridRows = grid.rows();
        int gridColumns = grid.columns();
        int rows = (int) Math.floor(Math.sqrt((double) count * gridRows / gridColumns) + 0.5);
        rows = Math.max(1, Math.min(Math.min(rows, gridRows), count));
        int columns = Math.min(gridColumns, count / rows);
        if (columns == gridColumns) {
            rows = Math.min(gridRows, count / columns);
        }
        return new Lattice(rows, columns, gridRows, gridColumns);
    }

    /** The tokens on the lattice, rising. */
    int[] tokens() {
        int[] tokens = new int[rows * columns];
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = token(i / columns, i % columns);
        }
        return tokens;
    }

    /** The token at a place of the lattice. */
    int token(int row, int column) {
        return middle(row, gridRows, rows) * gridColumns + middle(column, gridColumns, columns);
    }

    /**
     * The tokens of the bin around each place of the lattice, which together cover the grid. Neighbouring bins can share a row
     * or a column.
     */
    int[] bin(int row, int column) {
        int top = row * gridRows / rows;
        int left = column * gridColumns / columns;
        int height = end(row, gridRows, rows) - top;
        int width = end(column, gridColumns, columns) - left;
        int[] bin = new int[height * width];
        for (int i = 0; i < bin.length; i++) {
            bin[i] = (top + i / width) * gridColumns + left + i % width;
        }
        return bin;
    }

    private static int middle(int index, int side, int count) {
        return (2 * index + 1) * side / (2 * count);
    }

    private static int end(int index, int side, int count) {
        return ((index + 1) * side + count - 1) / count;
    }
}
