package io.github.glimpse.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KernelCompilerTest {

    @TempDir
    Path site;

    @Test
    void itIsFoundInTheWheelsBesideTorch() throws IOException {
        Path torch = Files.createDirectories(site.resolve("torch/lib"));
        Path wheel = Files.createDirectories(site.resolve("nvidia/cuda_nvrtc/lib"));
        Files.createFile(wheel.resolve("libnvrtc.so.12"));
        Files.createFile(wheel.resolve("libnvrtc-builtins.so.12.8"));
        Files.createFile(wheel.resolve("libnvrtc.alt.so.12"));
        Files.createDirectories(site.resolve("nvidia/cublas"));

        assertThat(KernelCompiler.beside(torch))
                .containsExactly(wheel.resolve("libnvrtc.so.12").toString());
    }

    @Test
    void itIsFoundBesideAnUnpackedLibtorchByItsHashedName() throws IOException {
        Path torch = Files.createDirectories(site.resolve("libtorch/lib"));
        Files.createFile(torch.resolve("libnvrtc-6c4f2a51.so.12"));
        Files.createFile(torch.resolve("nvrtc64_120_0.dll"));
        Files.createFile(torch.resolve("libtorch_cuda.so"));

        assertThat(KernelCompiler.beside(torch))
                .containsExactly(
                        torch.resolve("libnvrtc-6c4f2a51.so.12").toString(),
                        torch.resolve("nvrtc64_120_0.dll").toString());
    }

    @Test
    void whereThereIsNoneNothingIsFound() {
        assertThat(KernelCompiler.beside(site.resolve("nowhere/lib"))).isEmpty();
    }
}
