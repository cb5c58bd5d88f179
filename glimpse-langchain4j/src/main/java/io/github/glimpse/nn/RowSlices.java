package io.github.glimpse.nn;

import org.jspecify.annotations.Nullable;

/**
 * How many rows of a prompt run through a layer at once, and who is asked between them. All prompts are cut alike, whatever else
 * runs, so an answer does not depend on it.
 *
 * @param rows a multiple of {@link #STEP}, at which packed bfloat16 gives the same bits as all rows at once
 * @param between asked between two slices
 * @param joint runs few rows together with those of others; null if there are none
 */
public record RowSlices(
        int rows, CancellationPoint between, @Nullable JointLayers joint) {

    /** Slices are multiples of so many rows. */
    public static final int STEP = 512;

    /** Rows that oneDNN takes at once; fewer cost hardly less than these, for what they read of the weights. */
    static final int BLOCK = 64;

    /** Checks the number. */
    public RowSlices {
        if (rows < STEP || rows % STEP != 0) {
            throw new IllegalArgumentException(
                    "A slice has " + rows + " rows, it must be a multiple of " + STEP + ", at least " + STEP);
        }
    }

    /**
     * Where the slice that begins at a row ends. oneDNN gives several threads blocks of 64 rows to compute: 288 rows take the time of
     * 320, and 80 in a wide product that of 128, but any number up to 64 only its own. So what is left behind the whole blocks is a
     * slice of its own.
     *
     * @param all rows of the prompt
     * @param inBlocks whether the products are oneDNN's by packed weights
     */
    int end(int start, int all, boolean inBlocks) {
        int end = Math.min(all, start + rows);
        int blocks = (end - start) / BLOCK * BLOCK;
        return inBlocks && blocks > 0 ? start + blocks : end;
    }

    /** The least slices. */
    public static RowSlices of(CancellationPoint between) {
        return new RowSlices(STEP, between, null);
    }
}
