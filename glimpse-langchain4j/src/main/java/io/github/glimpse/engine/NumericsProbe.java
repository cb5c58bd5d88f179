package io.github.glimpse.engine;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.GlimpseException;
import io.github.glimpse.NativeLibraryException;
import org.jspecify.annotations.Nullable;

/**
 * What the CPU offers, found by tiny calls when the first runtime of the process starts.
 *
 * <p>Once in a process: kernels are chosen by it, and two kernels add in another order. Timed anew for each model, two models
 * of one folder could differ in the last bits, by what else the machine did at that moment.
 *
 * @param packs whether packed bfloat16 products run here
 * @param widenFromRows see {@link TorchRuntime#widenFromRows()}
 * @param largestInt8 the largest weight of 8 bits whose products run here and are exact, 0 for none
 * @param onednnFloat32 whether oneDNN's float32 products are clearly faster than the default ones, as on AMD's processors
 */
record NumericsProbe(boolean packs, int largestInt8, long widenFromRows, boolean onednnFloat32) {

    /** What is taken for true until the probe has run. */
    static final NumericsProbe NOTHING = new NumericsProbe(false, 0, Long.MAX_VALUE, false);

    private static final int WIDTH = 512;
    private static final int ROWS = 256;
    private static final int ROUNDS = 9;
    // At few rows a product is bound by reading the weight, and bfloat16 is half the bytes.
    private static final long FEW_ROWS = 32;
    // Below this a difference may be chance.
    private static final double CLEARLY = 0.8;

    private static @Nullable NumericsProbe ofThisProcess;

    static synchronized NumericsProbe run(TorchRuntime runtime) {
        if (runtime.onGpu()) {
            return NOTHING;
        }
        if (ofThisProcess == null) {
            ofThisProcess = measured(runtime);
        }
        return ofThisProcess;
    }

    private static NumericsProbe measured(TorchRuntime runtime) {
        try (Graph graph =
                        Graph.named("probe").with(NumericsProbe.class, "probe").compile(runtime);
                TensorScope scope = runtime.openScope()) {
            boolean packs = packs(graph, scope);
            // With packed products the plain ones are not used, so there is nothing to time.
            long widenFromRows = packs || narrowIsFaster(graph, scope) ? Long.MAX_VALUE : FEW_ROWS + 1;
            return new NumericsProbe(packs, Int8Weights.largest(runtime), widenFromRows, onednnIsFaster(graph, scope));
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
            return ratio(graph, "plain", "widened", input, weight, scope) <= 1;
        } catch (GlimpseException notOffered) {
            return false;
        }
    }

    private static boolean onednnIsFaster(Graph graph, TensorScope scope) {
        try {
            NDArray input = ones(graph, ROWS, Dtype.FLOAT32, scope);
            NDArray weight = ones(graph, WIDTH, Dtype.FLOAT32, scope);
            return ratio(graph, "onednn", "plain", input, weight, scope) <= CLEARLY;
        } catch (GlimpseException notOffered) {
            return false;
        }
    }

    private static NDArray ones(Graph graph, int rows, Dtype type, TensorScope scope) {
        return graph.call("ones").with(rows).with(WIDTH).with(type.code()).run(scope);
    }

    /** The shortest time of one way as a share of the other's, asked in turns, so that other work delays both. */
    private static double ratio(
            Graph graph, String one, String other, NDArray input, NDArray weight, TensorScope scope) {
        long shortest = Long.MAX_VALUE;
        long otherShortest = Long.MAX_VALUE;
        for (int round = 0; round < ROUNDS; round++) {
            shortest = Math.min(shortest, nanos(graph, one, input, weight, scope));
            otherShortest = Math.min(otherShortest, nanos(graph, other, input, weight, scope));
        }
        return (double) shortest / otherShortest;
    }

    private static long nanos(Graph graph, String method, NDArray input, NDArray weight, TensorScope scope) {
        try (TensorScope step = scope.openChild()) {
            long start = System.nanoTime();
            graph.call(method).with(input).with(weight).run(step);
            return System.nanoTime() - start;
        }
    }
}
