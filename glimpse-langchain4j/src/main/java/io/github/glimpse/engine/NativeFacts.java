package io.github.glimpse.engine;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the native library found on this machine when it started. Reading it runs nothing.
 *
 * @param djl release of DJL
 * @param libtorch release of libtorch
 * @param libraries where libtorch lies
 * @param cuda whether that libtorch was built for CUDA
 * @param driver what the kernel's module of NVIDIA's driver says of itself; null if there is none
 * @param driverCuda newest CUDA that the driver runs, null if it cannot be asked
 * @param driverFailure why the driver's library cannot be loaded, null if it can
 * @param gpus the driver's GPUs
 * @param device what was chosen: {@code cpu} or {@code cuda:N}
 * @param reason why
 * @param unusedGpu why a GPU that seems to be there is left alone; null if none is
 * @param waitPolicy wait policy of idle OpenMP threads: the environment variable in force and its origin, or libgomp's
 *     default
 */
public record NativeFacts(
        String djl,
        String libtorch,
        String libraries,
        boolean cuda,
        @Nullable String driver,
        @Nullable String driverCuda,
        @Nullable String driverFailure,
        List<GpuDescription> gpus,
        String device,
        String reason,
        @Nullable String unusedGpu,
        String waitPolicy) {

    /** Copies the list. */
    public NativeFacts {
        gpus = List.copyOf(gpus);
    }

    NativeFacts with(String chosen, String why, @Nullable String unused) {
        return new NativeFacts(
                djl,
                libtorch,
                libraries,
                cuda,
                driver,
                driverCuda,
                driverFailure,
                gpus,
                chosen,
                why,
                unused,
                waitPolicy);
    }
}
