package io.github.glimpse.image;

/**
 * Tiles that together show one unit: a tower sees each by itself, and their patches are laid side by side afterwards.
 *
 * @param rows tiles from top to bottom
 * @param columns tiles from left to right
 * @param side patches along a side of a tile
 * @param shown the part of all their patches that the unit shows: of as many tokens, or, if it is shrunk, of fewer
 */
public record TileGrid(int rows, int columns, int side, CropWindow shown) {

    /** Checks that the part is one. */
    public TileGrid {
        if (rows < 1 || columns < 1 || side < 1) {
            throw new IllegalArgumentException("No tiles: " + rows + " x " + columns + " of " + side + " patches");
        }
        if (shown.left() + shown.width() > columns * side || shown.top() + shown.height() > rows * side) {
            throw new IllegalArgumentException(
                    shown + " is no part of " + rows * side + " x " + columns * side + " patches");
        }
    }

    /** Tiles, row by row. */
    public int count() {
        return rows * columns;
    }

    /** Patches of all tiles. */
    public int patchCount() {
        return count() * side * side;
    }

    /**
     * A patch among all of them, tile by tile, by its place in the part that is shown.
     *
     * @param row from 0, below the part's height
     * @param column from 0, below the part's width
     */
    public int patch(int row, int column) {
        int down = shown.top() + row;
        int right = shown.left() + column;
        int tile = down / side * columns + right / side;
        return (tile * side + down % side) * side + right % side;
    }
}
