package io.github.glimpse.engine;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.GlimpseException;
import io.github.glimpse.NativeLibraryException;

/**
 * What the CPU offers, found by tiny calls at start.
 *
 * @param packs whether packed bfloat16 products run here
 * @param widenFromRows see {@link TorchRuntime#widenFromRows()}
 * @param onednnFloat32 whether oneDNN's float32 products are clearly faster than the default ones, as on AMD's processors
 */
record NumericsProbe(boolean packs, long widenFromRows, boolean onednnFloat32) {

    /** What is taken for true until the probe has run. */
    static final NumericsProbe NOTHING = new NumericsProbe(false, Long.MAX_VALUE, false);

    private static final int WIDTH = 512;
    private static final int ROWS = 256;
    private static final int ROUNDS = 5;
    // At few rows a product is bound by reading the weight, and bfloat16 is half the bytes.
    private static final long FEW_ROWS = 32;
    // Below this a difference may be chance.
    private static final double CLEARLY = 0.8;

    static NumericsProbe run(TorchRuntime runtime) {
        if (runtime.onGpu()) {
            return NOTHING;
        }
        try (Graph graph =
                        Graph.named("probe").with(NumericsProbe.class, "probe").compile(runtime);
                TensorScope scope = runtime.openScope()) {
            boolean packs = packs(graph, scope);
            // With packed products the plain ones are not used, so there is nothing to time.
            long widenFromRows = packs || narrowIsFaster(graph, scope) ? Long.MAX_VALUE : FEW_ROWS + 1;
            return new NumericsProbe(packs, widenFromRows, onednnIsFaster(graph, scope));
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
            NDArray input = ones(graph, ROWS, Dtype.BFLOAT16, scope);
            NDArray weight = ones(graph, WIDTH, Dtype.BFLOAT16, scope);
            return fastest(graph, "plain", input, weight, scope) <= fastest(graph, "widened", input, weight, scope);
        } catch (GlimpseException notOffered) {
            return false;
        }
    }

    private static boolean onednnIsFaster(Graph graph, TensorScope scope) {
        try {
            NDArray input = ones(graph, ROWS, Dtype.FLOAT32, scope);
            NDArray weight = ones(graph, WIDTH, Dtype.FLOAT32, scope);
            long onednn = fastest(graph, "onednn", input, weight, scope);
            return onednn <= CLEARLY * fastest(graph, "plain", input, weight, scope);
        } catch (GlimpseException notOffered) {
            return false;
        }
    }

    private static NDArray ones(Graph graph, int rows, Dtype type, TensorScope scope) {
        return graph.call("ones").with(rows).with(WIDTH).with(type.code()).run(scope);
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
