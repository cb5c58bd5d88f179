package io.github.glimpse.engine;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.NativeLibraryException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whose kernels multiply numbers of 8 bits. oneDNN's are fast where the CPU has instructions for sums of four products (VNNI). Without them
 * fbgemm's may be several times faster at few rows; both give the same whole sums. ADR 0029 has figures.
 *
 * <p>Found when a weight of the process becomes such numbers for the first time, and not at its start, since fbgemm's operators tell on
 * standard error that they are deprecated.
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
            fbgemms = isFaster(runtime, graph, most);
        }
        return fbgemms;
    }

    private static boolean isFaster(TorchRuntime runtime, Graph graph, int most) {
        try (TensorScope scope = runtime.openScope()) {
            NDArray numbers = graph.call("filled").with(OUT).with(IN).with(most).run(scope);
            Product onednn = new Product(
                    graph,
                    "onednn_sums",
                    graph.call("onednn_row").with(IN).run(scope),
                    graph.call("pack_numbers").with(numbers).run(scope),
                    graph.call("ones").with(OUT).run(scope));
            Product fbgemm = new Product(
                    graph,
                    "fbgemm_sums",
                    graph.call("fbgemm_row").with(IN).run(scope),
                    graph.call("pack_for_fbgemm").with(numbers).run(scope),
                    graph.call("sums_of").with(List.of(numbers)).run(scope));
            return fbgemm.isExact(most, scope)
                    && NumericsProbe.ratio(fbgemm::run, onednn::run, scope) <= NumericsProbe.CLEARLY;
        } catch (NativeLibraryException notOffered) {
            return false;
        }
    }

    /** One row of the largest inputs by weights of the largest numbers. */
    private record Product(Graph graph, String method, NDArray row, NDArray packed, NDArray third) {

        NDArray run(TensorScope scope) {
            return graph.call(method).with(row).with(packed).with(third).run(scope);
        }

        boolean isExact(int most, TensorScope scope) {
            NDArray all = graph.call("all_are")
                    .with(run(scope))
                    .with((long) Int8Weights.EIGHT_BITS * most * IN)
                    .run(scope);
            return HostValues.longs(all)[0] == 1;
        }
    }
}
