package io.github.glimpse.nn;

/**
 * The rule for the number of rows of a product: up to 16 as they are, up to 512 the next multiple of 8, above it of 64.
 *
 * <p>The CPU's bfloat16 kernels are prepared per shape and row count and stay in memory; with free row counts resident
 * memory grows with every new prompt length. The added rows are zeros and are dropped after; where rows are few, as behind
 * a cut, steps of 64 would be up to half of the work.
 */
public final class RowPadding {

    private static final int FREE_ROWS = 16;
    private static final int FINE_ROWS = 512;
    private static final int FINE_STEP = 8;
    private static final int STEP = 64;

    private RowPadding() {}

    /** The padded number of rows. */
    public static int rows(int rows) {
        if (rows <= FREE_ROWS) {
            return rows;
        }
        return rows <= FINE_ROWS ? multiple(rows, FINE_STEP) : cacheRows(rows);
    }

    /** The next multiple of 64, for caches, which are read in such steps. */
    public static int cacheRows(int rows) {
        return multiple(rows, STEP);
    }

    private static int multiple(int rows, int step) {
        return Math.multiplyExact(Math.floorDiv(Math.addExact(rows, step - 1), step), step);
    }
}
