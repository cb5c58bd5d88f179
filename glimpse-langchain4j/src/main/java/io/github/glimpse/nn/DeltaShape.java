package io.github.glimpse.nn;

import io.github.glimpse.ModelFilesException;

/**
 * The sizes of a layer of linear attention by the gated delta rule ({@link DeltaLayers}).
 *
 * @param hidden width of rows
 * @param intermediate width of the gated MLP
 * @param keyHeads heads of queries and keys
 * @param keyDim width of each
 * @param valueHeads heads of values, a multiple of {@code keyHeads}
 * @param valueDim width of each
 * @param taps rows that the convolution before it reads, the row itself counted
 * @param normEps of its norms
 */
public record DeltaShape(
        int hidden,
        int intermediate,
        int keyHeads,
        int keyDim,
        int valueHeads,
        int valueDim,
        int taps,
        double normEps) {

    private static final int MOST_VALUES = 1 << 26;

    /**
     * Checks the size of what a layer remembers.
     *
     * @throws ModelFilesException if it is too large: the numbers come from a model's configuration
     */
    public DeltaShape {
        double state = (double) valueHeads * keyDim * valueDim;
        double convolved = (2.0 * keyHeads * keyDim + (double) valueHeads * valueDim) * taps;
        if (Math.max(state, convolved) > MOST_VALUES) {
            throw new ModelFilesException("A layer of the model remembers " + keyHeads + " heads of " + keyDim + " and "
                    + valueHeads + " of " + valueDim + " behind " + taps + " rows, more than " + MOST_VALUES
                    + " values; check config.json");
        }
    }

    /** Values of a row that go through the convolution: queries, keys, values. */
    int channels() {
        return 2 * keyHeads * keyDim + valueHeads * valueDim;
    }
}
