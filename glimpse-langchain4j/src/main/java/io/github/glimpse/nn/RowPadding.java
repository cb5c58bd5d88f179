package io.github.glimpse.nn;

/**
 * The rule for the number of rows of a product: above 16 rows the next multiple of 64.
 *
 * <p>The CPU's bfloat16 kernels are prepared per shape and row count and stay in memory; with free row counts resident
 * memory grows with every new prompt length. The added rows are zeros and are dropped after.
 */
public final class RowPadding {

    private static final int FREE_ROWS = 16;
    private static final int STEP = 64;

    private RowPadding() {}

    /** The padded number of rows. */
    public static int rows(int rows) {
        return rows <= FREE_ROWS ? rows : cacheRows(rows);
    }

    /** The padded number of rows of a step that several sequences take together: above 16 the next multiple of 16. */
    static int stepRows(int rows) {
        return rows <= FREE_ROWS ? rows : Math.floorDiv(rows + FREE_ROWS - 1, FREE_ROWS) * FREE_ROWS;
    }

    /** The next multiple of 64, for caches, which are read in such steps. */
    public static int cacheRows(int rows) {
        return Math.multiplyExact(Math.floorDiv(Math.addExact(rows, STEP - 1), STEP), STEP);
    }
}
