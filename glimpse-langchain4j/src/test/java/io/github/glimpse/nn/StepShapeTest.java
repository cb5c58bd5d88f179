package io.github.glimpse.nn;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.engine.CudaKernels.Limits;
import io.github.glimpse.engine.Dtype;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StepShapeTest {

    private static final ModelDimensions QWEN_3B = new ModelDimensions(36, 2048, 16, 2, 128, 1e-6, 1280, 32);
    private static final ModelDimensions QWEN_7B = new ModelDimensions(28, 3584, 28, 4, 128, 1e-6, 1280, 32);
    private static final Limits H200 = new Limits(132, 232_448, 233_472);
    private static final Limits L4 = new Limits(58, 101_376, 102_400);

    private static DecoderShape shape(int vocabulary, int intermediate, int... sections) {
        return new DecoderShape(vocabulary, intermediate, 1e6, sections, false);
    }

    @Test
    void aLargeGpuHasAsManyChunksOnTheirWayAsHelp() {
        StepShape shape = StepShape.of(QWEN_3B, shape(151_936, 11_008, 16, 24, 24), Dtype.BFLOAT16, H200)
                .orElseThrow();

        assertThat(shape.depth()).isEqualTo(9);
        assertThat(shape.facts())
                .containsEntry("HIDDEN", 2048)
                .containsEntry("INNER", 11_008)
                .containsEntry("VOCAB", 151_936)
                .containsEntry("SHARE", 4)
                .containsEntry("FLOAT16", 0);
        assertThat(shape.headGroups()).isEqualTo(4);
        assertThat(shape.blocks(2048, shape.outputsAtOnce())).isEqualTo(128);
        assertThat(shape.blocks(151_936, shape.outputsAtOnce())).isEqualTo(264);
    }

    @Test
    void aWiderModelHasFewerSoThatTwoBlocksFit() {
        StepShape shape = StepShape.of(QWEN_7B, shape(152_064, 18_944, 16, 24, 24), Dtype.BFLOAT16, H200)
                .orElseThrow();

        assertThat(shape.depth()).isEqualTo(6);
    }

    @Test
    void aGpuWithLessToShareHasFewer() {
        StepShape shape = StepShape.of(QWEN_7B, shape(152_064, 18_944, 16, 24, 24), Dtype.BFLOAT16, L4)
                .orElseThrow();

        assertThat(shape.depth()).isEqualTo(4);
        assertThat(Math.max(shape.normedBytes(StepShape.ROWS), shape.plainBytes()))
                .isLessThanOrEqualTo(101_376);
    }

    @Test
    void modelsOfFourThousandHaveRoomOnAGpuWithLessToShare() {
        ModelDimensions llava = new ModelDimensions(32, 4096, 32, 32, 128, 1e-5, 1024, 24);

        assertThat(StepShape.of(llava, shape(32_064, 11_008, 64), Dtype.FLOAT16, L4))
                .hasValueSatisfying(shape -> assertThat(shape.depth()).isEqualTo(3));
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "64, 1", "65, 2", "2048, 32", "2049, 17", "4096, 32", "4097, 22", "128000, 32"})
    void keysAreSplitByHowManyThereAre(int keys, int splits) {
        assertThat(StepShape.splits(keys)).isEqualTo(splits);
    }

    @Test
    void whatHasNoKernelsIsLeftToTheText() {
        DecoderShape usual = shape(151_936, 11_008, 16, 24, 24);
        assertThat(StepShape.of(QWEN_3B, usual, Dtype.FLOAT32, H200)).isEmpty();
        assertThat(StepShape.of(QWEN_3B, shape(151_936, 11_000, 16, 24, 24), Dtype.BFLOAT16, H200))
                .isEmpty();
        assertThat(StepShape.of(QWEN_3B, shape(151_936, 11_008, 8, 12, 12), Dtype.BFLOAT16, H200))
                .as("heads that are turned in part")
                .isEmpty();
        assertThat(StepShape.of(
                        new ModelDimensions(36, 2048, 32, 2, 80, 1e-6, 1280, 32),
                        shape(151_936, 11_008, 10, 15, 15),
                        Dtype.BFLOAT16,
                        H200))
                .as("heads 80 wide")
                .isEmpty();
        assertThat(StepShape.of(QWEN_7B, usual, Dtype.BFLOAT16, new Limits(20, 49_152, 65_536)))
                .as("a GPU that shares little")
                .isEmpty();
    }
}
