package io.github.glimpse.nn;

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

    /** Values of a row that go through the convolution: queries, keys, values. */
    int channels() {
        return 2 * keyHeads * keyDim + valueHeads * valueDim;
    }
}
