package io.github.glimpse.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.glimpse.engine.CudaKernels.Limits;
import io.github.glimpse.engine.Dtype;
import io.github.glimpse.engine.KernelCompilation;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The kernels compile for the shapes of released models and for GPUs from Ampere on, which needs no GPU: {@code -Dglimpse.nvrtc} names the
 * folder of NVRTC, such as {@code site-packages/nvidia/cuda_nvrtc/lib} of the wheel {@code nvidia-cuda-nvrtc-cu12}.
 */
class StepCompilationIT {

    private static final String NVRTC = System.getProperty("glimpse.nvrtc", "");

    static Stream<Arguments> everyShapeOnEveryGpu() {
        Limits ampere = new Limits(108, 166_912, 167_936);
        Limits ada = new Limits(58, 101_376, 102_400);
        Limits hopper = new Limits(132, 232_448, 233_472);
        return Stream.of(
                        shape("Qwen2.5-VL-3B", 2048, 16, 2, 128, 11_008, 151_936, false),
                        shape("Qwen2.5-VL-7B", 3584, 28, 4, 128, 18_944, 152_064, false),
                        shape("LLaVA-1.5-7B", 4096, 32, 32, 128, 11_008, 32_064, false),
                        shape("Qwen3-VL-2B", 2048, 16, 8, 128, 6_144, 151_936, true),
                        shape("SmolVLM2-500M", 960, 15, 5, 64, 2_560, 49_280, false),
                        shape("LLaVA-OneVision-0.5B", 896, 14, 2, 64, 4_864, 152_000, false),
                        shape("three heads, and words that are no whole 16", 192, 3, 1, 64, 224, 1_005, false))
                .flatMap(shape -> Stream.of(
                        Arguments.of(shape.name(), shape, Dtype.BFLOAT16, "sm_80", ampere),
                        Arguments.of(shape.name(), shape, Dtype.FLOAT16, "sm_89", ada),
                        Arguments.of(shape.name(), shape, Dtype.BFLOAT16, "sm_90", hopper),
                        Arguments.of(shape.name(), shape, Dtype.BFLOAT16, "sm_120", ada)));
    }

    record Shape(String name, ModelDimensions numbers, DecoderShape decoder) {}

    private static Shape shape(
            String name,
            int hidden,
            int heads,
            int kvHeads,
            int headDim,
            int intermediate,
            int vocabulary,
            boolean headNorms) {
        return new Shape(
                name,
                new ModelDimensions(28, hidden, heads, kvHeads, headDim, 1e-6, 1152, 27),
                new DecoderShape(vocabulary, intermediate, 1e6, new int[] {headDim / 2}, false, false, headNorms));
    }

    @ParameterizedTest(name = "{0}, {2}, {3}")
    @MethodSource
    void everyShapeOnEveryGpu(String name, Shape shape, Dtype dtype, String architecture, Limits limits) {
        assumeTrue(!NVRTC.isEmpty(), "-Dglimpse.nvrtc names no compiler");
        StepShape step =
                StepShape.of(shape.numbers(), shape.decoder(), dtype, limits).orElseThrow();

        assertThat(KernelCompilation.bytes(Path.of(NVRTC), StepKernels.class, "step", step.facts(), architecture))
                .isGreaterThan(10_000);
    }
}
