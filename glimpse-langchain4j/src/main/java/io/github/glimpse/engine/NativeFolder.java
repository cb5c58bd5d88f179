package io.github.glimpse.engine;

import io.github.glimpse.NativeLibraryException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A folder with a libtorch of the user's own: an installed {@code torch} wheel, its {@code lib}, or an unpacked libtorch.
 *
 * @param lib where the libraries lie
 * @param build version with its build, such as {@code 2.7.1+cu126}
 */
record NativeFolder(Path lib, String build) {

    // DJL has one JNI library for CUDA; it fits a libtorch of the same release whatever CUDA that was built with.
    private static final String CUDA_FLAVOR = "cu128";
    private static final String CPU_FLAVOR = "cpu";

    private static final List<String> PLACES = List.of("", "lib", "torch/lib");
    private static final Pattern PYTHON_VERSION = Pattern.compile("__version__\\s*=\\s*'([0-9][^']*)'");

    /**
     * Reads a folder.
     *
     * @throws NativeLibraryException if there is no libtorch in it, or none of the release that is needed
     */
    static NativeFolder of(Path folder) {
        Path lib = lib(folder)
                .orElseThrow(() -> new NativeLibraryException("There is no " + System.mapLibraryName("torch") + " in "
                        + folder + ", its lib or its torch/lib; let glimpse.native.path name the folder of a libtorch "
                        + TorchRuntime.LIBTORCH_VERSION + ", such as site-packages/torch (docs/guide/gpu.md)"));
        NativeFolder found =
                new NativeFolder(lib.toAbsolutePath().normalize(), version(lib).orElse(TorchRuntime.LIBTORCH_VERSION));
        if (!found.version().equals(TorchRuntime.LIBTORCH_VERSION)) {
            throw new NativeLibraryException("The libtorch in " + folder + " is " + found.build()
                    + ", but this release needs " + TorchRuntime.LIBTORCH_VERSION + "; install torch=="
                    + TorchRuntime.LIBTORCH_VERSION + " (docs/guide/gpu.md)");
        }
        return found;
    }

    /** Whether there is a libtorch in a folder. */
    static boolean isOne(Path folder) {
        return lib(folder).isPresent();
    }

    private static Optional<Path> lib(Path folder) {
        return PLACES.stream()
                .map(folder::resolve)
                .filter(place -> Files.isRegularFile(place.resolve(System.mapLibraryName("torch"))))
                .findFirst();
    }

    private static Optional<String> version(Path lib) {
        Path above = lib.toAbsolutePath().normalize().getParent();
        if (above == null) {
            return Optional.empty();
        }
        Optional<String> python = read(above.resolve("version.py"))
                .map(PYTHON_VERSION::matcher)
                .filter(Matcher::find)
                .map(matcher -> matcher.group(1));
        return python.isPresent()
                ? python
                : read(above.resolve("build-version")).map(String::strip);
    }

    private static Optional<String> read(Path file) {
        try {
            return Files.isRegularFile(file)
                    ? Optional.of(Files.readString(file, StandardCharsets.ISO_8859_1))
                    : Optional.empty();
        } catch (IOException e) {
            throw new NativeLibraryException("The file " + file + " cannot be read (" + e + "); check its rights", e);
        }
    }

    /** The version without its build. */
    String version() {
        int plus = build.indexOf('+');
        return plus < 0 ? build : build.substring(0, plus);
    }

    /** Whether it was built for CUDA. */
    boolean forCuda() {
        return hasCuda(lib);
    }

    /** Whether the libtorch in a folder was built for CUDA. */
    static boolean hasCuda(Path lib) {
        return Files.isRegularFile(lib.resolve(System.mapLibraryName("torch_cuda")));
    }

    /** DJL's name for the JNI library that fits. */
    String flavor() {
        return forCuda() ? CUDA_FLAVOR : CPU_FLAVOR;
    }
}
