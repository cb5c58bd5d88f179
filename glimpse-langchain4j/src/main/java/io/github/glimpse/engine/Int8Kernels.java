package io.github.glimpse.engine;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.NativeLibraryException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Choice between oneDNN's and fbgemm's int8 kernels. oneDNN's are used with VNNI (instructions that sum four products). Without VNNI
 * fbgemm's are used where they are exact: they are faster at few rows, and both give the same integer sums. ADR 0029 has figures.
 *
 * <p>Tried when the first weight of the process is quantized and not at the start, since fbgemm's operators print a deprecation warning
 * on standard error.
 */
final class Int8Kernels {

    private static final int OUT = 1024;
    private static final int IN = 2048;

    private static @Nullable Boolean fbgemms;

    private Int8Kernels() {}

    /**
     * Whether fbgemm's are used.
     *
     * @param graph of {@code int8.torch}
     * @param most the largest weight
     */
    static synchronized boolean areFbgemms(TorchRuntime runtime, Graph graph, int most) {
        if (most == Int8Weights.EIGHT_BITS) {
            return false;
        }
        if (fbgemms == null) {
            fbgemms = areExact(runtime, graph, most);
        }
        return fbgemms;
    }

    private static boolean areExact(TorchRuntime runtime, Graph graph, int most) {
        try (TensorScope scope = runtime.openScope()) {
            NDArray numbers = graph.call("filled").with(OUT).with(IN).with(most).run(scope);
            NDArray row = graph.call("fbgemm_row").with(IN).run(scope);
            NDArray packed = graph.call("pack_for_fbgemm").with(numbers).run(scope);
            NDArray sums = graph.call("sums_of").with(List.of(numbers)).run(scope);
            NDArray product =
                    graph.call("fbgemm_sums").with(row).with(packed).with(sums).run(scope);
            long expected = (long) Int8Weights.EIGHT_BITS * most * IN;
            NDArray exact = graph.call("all_are").with(product).with(expected).run(scope);
            return HostValues.longs(exact)[0] == 1;
        } catch (NativeLibraryException notOffered) {
            return false;
        }
    }
}
