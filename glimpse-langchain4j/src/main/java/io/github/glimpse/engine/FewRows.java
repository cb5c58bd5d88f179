package io.github.glimpse.engine;

import io.github.glimpse.NativeLibraryException;
import io.github.glimpse.files.TemporaryFolder;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The library of our own for the rows of steps ({@code src/main/cpp}, ADR 0033), on Linux and x86_64: rows by packed weights on processors
 * that multiply bfloat16, up to 16 with AMX and any number without, with the bits of oneDNN's products; and rows by weights as
 * checkpoints hold them, on any processor with AVX2, together and each with the bits that it has alone, which are those by packed weights
 * without AMX; there it computes what is between the products of a step too. It also packs weights, as oneDNN does and several times as
 * fast. It is loaded behind libtorch, whose operators it adds to, and each half is used if it is right here; without it libtorch computes
 * these rows too.
 */
final class FewRows {

    /** Of this platform, if there is one for it. */
    static final String LIBRARY = "rows-" + NativeLibrary.platform() + ".so";

    private static final Logger LOG = LoggerFactory.getLogger(FewRows.class);

    /** Rows, outputs and inputs that are tried: whole, in part and many, one sum, several of equal length, and several with a rest; each kernel. */
    private static final List<long[]> PACKED = List.of(
            new long[] {1, 64, 2_048},
            new long[] {2, 96, 96 * 32},
            new long[] {3, 64, 2_048},
            new long[] {4, 33, 67 * 32},
            new long[] {16, 200, 96 * 32},
            new long[] {5, 33, 67 * 32},
            new long[] {23, 96, 67 * 32},
            new long[] {18, 289, 64});

    /** Rows, outputs and inputs: few and more, in one pass and two, and many. */
    private static final List<long[]> AS_PACKED = List.of(
            new long[] {1, 96, 2_048},
            new long[] {3, 33, 67 * 32},
            new long[] {11, 65, 96 * 32},
            new long[] {2, 40, 1_111},
            new long[] {23, 96, 67 * 32});

    /** Rows, outputs, inputs and types. */
    private static final List<long[]> BY_WEIGHTS = List.of(
            new long[] {7, 40, 96, Dtype.BFLOAT16.code()},
            new long[] {3, 33, 1_111, Dtype.BFLOAT16.code()},
            new long[] {5, 35, 333, Dtype.FLOAT32.code()});

    /** Rows, numbers of a head, rows before, and types: of one chunk of keys, and of several. */
    private static final List<long[]> STEPS = List.of(
            new long[] {3, 40, 30, Dtype.BFLOAT16.code()},
            new long[] {2, 128, 1_023, Dtype.BFLOAT16.code()},
            new long[] {3, 20, 600, Dtype.FLOAT32.code()});

    private FewRows() {}

    /** Loads the library if this process has not done so yet. Says in the log why it is not there. */
    static boolean areThere(TorchRuntime runtime) {
        if (!TorchRuntime.mayUseOwnKernels() || FewRows.class.getResource(LIBRARY) == null) {
            return false;
        }
        try {
            if (!isLoaded(runtime)) {
                load();
                graph(runtime).close();
            }
            return true;
        } catch (IOException | LinkageError | NativeLibraryException e) {
            notUsed(String.valueOf(e.getMessage()));
            return false;
        }
    }

    /** Whether its products by packed weights are those to use, where the library is there and weights are packed. */
    static boolean multiplyPacked(TorchRuntime runtime) {
        return agree("packed_agree", PACKED, "products by packed weights have other bits than oneDNN's", runtime);
    }

    /** Whether its products by weights of checkpoints, and what it computes between products, are those to use, where the library is there. */
    static boolean multiplyRows(TorchRuntime runtime) {
        String why = "the processor has no AVX2, or rows have other bits among others than alone";
        return agree("rows_agree", BY_WEIGHTS, why, runtime) && agree("steps_agree", STEPS, why, runtime);
    }

    /** Whether products by weights of checkpoints have the bits of those by packed weights, where it multiplies any rows by both. */
    static boolean multiplyAsPacked(TorchRuntime runtime) {
        return agree("as_packed_agree", AS_PACKED, runtime);
    }

    private static boolean agree(String method, List<long[]> tried, String why, TorchRuntime runtime) {
        boolean agrees = agree(method, tried, runtime);
        if (!agrees) {
            notUsed(why);
        }
        return agrees;
    }

    private static boolean agree(String method, List<long[]> tried, TorchRuntime runtime) {
        try (Graph graph = graph(runtime);
                TensorScope scope = runtime.openScope()) {
            for (long[] shape : tried) {
                Graph.Call call = graph.call(method);
                for (long size : shape) {
                    call.with(size);
                }
                if (HostValues.longs(call.run(scope))[0] == 0) {
                    return false;
                }
            }
            return true;
        }
    }

    private static void notUsed(String why) {
        LOG.warn(
                "Kernels of our own for the rows of steps are not used ({}); answers are as good, and tokens may take"
                        + " up to twice as long, see docs/guide/performance.md#kernels",
                why);
    }

    /** Another class loader may have done so. */
    private static boolean isLoaded(TorchRuntime runtime) {
        try {
            graph(runtime).close();
            return true;
        } catch (NativeLibraryException unknownOperator) {
            return false;
        }
    }

    private static void load() throws IOException {
        // What is loaded stays when the folder is deleted.
        try (TemporaryFolder folder = TemporaryFolder.create("native");
                InputStream in = FewRows.class.getResourceAsStream(LIBRARY)) {
            Path copy = folder.path().resolve(LIBRARY);
            Files.write(copy, Objects.requireNonNull(in).readAllBytes());
            System.load(copy.toString());
        }
    }

    private static Graph graph(TorchRuntime runtime) {
        return Graph.named("few rows").with(FewRows.class, "few-rows").compile(runtime);
    }
}
