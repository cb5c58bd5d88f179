package io.github.glimpse.engine;

import com.sun.jna.Memory;
import java.nio.file.Path;
import java.util.Map;

/** Compiles kernels for GPUs that need not be there. */
public final class KernelCompilation {

    private KernelCompilation() {}

    /**
     * Compiles {@code name.cu} from beside a class.
     *
     * @param libraries the folder of NVRTC
     * @param architecture such as {@code sm_90}
     * @return bytes of what came out
     */
    public static long bytes(
            Path libraries, Class<?> face, String name, Map<String, Integer> facts, String architecture) {
        try (Memory compiled = KernelCompiler.open(libraries)
                .compile(CudaKernels.source(face, name), name, CudaKernels.options(architecture, facts))) {
            return compiled.size();
        }
    }
}
