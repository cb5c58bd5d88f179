package io.github.glimpse.engine;

import io.github.glimpse.NativeLibraryException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The library of our own that multiplies up to 16 rows by packed weights on processors with AMX: the bits of oneDNN's products, at the speed of
 * memory ({@code src/main/cpp/few_rows.cpp}, ADR 0033). It is loaded behind libtorch, whose operators it adds to, and used if it gives oneDNN's
 * bits here; without it oneDNN multiplies these rows too.
 */
final class FewRows {

    static final String LIBRARY = "few-rows-linux-x86_64.so";

    private static final Logger LOG = LoggerFactory.getLogger(FewRows.class);

    /** Rows, outputs and inputs that are tried: whole and in part, one sum, several of equal length, and several with a rest. */
    private static final List<long[]> TRIED =
            List.of(new long[] {1, 64, 2_048}, new long[] {16, 200, 96 * 32}, new long[] {5, 33, 67 * 32});

    private FewRows() {}

    /** Whether its products are those to use; loads it if this process has not done so yet. Says in the log why they are not. */
    static boolean areMultiplied(TorchRuntime runtime) {
        if (!TorchRuntime.mayUseOwnKernels() || !isPlatform()) {
            return false;
        }
        try {
            if (!isLoaded(runtime)) {
                load();
            }
            if (TRIED.stream().allMatch(shape -> agrees(shape, runtime))) {
                return true;
            }
            notUsed("they have other bits than oneDNN's, or the system gives this process no tiles");
        } catch (IOException | LinkageError | NativeLibraryException e) {
            notUsed(String.valueOf(e.getMessage()));
        }
        return false;
    }

    private static void notUsed(String why) {
        LOG.warn(
                "The kernels for few rows on AMX are not used ({}); answers are as good, and tokens take up to twice as"
                        + " long, see docs/guide/performance.md#cpus-with-amx",
                why);
    }

    private static boolean isPlatform() {
        String arch = System.getProperty("os.arch", "");
        return System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("linux")
                && (arch.equals("amd64") || arch.equals("x86_64"));
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
        Path copy = Files.createTempFile("glimpse-few-rows", ".so");
        try (InputStream in = FewRows.class.getResourceAsStream(LIBRARY)) {
            if (in == null) {
                throw new IOException("the jar has no " + LIBRARY);
            }
            Files.write(copy, in.readAllBytes());
            System.load(copy.toString());
        } finally {
            // What is loaded stays.
            Files.deleteIfExists(copy);
        }
    }

    private static boolean agrees(long[] shape, TorchRuntime runtime) {
        try (Graph graph = graph(runtime);
                TensorScope scope = runtime.openScope()) {
            return HostValues.longs(graph.call("agrees")
                            .with(shape[0])
                            .with(shape[1])
                            .with(shape[2])
                            .run(scope))[0]
                    == 1;
        }
    }

    private static Graph graph(TorchRuntime runtime) {
        return Graph.named("few rows").with(FewRows.class, "few-rows").compile(runtime);
    }
}
