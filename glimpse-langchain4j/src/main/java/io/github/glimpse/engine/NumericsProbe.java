package io.github.glimpse.engine;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.GlimpseException;
import io.github.glimpse.NativeLibraryException;

/**
 * What the CPU offers, found by tiny calls at start.
 *
 * @param packs whether packed bfloat16 products run here
 * @param widenFromRows see {@link TorchRuntime#widenFromRows()}
 */
record NumericsProbe(boolean packs, long widenFromRows) {

    private static final int WIDTH = 512;
    private static final int ROWS = 256;
    private static final int ROUNDS = 5;
    // At few rows a product is bound by reading the weight, and bfloat16 is half the bytes.
    private static final long FEW_ROWS = 32;

    static NumericsProbe run(TorchRuntime runtime) {
        if (runtime.onGpu()) {
            return new NumericsProbe(false, Long.MAX_VALUE);
        }
        try (Graph graph =
                        Graph.named("probe").with(NumericsProbe.class, "probe").compile(runtime);
                TensorScope scope = runtime.openScope()) {
            boolean packs = packs(graph, scope);
            // With packed products the plain ones are not used, so there is nothing to time.
            return new NumericsProbe(packs, packs || narrowIsFaster(graph, scope) ? Long.MAX_VALUE : FEW_ROWS + 1);
        }
    }

    private static boolean packs(Graph graph, TensorScope scope) {
        try {
            graph.call("packed").run(scope);
            return true;
        } catch (NativeLibraryException notOffered) {
            return false;
        }
    }

    private static boolean narrowIsFaster(Graph graph, TensorScope scope) {
        try {
            NDArray input = graph.call("ones").with(ROWS).with(WIDTH).run(scope);
            NDArray weight = graph.call("ones").with(WIDTH).with(WIDTH).run(scope);
            return fastest(graph, "narrow", input, weight, scope) <= fastest(graph, "widened", input, weight, scope);
        } catch (GlimpseException notOffered) {
            return false;
        }
    }

    private static long fastest(Graph graph, String method, NDArray input, NDArray weight, TensorScope scope) {
        long best = Long.MAX_VALUE;
        for (int round = 0; round < ROUNDS; round++) {
            try (TensorScope step = scope.openChild()) {
                long start = System.nanoTime();
                graph.call(method).with(input).with(weight).run(step);
                best = Math.min(best, System.nanoTime() - start);
            }
        }
        return best;
    }
}
