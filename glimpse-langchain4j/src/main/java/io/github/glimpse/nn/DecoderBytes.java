package io.github.glimpse.nn;

import java.util.List;

/**
 * Native memory of one sequence in a decoder, in bytes.
 *
 * @param layers what each layer remembers
 * @param rowBytes most that a layer works with by row of a slice, while it runs
 * @param keptRowBytes hidden rows of the whole prompt between two layers, by row
 * @param fixedBytes what a layer or the head works with whatever the rows
 */
public record DecoderBytes(List<Layer> layers, long rowBytes, long keptRowBytes, long fixedBytes) {

    /** Of a state that rows went through: itself, what it was before a probe or a choice, and what a step makes of it. */
    static final int STATE_COPIES = 3;

    /**
     * What one layer remembers.
     *
     * @param perRow keys and values of a row
     * @param fixed a state that all rows went through, with its copies
     */
    public record Layer(long perRow, long fixed) {

        /** With room for so many rows. */
        public long of(int capacity) {
            return perRow * capacity + fixed;
        }
    }

    /** Copies the list. */
    public DecoderBytes {
        layers = List.copyOf(layers);
    }

    /**
     * Of a decoder.
     *
     * @param remembered by layer
     * @param intermediate width of the gated MLP
     * @param vocabulary rows of the head
     * @param numberBytes of a number of the type that it computes in
     * @param widens whether weights and rows become float32 where many rows run
     * @param narrow whether weights are numbers of 8 bits, whose products are float32 at first
     */
    public static DecoderBytes of(
            List<Layer> remembered,
            ModelDimensions dimensions,
            int intermediate,
            int vocabulary,
            int numberBytes,
            boolean widens,
            boolean narrow) {
        long hidden = dimensions.hidden();
        long queries = (long) dimensions.heads() * dimensions.headDim();
        // Norms, queries, what attention gave, gate and up: what is alive at once, some of it in float32.
        long row = (4 * hidden + 4 * queries + 2L * intermediate) * numberBytes + (hidden + queries) * Float.BYTES;
        long widened = widens ? (hidden + intermediate) * Float.BYTES : 0;
        long sums = narrow ? 2L * intermediate * Float.BYTES : 0;
        long weight = widens ? hidden * Math.max(intermediate, queries) * Float.BYTES : 0;
        long head = (long) vocabulary * (Float.BYTES + numberBytes);
        return new DecoderBytes(remembered, row + widened + sums, 4 * hidden * numberBytes, weight + head);
    }

    /** With so many more copies of each state. */
    public DecoderBytes withCopies(int more) {
        List<Layer> copied = layers.stream()
                .map(layer -> new Layer(layer.perRow(), layer.fixed() + more * (layer.fixed() / STATE_COPIES)))
                .toList();
        return new DecoderBytes(copied, rowBytes, keptRowBytes, fixedBytes);
    }

    /**
     * Working memory of a prompt.
     *
     * @param rows of it
     * @param sliceRows that run at once
     */
    public long working(int rows, int sliceRows) {
        return RowPadding.rows(Math.min(rows, sliceRows)) * rowBytes
                + RowPadding.rows(rows) * keptRowBytes
                + fixedBytes;
    }
}
