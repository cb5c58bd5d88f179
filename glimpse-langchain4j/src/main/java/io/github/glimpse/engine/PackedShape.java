package io.github.glimpse.engine;

import ai.djl.ndarray.NDArray;
import java.util.List;

/**
 * Sizes of a packed weight, which may be larger than its own. A product is cut to the outputs of its own ({@code linear.torch}).
 *
 * <p>Inputs are whole {@value #COLUMNS}: processors with AMX add what is left over in another order where there are more rows. There, where the
 * steps of answers multiply a weight, whole blocks of {@value #BLOCK} outputs are followed by {@value #MORE} more: a number of outputs that
 * ends in more than half a block is laid out in blocks of 32, by which few rows may take two thirds of the time, and many a quarter more. What
 * has such a number by itself gets {@value #COLUMNS} more columns, by which the two are told apart. Bits are the same.
 *
 * @param outputs rows of the weight
 * @param inputs its columns
 */
record PackedShape(long outputs, long inputs) {

    private static final int BLOCK = 64;
    private static final int MORE = 33;
    private static final int COLUMNS = 32;

    /**
     * For a weight {@code [outputs, inputs]}.
     *
     * @param multipliesTiles whether the processor has AMX
     * @param steps whether the steps of answers multiply by it
     */
    static PackedShape of(long outputs, long inputs, boolean multipliesTiles, boolean steps) {
        long more = multipliesTiles && steps && outputs > 0 && outputs % BLOCK == 0 ? MORE : 0;
        long apart = multipliesTiles && outputs % BLOCK == MORE ? COLUMNS : 0;
        return new PackedShape(outputs + more, (inputs + COLUMNS - 1) / COLUMNS * COLUMNS + apart);
    }

    /**
     * Packs matrices below one another as one.
     *
     * @param parts {@code [outputs, in]} together
     * @param graph has the texts of weights
     */
    NDArray pack(List<NDArray> parts, Graph graph, TensorScope owner) {
        return graph.call("pack").with(parts).with(outputs).with(inputs).run(owner);
    }
}
