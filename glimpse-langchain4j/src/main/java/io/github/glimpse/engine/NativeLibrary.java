package io.github.glimpse.engine;

import ai.djl.engine.Engine;
import ai.djl.pytorch.jni.LibUtils;
import io.github.glimpse.NativeLibraryException;
import io.github.glimpse.engine.RuntimeOptions.NativeDownload;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Loads DJL's PyTorch engine without an unasked download and checks that its three parts fit. */
final class NativeLibrary {

    private static final String OFFLINE = "ai.djl.offline";
    private static final String NO_TRACKING = "OPT_OUT_TRACKING";

    private NativeLibrary() {}

    static synchronized Engine load(NativeDownload download) {
        // DJL reads the first when it looks for libraries: without it a missing jar means a download of 100 MB or more.
        // Without
        // the second it reports its start to a server.
        String offline = set(OFFLINE, Boolean.toString(download == NativeDownload.FORBIDDEN));
        String noTracking = set(NO_TRACKING, "true");
        try {
            Engine engine = Engine.getEngine("PyTorch");
            check(Engine.getDjlVersion());
            return engine;
        } catch (RuntimeException | LinkageError e) {
            throw e instanceof NativeLibraryException known ? known : missing(e);
        } finally {
            set(OFFLINE, offline);
            set(NO_TRACKING, noTracking);
        }
    }

    private static @Nullable String set(String property, @Nullable String value) {
        return value == null ? System.clearProperty(property) : System.setProperty(property, value);
    }

    private static void check(String djl) {
        String libtorch = LibUtils.getVersion();
        if (!libtorch.startsWith(TorchRuntime.LIBTORCH_VERSION)) {
            throw new NativeLibraryException("libtorch " + libtorch + " was loaded, but this release needs "
                    + TorchRuntime.LIBTORCH_VERSION + "; use ai.djl.pytorch:pytorch-native-cpu:"
                    + TorchRuntime.LIBTORCH_VERSION
                    + " or point PYTORCH_LIBRARY_PATH and PYTORCH_VERSION to that release");
        }
        if (!djl.startsWith(TorchRuntime.DJL_VERSION)) {
            throw new NativeLibraryException(
                    "DJL's PyTorch engine " + djl + " is on the class path, but this release needs "
                            + TorchRuntime.DJL_VERSION + "; manage ai.djl:api and ai.djl.pytorch:pytorch-engine to "
                            + TorchRuntime.DJL_VERSION);
        }
    }

    private static NativeLibraryException missing(Throwable cause) {
        String platform = platform();
        return new NativeLibraryException(
                "The PyTorch native library for " + platform + " could not be loaded (" + cause.getMessage()
                        + "); add ai.djl.pytorch:pytorch-native-cpu:" + TorchRuntime.LIBTORCH_VERSION
                        + " with classifier "
                        + platform + " and ai.djl.pytorch:pytorch-jni:" + TorchRuntime.LIBTORCH_VERSION + "-"
                        + TorchRuntime.DJL_VERSION
                        + ", or set glimpse.native.download=true, or see docs/guide/gpu.md for CUDA",
                cause);
    }

    private static String platform() {
        String os = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
        String name = os.startsWith("win") ? "win" : os.startsWith("mac") ? "osx" : "linux";
        String arch = System.getProperty("os.arch", "");
        return name + "-" + (arch.equals("amd64") ? "x86_64" : arch);
    }
}
