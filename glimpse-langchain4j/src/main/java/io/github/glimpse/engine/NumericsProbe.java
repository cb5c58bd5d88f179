package io.github.glimpse.engine;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.GlimpseException;
import io.github.glimpse.NativeLibraryException;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the CPU offers, found by tiny calls when the first runtime of the process starts.
 *
 * <p>Once in a process: kernels are chosen by it, and two kernels add in another order. Timed anew for each model, two models
 * of one folder could differ in the last bits, by what else the machine did at that moment.
 *
 * @param packs whether packed bfloat16 products run here
 * @param multipliesTiles whether these are oneDNN's of AMX, whatever the rows
 * @param fewRows whether these are {@link FewRows}' for few rows
 * @param manyRows and for any number of rows
 * @param plainRows whether rows by weights that are not packed are those of {@link FewRows}
 * @param asPacked whether these have the bits of those by packed weights
 * @param largestInt8 the largest weight of 8 bits whose products run here and are exact, 0 for none
 * @param widenFromRows see {@link TorchRuntime#widenFromRows()}
 * @param onednnFloat32 whether oneDNN's float32 products are to be used in place of the default ones, as on AMD's processors
 * @param onednnManyRows whether they are clearly faster for many rows too, as where there is AVX-512
 * @param attendsTogether whether this is a GPU that attends for rows of several sequences in one call
 */
record NumericsProbe(
        boolean packs,
        boolean multipliesTiles,
        boolean fewRows,
        boolean manyRows,
        boolean plainRows,
        boolean asPacked,
        int largestInt8,
        long widenFromRows,
        boolean onednnFloat32,
        boolean onednnManyRows,
        boolean attendsTogether) {

    /** What is taken for true until the probe has run. */
    static final NumericsProbe NOTHING =
            new NumericsProbe(false, false, false, false, false, false, 0, Long.MAX_VALUE, false, false, false);

    private static final int WIDTH = 512;
    private static final int ROWS = 256;
    // Of a weight that one row is multiplied by: what reads it counts, not the call.
    private static final int WIDE = 2048;
    private static final int ROUNDS = 9;
    // At few rows a product is bound by reading the weight, and bfloat16 is half the bytes.
    private static final long FEW_ROWS = 8;

    /** A share of another's time above which a difference may be chance. */
    static final double CLEARLY = 0.8;

    private static final Set<String> ALL_INSTRUCTIONS = Set.of("", "ALL", "DEFAULT");

    private static final double HARDLY_SLOWER = 1.1;

    private static @Nullable NumericsProbe ofThisProcess;

    static synchronized NumericsProbe run(TorchRuntime runtime) {
        if (runtime.onGpu()) {
            return onGpu(runtime);
        }
        if (ofThisProcess == null) {
            ofThisProcess = measured(runtime);
        }
        return ofThisProcess;
    }

    private static NumericsProbe onGpu(TorchRuntime runtime) {
        try (Graph graph =
                        Graph.named("probe").with(NumericsProbe.class, "probe").compile(runtime);
                TensorScope scope = runtime.openScope()) {
            HostValues.floats(graph.call("together").with(runtime.deviceName()).run(scope));
            return new NumericsProbe(false, false, false, false, false, false, 0, Long.MAX_VALUE, false, false, true);
        } catch (GlimpseException notOffered) {
            return NOTHING;
        }
    }

    private static NumericsProbe measured(TorchRuntime runtime) {
        try (Graph graph =
                        Graph.named("probe").with(NumericsProbe.class, "probe").compile(runtime);
                TensorScope scope = runtime.openScope()) {
            boolean packs = packs(graph, scope);
            // With packed products the plain ones are not used, so there is nothing to time.
            long widenFromRows = packs || narrowIsFaster(graph, scope) ? Long.MAX_VALUE : FEW_ROWS + 1;
            boolean tiles = packs && maySeeTiles(System.getenv()) && hasTiles();
            boolean library = FewRows.areThere(runtime);
            boolean fewRows = library && packs && FewRows.multiplyPacked(runtime);
            boolean manyRows = fewRows && !tiles;
            boolean plainRows = library && FewRows.multiplyRows(runtime);
            double many = onednnRatio(graph, scope);
            return new NumericsProbe(
                    packs,
                    tiles && !fewRows,
                    fewRows,
                    manyRows,
                    plainRows,
                    manyRows && plainRows && FewRows.multiplyAsPacked(runtime),
                    Int8Weights.largest(runtime),
                    widenFromRows,
                    onednnIsFaster(many, graph, scope),
                    many <= CLEARLY,
                    false);
        }
    }

    /** Whether oneDNN is not told to leave AMX out. */
    static boolean maySeeTiles(Map<String, String> environment) {
        return Stream.of("ONEDNN_MAX_CPU_ISA", "DNNL_MAX_CPU_ISA")
                .map(environment::get)
                .filter(Objects::nonNull)
                .map(most -> most.toUpperCase(Locale.ROOT))
                .allMatch(most -> most.contains("AMX") || ALL_INSTRUCTIONS.contains(most));
    }

    /** Whether Linux lists AMX for bfloat16, as libtorch does not report it. */
    private static boolean hasTiles() {
        return CpuFeatures.flags().contains("amx_bf16");
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
            NDArray input = ones(graph, ROWS, WIDTH, Dtype.BFLOAT16, scope);
            NDArray weight = ones(graph, WIDTH, WIDTH, Dtype.BFLOAT16, scope);
            return ratio(graph, "plain", "widened", input, weight, scope) <= 1;
        } catch (GlimpseException notOffered) {
            return false;
        }
    }

    /** Clearly at many rows, as where there is AVX-512, or at one row and hardly slower at many, as two threads of AMD's without it. */
    private static boolean onednnIsFaster(double many, Graph graph, TensorScope scope) {
        return many <= CLEARLY || (many <= HARDLY_SLOWER && onednnRatio(graph, 1, WIDE, scope) <= CLEARLY);
    }

    /** The time of many rows by oneDNN as a share of that by BLAS; infinite where oneDNN has no such products. */
    private static double onednnRatio(Graph graph, TensorScope scope) {
        try {
            return onednnRatio(graph, ROWS, WIDTH, scope);
        } catch (GlimpseException notOffered) {
            return Double.POSITIVE_INFINITY;
        }
    }

    private static double onednnRatio(Graph graph, int rows, int width, TensorScope scope) {
        try (TensorScope step = scope.openChild()) {
            NDArray input = ones(graph, rows, width, Dtype.FLOAT32, step);
            NDArray weight = ones(graph, width, width, Dtype.FLOAT32, step);
            return ratio(graph, "onednn", "plain", input, weight, step);
        }
    }

    private static NDArray ones(Graph graph, int rows, int width, Dtype type, TensorScope scope) {
        return graph.call("ones").with(rows).with(width).with(type.code()).run(scope);
    }

    private static double ratio(
            Graph graph, String one, String other, NDArray input, NDArray weight, TensorScope scope) {
        return ratio(
                step -> graph.call(one).with(input).with(weight).run(step),
                step -> graph.call(other).with(input).with(weight).run(step),
                scope);
    }

    /** The shortest time of one way as a share of the other's, asked in turns, so that other work delays both. */
    static double ratio(Consumer<TensorScope> one, Consumer<TensorScope> other, TensorScope scope) {
        long shortest = Long.MAX_VALUE;
        long otherShortest = Long.MAX_VALUE;
        for (int round = 0; round < ROUNDS; round++) {
            shortest = Math.min(shortest, nanos(one, scope));
            otherShortest = Math.min(otherShortest, nanos(other, scope));
        }
        return (double) shortest / otherShortest;
    }

    private static long nanos(Consumer<TensorScope> way, TensorScope scope) {
        try (TensorScope step = scope.openChild()) {
            long start = System.nanoTime();
            way.accept(step);
            return System.nanoTime() - start;
        }
    }
}
