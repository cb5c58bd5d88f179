package io.github.glimpse.prefill;

import io.github.glimpse.image.ImageGrid;
import java.util.BitSet;
import java.util.stream.IntStream;

/**
 * A picture's grid and that of a smaller copy, laid over each other. A cell of the picture belongs to the small cell that its
 * centre lies in, one on an edge to the right or lower one; so every cell belongs to exactly one, and every small cell has at
 * least one. All in whole numbers: exact for grids that do not divide each other. Cells are counted in raster order.
 */
public record GridPair(ImageGrid small, ImageGrid whole) {

    /** Whether the copy is a smaller one, so that looking at it first saves something. */
    public boolean isSmaller() {
        return small.rows() <= whole.rows()
                && small.columns() <= whole.columns()
                && small.tokenCount() < whole.tokenCount();
    }

    /** The small cell that a cell of the picture belongs to. */
    int smallOf(int cell) {
        int row = lies(cell / whole.columns(), whole.rows(), small.rows());
        int column = lies(cell % whole.columns(), whole.columns(), small.columns());
        return row * small.columns() + column;
    }

    /** The cell of the picture over the centre of a small cell, which belongs to that. */
    int centreOf(int smallCell) {
        int row = lies(smallCell / small.columns(), small.rows(), whole.rows());
        int column = lies(smallCell % small.columns(), small.columns(), whole.columns());
        return row * whole.columns() + column;
    }

    /** Cells of the picture that belong to some small cells, rising. */
    int[] cellsOf(int[] smallCells) {
        BitSet chosen = new BitSet();
        for (int cell : smallCells) {
            chosen.set(cell);
        }
        return IntStream.range(0, whole.tokenCount())
                .filter(cell -> chosen.get(smallOf(cell)))
                .toArray();
    }

    /** Where the middle of interval {@code index} of {@code from} lies among {@code to} intervals of the same length. */
    private static int lies(int index, int from, int to) {
        return (int) ((2L * index + 1) * to / (2L * from));
    }
}
