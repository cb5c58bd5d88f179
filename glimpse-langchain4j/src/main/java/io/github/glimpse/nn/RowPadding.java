package io.github.glimpse.nn;

/**
 * The rule for the number of rows of a product: up to 16 as they are, above it the next multiple of 8; where more than 512 run at once, of 64.
 *
 * <p>The CPU's bfloat16 kernels are prepared per shape and row count and stay in memory; with free row counts resident
 * memory grows with every new prompt length. The added rows are zeros and are dropped after; where rows are few, as behind
 * a cut, steps of 64 would be up to half of the work. A prompt runs in {@linkplain RowSlices slices}, most of them of whole blocks.
 */
public final class RowPadding {

    private static final int FREE_ROWS = 16;
    private static final int FINE_ROWS = 512;
    private static final int FINE_STEP = 8;
    private static final int STEP = 64;

    private RowPadding() {}

    /** The padded number of rows of a prompt or of a step. */
    public static int rows(int rows) {
        return rows <= FREE_ROWS ? rows : multiple(rows, FINE_STEP);
    }

    /**
     * The padded number of rows of a step on a GPU: the next multiple of 16, so that its products are always of the same kind; the text
     * {@code product_by_row} multiplies as many at once.
     */
    static int gpuRows(int rows) {
        return multiple(rows, FREE_ROWS);
    }

    /** The padded number of rows that all run at once, as in a vision tower. */
    public static int rowsAtOnce(int rows) {
        return rows <= FINE_ROWS ? rows(rows) : cacheRows(rows);
    }

    /** The next multiple of 64, for caches, which are read in such steps. */
    public static int cacheRows(int rows) {
        return multiple(rows, STEP);
    }

    private static int multiple(int rows, int step) {
        return Math.multiplyExact(Math.floorDiv(Math.addExact(rows, step - 1), step), step);
    }
}
