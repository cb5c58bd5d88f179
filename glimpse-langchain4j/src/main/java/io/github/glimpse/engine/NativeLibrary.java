package io.github.glimpse.engine;

import ai.djl.engine.Engine;
import ai.djl.pytorch.jni.LibUtils;
import io.github.glimpse.NativeLibraryException;
import io.github.glimpse.engine.RuntimeOptions.NativeDownload;
import java.io.File;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loader of DJL's PyTorch engine. Downloads nothing unasked, and checks that DJL, its JNI library and libtorch fit each other.
 */
final class NativeLibrary {

    /** DJL's names for a libtorch of the user's own: variables of the environment, which win, or system properties. */
    static final String PATH = "PYTORCH_LIBRARY_PATH";

    private static final Logger LOG = LoggerFactory.getLogger(NativeLibrary.class);

    private static final String VERSION = "PYTORCH_VERSION";
    private static final String FLAVOR = "PYTORCH_FLAVOR";
    private static final String OFFLINE = "ai.djl.offline";
    private static final String NO_TRACKING = "OPT_OUT_TRACKING";
    // DJL names it so where the CPU's libtorch is a jar on the class path.
    private static final String ON_CLASS_PATH = "native/lib/pytorch.properties";
    private static final Pattern MISSING_FILE = Pattern.compile("([\\w.+-]+\\.so[.\\d]*): cannot open shared object");

    // The JVM's words: it gives a native library to one class loader only.
    private static final String OTHER_LOADER = "already loaded in another classloader";

    // Once for all models of a process.
    private static boolean fallBackReported;

    private NativeLibrary() {}

    /**
     * Loads it, once in a process.
     *
     * @param path folder of a libtorch, null for the one that the environment or the class path has
     * @param gpuWanted whether the CPU alone will not do
     * @throws NativeLibraryException if the CPU or the library does not fit
     */
    static synchronized Engine load(NativeDownload download, @Nullable Path path, boolean gpuWanted) {
        CpuFeatures.requireAvx();
        Map<String, String> settings = new LinkedHashMap<>();
        // DJL reads the first when it looks for libraries: without it a missing jar means a download of 100 MB or more.
        // Without the second it reports its start to a server.
        settings.put(OFFLINE, Boolean.toString(download == NativeDownload.FORBIDDEN));
        settings.put(NO_TRACKING, "true");
        NativeFolder folder = folder(path, gpuWanted);
        if (folder != null) {
            settings.put(PATH, folder.lib().toString());
            settings.put(VERSION, folder.version());
            settings.put(FLAVOR, folder.flavor());
        }
        Map<String, @Nullable String> before = new LinkedHashMap<>();
        settings.forEach((key, value) -> before.put(key, System.getProperty(key)));
        try {
            settings.forEach((key, value) -> {
                // What somebody has set for DJL himself is the last word on it.
                if (!(key.equals(VERSION) || key.equals(FLAVOR)) || setting(key) == null) {
                    System.setProperty(key, value);
                }
            });
            LargePages.askFor();
            FreedMemory.keep();
            ThreadWaitPolicy.choose();
            NativeCache.prepare(folder, download);
            Engine engine = Engine.getEngine("PyTorch");
            check(Engine.getDjlVersion(), path == null ? null : folder);
            return engine;
        } catch (RuntimeException | LinkageError e) {
            throw e instanceof NativeLibraryException known ? known : missing(e, folder);
        } finally {
            before.forEach(NativeLibrary::set);
        }
    }

    private static @Nullable NativeFolder folder(@Nullable Path path, boolean gpuWanted) {
        String named = System.getenv(PATH);
        if (path == null) {
            return named(setting(PATH));
        }
        NativeFolder folder = NativeFolder.of(path);
        if (named != null && !folder.equals(named(named))) {
            throw new NativeLibraryException("The environment's " + PATH + " is " + named
                    + ", but glimpse.native.path is " + path + "; take one of them away");
        }
        CudaDriver driver = CudaDriver.open();
        if (folder.forCuda() && !driver.failure().isEmpty() && !gpuWanted && isOnClassPath()) {
            // It cannot be loaded without the driver's library, and the CPU's own is here.
            if (!fallBackReported) {
                LOG.warn(
                        "The libtorch in {} was built for CUDA and needs NVIDIA's driver ({}); the CPU's libtorch of"
                                + " the class path is used instead, see docs/guide/gpu.md",
                        folder.lib(),
                        driver.failure());
                fallBackReported = true;
            }
            return null;
        }
        return folder;
    }

    /** DJL takes the first folder of a list that has a libtorch; without one it goes on by itself. */
    private static @Nullable NativeFolder named(@Nullable String folders) {
        if (folders == null || folders.isBlank()) {
            return null;
        }
        return Arrays.stream(folders.split(File.pathSeparator, -1))
                .filter(name -> !name.isBlank())
                .map(Path::of)
                .filter(NativeFolder::isOne)
                .findFirst()
                .map(NativeFolder::of)
                .orElse(null);
    }

    private static boolean isOnClassPath() {
        ClassLoader own = NativeLibrary.class.getClassLoader();
        ClassLoader context = Thread.currentThread().getContextClassLoader();
        return (own != null && own.getResource(ON_CLASS_PATH) != null)
                || (context != null && context.getResource(ON_CLASS_PATH) != null);
    }

    private static @Nullable String setting(String name) {
        String inEnvironment = System.getenv(name);
        return inEnvironment == null ? System.getProperty(name) : inEnvironment;
    }

    private static void set(String property, @Nullable String value) {
        if (value == null) {
            System.clearProperty(property);
        } else {
            System.setProperty(property, value);
        }
    }

    private static void check(String djl, @Nullable NativeFolder wanted) {
        String libtorch = LibUtils.getVersion();
        if (!libtorch.startsWith(TorchRuntime.LIBTORCH_VERSION)) {
            throw new NativeLibraryException("libtorch " + libtorch + " was loaded, but this release needs "
                    + TorchRuntime.LIBTORCH_VERSION + "; use ai.djl.pytorch:pytorch-native-cpu:"
                    + TorchRuntime.LIBTORCH_VERSION
                    + " or let glimpse.native.path name a folder with that release");
        }
        if (!djl.startsWith(TorchRuntime.DJL_VERSION)) {
            throw new NativeLibraryException(
                    "DJL's PyTorch engine " + djl + " is on the class path, but this release needs "
                            + TorchRuntime.DJL_VERSION + "; manage ai.djl:api and ai.djl.pytorch:pytorch-engine to "
                            + TorchRuntime.DJL_VERSION);
        }
        Path loaded = Path.of(LibUtils.getLibtorchPath()).toAbsolutePath().normalize();
        if (wanted != null && !wanted.lib().equals(loaded)) {
            throw new NativeLibraryException("glimpse.native.path asks for the libtorch in " + wanted.lib()
                    + ", but this process has loaded the one in " + loaded
                    + "; one process has one: name the same folder everywhere, before the first model is loaded");
        }
    }

    private static NativeLibraryException missing(Throwable failure, @Nullable NativeFolder folder) {
        Throwable root = failure;
        while (root.getCause() != null && root.getCause() != root) {
            root = root.getCause();
        }
        String reason = String.valueOf(root.getMessage());
        if (reason.contains(OTHER_LOADER)) {
            return new NativeLibraryException(
                    "libtorch was loaded by another class loader of this JVM (" + reason
                            + "): by another web application,"
                            + " or by this one before it was deployed again; restart the JVM, or put DJL and libtorch into"
                            + " the class loader that the applications share, see docs/guide/deployment.md",
                    failure);
        }
        if (folder != null) {
            Matcher file = MISSING_FILE.matcher(reason);
            String missing = file.find() ? file.group(1) : "";
            return new NativeLibraryException(
                    "The libtorch in " + folder.lib() + " could not be loaded (" + reason + "); "
                            + advice(missing, folder),
                    failure);
        }
        String platform = platform();
        return new NativeLibraryException(
                "The PyTorch native library for " + platform + " could not be loaded (" + reason
                        + "); add ai.djl.pytorch:pytorch-native-cpu:" + TorchRuntime.LIBTORCH_VERSION
                        + " with classifier "
                        + platform + " and ai.djl.pytorch:pytorch-jni:" + TorchRuntime.LIBTORCH_VERSION + "-"
                        + TorchRuntime.DJL_VERSION
                        + ", or set glimpse.native.download=true, or see docs/guide/gpu.md for CUDA",
                failure);
    }

    private static String advice(String missing, NativeFolder folder) {
        if (missing.startsWith("libcuda.so")) {
            return missing
                    + " comes with NVIDIA's driver: install it, or give the container access to the GPU, or take "
                    + "glimpse.native.path and " + PATH + " away to use the CPU";
        }
        if (!missing.isEmpty()) {
            return missing
                    + " is missing: copy the whole Python environment, nvidia/* included, or install what has it";
        }
        return "check that " + folder.lib() + " is a whole libtorch " + TorchRuntime.LIBTORCH_VERSION
                + " for this platform (docs/guide/gpu.md)";
    }

    /** The system and the architecture, as the names of native artefacts have them. */
    static String platform() {
        String os = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
        String name = os.startsWith("win") ? "win" : os.startsWith("mac") ? "osx" : "linux";
        String arch = System.getProperty("os.arch", "");
        return name + "-" + (arch.equals("amd64") ? "x86_64" : arch);
    }
}
