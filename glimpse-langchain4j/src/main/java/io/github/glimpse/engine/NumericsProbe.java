package io.github.glimpse.engine;

import io.github.glimpse.GlimpseException;
import io.github.glimpse.NativeLibraryException;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * CPU features and the kernels chosen by them, found when the first runtime of the process starts. Kernels are tried for
 * availability and exactness; none is chosen by a measured time, so the same machine computes the same bits at every start
 * (ADR 0036).
 *
 * @param packs whether packed bfloat16 products run here
 * @param multipliesTiles whether these are oneDNN's of AMX, whatever the rows
 * @param fewRows whether these are {@link FewRows}' for few rows
 * @param manyRows and for any number of rows
 * @param plainRows whether rows by weights that are not packed are those of {@link FewRows}
 * @param asPacked whether these have the bits of those by packed weights
 * @param largestInt8 the largest int8 weight whose products run here and are exact, 0 for none
 * @param widenFromRows see {@link TorchRuntime#widenFromRows()}
 * @param onednnFloat32 whether float32 products are oneDNN's instead of MKL's: on AMD's processors
 * @param onednnManyRows whether they are for many rows too: on AMD's processors with AVX-512
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

    /** The state before the probe has run: no optional kernel. */
    static final NumericsProbe NOTHING =
            new NumericsProbe(false, false, false, false, false, false, 0, Long.MAX_VALUE, false, false, false);

    // At few rows a product is bound by reading the weight, and bfloat16 is half the bytes.
    private static final long FEW_ROWS = 8;

    private static final Set<String> ALL_INSTRUCTIONS = Set.of("", "ALL", "DEFAULT");

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
            boolean packs = runs(graph, "packed", scope);
            boolean tiles = packs && onednnMayUse("AMX", System.getenv()) && hasTiles();
            boolean library = FewRows.areThere(runtime);
            boolean fewRows = library && packs && FewRows.multiplyPacked(runtime);
            boolean manyRows = fewRows && !tiles;
            boolean plainRows = library && FewRows.multiplyRows(runtime);
            boolean onednn = CpuFeatures.isAmd() && runs(graph, "onednn", scope);
            return new NumericsProbe(
                    packs,
                    tiles && !fewRows,
                    fewRows,
                    manyRows,
                    plainRows,
                    manyRows && plainRows && FewRows.multiplyAsPacked(runtime),
                    Int8Weights.largest(runtime),
                    packs ? Long.MAX_VALUE : FEW_ROWS + 1,
                    onednn,
                    onednn && CpuFeatures.hasAvx512() && onednnMayUse("AVX512", System.getenv()),
                    false);
        }
    }

    /**
     * Whether oneDNN's environment variables allow an instruction set.
     *
     * @param instructions a part of the variables' values, such as {@code AVX512}, which {@code AVX512_CORE_AMX} has too
     */
    static boolean onednnMayUse(String instructions, Map<String, String> environment) {
        return Stream.of("ONEDNN_MAX_CPU_ISA", "DNNL_MAX_CPU_ISA")
                .map(environment::get)
                .filter(Objects::nonNull)
                .map(most -> most.toUpperCase(Locale.ROOT))
                .allMatch(most -> most.contains(instructions) || ALL_INSTRUCTIONS.contains(most));
    }

    /** Whether Linux lists AMX for bfloat16, as libtorch does not report it. */
    private static boolean hasTiles() {
        return CpuFeatures.flags().contains("amx_bf16");
    }

    private static boolean runs(Graph graph, String method, TensorScope scope) {
        try {
            graph.call(method).run(scope);
            return true;
        } catch (NativeLibraryException notOffered) {
            return false;
        }
    }
}
