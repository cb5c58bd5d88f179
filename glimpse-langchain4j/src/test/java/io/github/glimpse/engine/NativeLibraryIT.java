package io.github.glimpse.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.testing.OwnProcess;
import io.github.glimpse.testing.TestCategory;
import io.github.glimpse.testing.Thorough;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a user reads whose class path or settings do not do. Each start needs a process of its own. */
class NativeLibraryIT {

    private static final Path QEMU = Path.of("/usr/bin/qemu-x86_64");

    @TempDir
    private Path cache;

    @Test
    void aMissingNativeJarIsNamedWithItsCoordinates() throws Exception {
        assertThat(start("pytorch-native-cpu", "cpu"))
                .contains("NativeLibraryException")
                .contains("ai.djl.pytorch:pytorch-native-cpu:2.7.1")
                .contains("glimpse.native.download=true")
                .contains("docs/guide/gpu.md");
    }

    @Test
    void aGpuThatIsNotThereIsNamed() throws Exception {
        assertThat(start("nothing", "cuda:7"))
                .contains("NativeLibraryException")
                .contains("cuda:7")
                .contains("GPUs")
                .contains("glimpse.device=cpu");
    }

    @Test
    void anUnknownDeviceIsNamedWithTheKnownOnes() throws Exception {
        assertThat(start("nothing", "tpu")).contains("'tpu' is not known; use auto, cpu, cuda or cuda:N");
    }

    @Test
    void anotherStreamOfDjlIsRefused() throws Exception {
        assertThat(start("nothing", "cpu", "-Dai.djl.pytorch.enable_cuda_stream=true"))
                .contains("NativeLibraryException")
                .contains("ai.djl.pytorch.enable_cuda_stream");
    }

    @Thorough
    @TestCategory.Hostile
    @Test
    void aGpuThatLibtorchCannotUseIsOneWarningWithItsReasonAndTheCpu() throws Exception {
        CStubs stubs = CStubs.in(cache);
        stubs.library("libcuda.so.1", "libcuda");
        stubs.library("libcudart.so", "libcudart");

        String output = start("nothing", "auto", "-Djna.library.path=" + cache);

        assertThat(output)
                .contains("started on cpu")
                .contains("gpus [GpuDescription[index=0, name=Stub GPU, major=9, minor=0, totalBytes=85899345920]]")
                .containsOnlyOnce("Running on the CPU: libtorch")
                .contains(
                        "built for CPUs only: Could not run 'aten::empty.memory_format' with arguments from the 'CUDA'"
                                + " backend.")
                .doesNotContain("Facebook")
                .doesNotContain("pytorch-native-cpu")
                .doesNotContain("frame #")
                .doesNotContain("Exception");
        assertThat(start("nothing", "cuda", "-Djna.library.path=" + cache))
                .contains("NativeLibraryException")
                .contains("libtorch can use 0 GPUs (" + output.replaceAll("(?s).*unused (.*?)\\R.*", "$1"))
                .doesNotContain("pytorch-native-cpu")
                .doesNotContain("frame #");
    }

    @Thorough
    @TestCategory.Hostile
    @Test
    void aLibtorchForCudaWithoutADriverLeavesAutoOnTheCpuWithTheLoadersReason() throws Exception {
        Path torch = pipLayout();

        assertThat(start("nothing", "auto", "-Dpath=" + torch))
                .contains("started on cpu")
                .containsOnlyOnce("libcuda.so.1: cannot open shared object file")
                .doesNotContain("pytorch-native-cpu");
        assertThat(start("nothing", "cuda", "-Dpath=" + torch))
                .contains("NativeLibraryException")
                .contains("libcuda.so.1: cannot open shared object file")
                .contains("NVIDIA's driver")
                .doesNotContain("pytorch-native-cpu");
    }

    @Test
    void djlsOwnVariableAloneIsEnoughAndItsMissingFileIsNamed() throws Exception {
        assertThat(start("nothing", "auto", "-DPYTORCH_LIBRARY_PATH=" + pipLayout()))
                .contains("NativeLibraryException")
                .contains("libcuda.so.1: cannot open shared object file")
                .doesNotContain("Cannot copy jni files")
                .doesNotContain("pytorch-native-cpu");
    }

    @Test
    void aCpuWithoutAvxIsRefusedBeforeLibtorchIsLoaded() throws Exception {
        Assumptions.assumeTrue(
                Files.isExecutable(QEMU), "no " + QEMU + ", which emulates such a CPU: package qemu-user");
        List<String> nehalem = List.of(
                QEMU.toString(),
                "-cpu",
                "Nehalem",
                Path.of(System.getProperty("java.home"), "bin", "java").toString());

        assertThat(start(nehalem, "nothing", "cpu", "-XX:TieredStopAtLevel=1"))
                .contains("NativeLibraryException: This CPU has no AVX (the JVM reports UseAVX=0)")
                .contains("docs/guide/troubleshooting.md")
                .doesNotContain("started on");
    }

    /** As a wheel lies on the disk, but for the libraries' content. */
    private Path pipLayout() throws IOException, InterruptedException {
        Assumptions.assumeTrue(
                Files.notExists(Path.of("/proc/driver/nvidia")),
                "a machine with NVIDIA's driver has what this is about");
        Path torch = Files.createDirectories(cache.resolve("site-packages/torch"));
        Files.writeString(torch.resolve("version.py"), "__version__ = '2.7.1+cu126'\n");
        Path lib = Files.createDirectories(torch.resolve("lib"));
        CStubs stubs = CStubs.in(lib);
        Path driver =
                CStubs.in(Files.createDirectories(cache.resolve("elsewhere"))).library("libcuda.so.1", "libcuda");
        stubs.library("libtorch_cuda.so", "libtorch_cuda", "-Wl,--no-as-needed", driver.toString());
        stubs.library("libtorch.so", "libtorch_cuda", "-Wl,--no-as-needed", driver.toString());
        return lib;
    }

    @Test
    void theFirstStartSaysWhatIsUnpackedWhereAndLaterOnesDoNot() throws Exception {
        String log = "-Dorg.slf4j.simpleLogger.log.io.github.glimpse.engine.NativeCache=info";
        String first = start("nothing", "cpu", log, "-DDJL_CACHE_DIR=" + cache);
        String second = start("nothing", "cpu", log, "-DDJL_CACHE_DIR=" + cache);

        assertThat(first)
                .containsPattern("First start: libtorch 2\\.7\\.1\\S* \\([1-9]\\d+ MB\\) is unpacked into "
                        + Pattern.quote(cache.toString()) + "\\S+; DJL_CACHE_DIR")
                .containsPattern("libtorch is in place after \\d+\\.\\d s")
                .contains("started on cpu");
        assertThat(second)
                .contains("started on cpu")
                .doesNotContain("First start")
                .doesNotContain("in place");
    }

    private String start(String withoutJar, String device, String... properties)
            throws IOException, InterruptedException {
        return start(List.of(OwnProcess.java()), withoutJar, device, properties);
    }

    private String start(List<String> java, String withoutJar, String device, String... properties)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(java);
        command.addAll(List.of(properties));
        command.addAll(List.of("-cp", NativeStart.classPathWithout(withoutJar), NativeStart.class.getName(), device));
        return NativeStart.output(NativeStart.beginBy(withoutJar.equals("nothing") ? null : cache, command));
    }
}
