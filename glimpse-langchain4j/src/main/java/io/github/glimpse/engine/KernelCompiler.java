package io.github.glimpse.engine;

import ai.djl.engine.EngineException;
import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import com.sun.jna.StringArray;
import com.sun.jna.ptr.LongByReference;
import com.sun.jna.ptr.PointerByReference;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** NVIDIA's compiler for the running GPU, NVRTC, which comes with libtorch's CUDA builds. */
final class KernelCompiler {

    // As wheels, unpacked libtorch and Windows name it; not its "builtins" and "alt".
    private static final Pattern FILE =
            Pattern.compile("libnvrtc(-[0-9a-f]+)?\\.so(\\.[0-9.]+)?|nvrtc64_[0-9]+_[0-9]+\\.dll");
    private static final List<String> NAMES = List.of("libnvrtc.so.12", "libnvrtc.so.13", "nvrtc");
    // From torch/lib to site-packages/nvidia
    private static final String WHEELS = "../../nvidia";

    // What nobody holds is unloaded.
    private static final Set<com.sun.jna.NativeLibrary> HELD = ConcurrentHashMap.newKeySet();

    private final com.sun.jna.NativeLibrary library;

    private KernelCompiler(com.sun.jna.NativeLibrary library) {
        this.library = library;
        HELD.add(library);
    }

    /**
     * Looks for it beside libtorch, and then where the loader looks.
     *
     * @param libraries libtorch's folder
     * @throws UnsatisfiedLinkError if it is nowhere
     */
    static KernelCompiler open(Path libraries) {
        List<String> names = new ArrayList<>(beside(libraries));
        names.addAll(NAMES);
        UnsatisfiedLinkError failure = new UnsatisfiedLinkError(
                "NVRTC is neither beside libtorch in " + libraries + " nor in the loader's path (" + NAMES + ")");
        for (String name : names) {
            try {
                return new KernelCompiler(com.sun.jna.NativeLibrary.getInstance(name));
            } catch (UnsatisfiedLinkError missing) {
                failure.addSuppressed(missing);
            }
        }
        throw failure;
    }

    /** The files of that name in libtorch's folder, and in those of NVIDIA's wheels beside it. */
    static List<String> beside(Path libraries) {
        Path wheels = libraries.resolve(WHEELS).normalize();
        List<Path> folders = new ArrayList<>(List.of(libraries));
        folders.addAll(list(wheels).stream().map(wheel -> wheel.resolve("lib")).toList());
        return folders.stream()
                .flatMap(folder -> list(folder).stream())
                .filter(file -> FILE.matcher(file.getFileName().toString()).matches())
                .map(Path::toString)
                .toList();
    }

    private static List<Path> list(Path folder) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        } catch (IOException e) {
            // Whoever cannot look into it finds nothing there.
            return List.of();
        }
    }

    /**
     * Compiles.
     *
     * @param name of the text, for what the compiler says
     * @param options such as {@code --gpu-architecture=sm_90}
     * @throws EngineException if the compiler refuses; with what it says
     */
    Memory compile(String source, String name, List<String> options) {
        PointerByReference handle = new PointerByReference();
        call("nvrtcCreateProgram", handle, source, name, 0, Pointer.NULL, Pointer.NULL);
        Pointer program = handle.getValue();
        try {
            int code = library.getFunction("nvrtcCompileProgram")
                    .invokeInt(new Object[] {program, options.size(), new StringArray(options.toArray(String[]::new))});
            if (code != 0) {
                throw new EngineException("NVRTC refuses the kernels: " + log(program));
            }
            LongByReference size = new LongByReference();
            call("nvrtcGetCUBINSize", program, size);
            Memory compiled = new Memory(size.getValue());
            call("nvrtcGetCUBIN", program, compiled);
            return compiled;
        } finally {
            call("nvrtcDestroyProgram", new PointerByReference(program));
        }
    }

    private String log(Pointer program) {
        LongByReference size = new LongByReference();
        call("nvrtcGetProgramLogSize", program, size);
        try (Memory log = new Memory(Math.max(1, size.getValue()))) {
            call("nvrtcGetProgramLog", program, log);
            return log.getString(0, StandardCharsets.UTF_8.name()).strip();
        }
    }

    private void call(String name, Object... arguments) {
        int code = library.getFunction(name).invokeInt(arguments);
        if (code != 0) {
            throw new EngineException("NVRTC's " + name + " gave " + code);
        }
    }
}
