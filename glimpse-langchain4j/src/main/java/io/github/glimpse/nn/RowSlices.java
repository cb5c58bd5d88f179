package io.github.glimpse.nn;

/**
 * How many rows of a prompt run through a layer at once, and who is asked between them. All prompts are cut alike, whatever else
 * runs, so an answer does not depend on it.
 *
 * @param rows a multiple of {@link #STEP}, at which packed bfloat16 gives the same bits as all rows at once
 * @param between asked between two slices
 */
public record RowSlices(int rows, CancellationPoint between) {

    /** Slices are multiples of so many rows. */
    public static final int STEP = 512;

    /** Checks the number. */
    public RowSlices {
        if (rows < STEP || rows % STEP != 0) {
            throw new IllegalArgumentException(
                    "A slice has " + rows + " rows, it must be a multiple of " + STEP + ", at least " + STEP);
        }
    }

    /** The least slices. */
    public static RowSlices of(CancellationPoint between) {
        return new RowSlices(STEP, between);
    }
}
