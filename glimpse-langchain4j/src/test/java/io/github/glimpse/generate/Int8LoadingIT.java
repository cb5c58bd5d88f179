package io.github.glimpse.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.glimpse.UnsupportedModelException;
import io.github.glimpse.engine.Dtype;
import io.github.glimpse.engine.HardwareFeature;
import io.github.glimpse.engine.Int8Limits;
import io.github.glimpse.engine.Int8Report;
import io.github.glimpse.engine.RequiresHardware;
import io.github.glimpse.engine.SafetensorsIndex;
import io.github.glimpse.engine.WeightFormat;
import io.github.glimpse.model.LoadOptions;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.sampling.GenerationOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Models whose weights become numbers of 8 bits. */
@RequiresHardware(HardwareFeature.INT8)
class Int8LoadingIT {

    private static final GenerationRequest QUESTION = new GenerationRequest(
            List.of(new ChatTurn(
                    ChatTurn.Role.USER,
                    List.of(
                            new ChatTurn.Picture(TinyModels.picture("qwen2_5_vl-tiny/cases/020/a.png")),
                            new ChatTurn.Text("What is this?")))),
            PruningOptions.defaults(),
            GenerationOptions.builder().temperature(0.0).maxOutputTokens(8).build());

    private static LoadOptions int8() {
        return LoadOptions.builder()
                .dtype(Dtype.BFLOAT16)
                .weights(WeightFormat.INT8)
                .build();
    }

    @Test
    void aLoadedModelTellsWhatEightBitsHaveChanged() {
        for (EngineOptions.Builder options : List.of(TinyModels.qwen(), TinyModels.llava())) {
            try (LoadedModel model = LoadedModel.load(options.load(int8()).build())) {
                Int8Report report = model.int8Report().orElseThrow();
                assertThat(report.pictures()).isBetween(2, 8);
                assertThat(report.layerErrors())
                        .hasSize(model.model().dimensions().layers())
                        .allMatch(error -> error > 0.001 && error < 0.2, "small, and not none");
                assertThat(report.leastOverlap()).isGreaterThan(0.5);
                assertThat(report.overlap()).isGreaterThan(0.8);
                assertThat(model.warnings()).isEmpty();
                assertThat(model.generate(QUESTION).tokenIds()).isNotEmpty();
                assertThat(model.model().weights().format()).isEqualTo(WeightFormat.INT8);
            }
        }
    }

    @Test
    void aModelReportsTheBytesOfWeightsThatAStepReads() throws IOException {
        EngineOptions.Builder options = TinyModels.qwen();
        try (LoadedModel mapped =
                        LoadedModel.load(options.load(in16(WeightFormat.MAPPED)).build());
                LoadedModel narrow = LoadedModel.load(options.load(int8()).build())) {
            long in16 = bytesIn16(mapped);
            assertThat(mapped.weightBytesPerStep()).isEqualTo(in16);
            assertThat(narrow.weightBytesPerStep()).isBetween(in16 / 2, in16);
        }
    }

    @Test
    @RequiresHardware(HardwareFeature.PACKED_BFLOAT16)
    void packedWeightsAreReportedWithTheirPadding() throws IOException {
        try (LoadedModel packed = LoadedModel.load(
                TinyModels.qwen().load(in16(WeightFormat.PACKED)).build())) {
            assertThat(packed.weightBytesPerStep()).isBetween(bytesIn16(packed), 2 * bytesIn16(packed));
        }
    }

    /** Bytes of the checkpoint's decoder in bfloat16. */
    private static long bytesIn16(LoadedModel model) throws IOException {
        return SafetensorsIndex.of(model.options().model()).values().stream()
                .filter(tensor -> tensor.name().startsWith("model.layers.")
                        || tensor.name().startsWith("lm_head"))
                .mapToLong(tensor -> Dtype.BFLOAT16.byteCount()
                        * tensor.byteCount()
                        / tensor.type().byteCount())
                .sum();
    }

    private static LoadOptions in16(WeightFormat format) {
        return LoadOptions.builder().dtype(Dtype.BFLOAT16).weights(format).build();
    }

    @Test
    void limitsOfOnesOwnDecideWhatIsWarnedOf() {
        LoadOptions strict = int8().toBuilder().int8Limits(new Int8Limits(0, 1)).build();
        try (LoadedModel model = LoadedModel.load(TinyModels.qwen().load(strict).build())) {
            assertThat(model.warnings()).first().asString().contains("the limit is 0 %");
        }
    }

    @Test
    void whatTheModelDidToSeeThatIsForgotten() {
        try (LoadedModel model = LoadedModel.load(TinyModels.qwen().load(int8()).build())) {
            assertThat(model.visionCacheUse()).isEqualTo(new VisionCacheUse(0, 0, 0, 0));
            assertThat(model.memoryUse().remembered()).isZero();
        }
    }

    @Test
    void twoLoadedModelsOfOneFolderGiveTheSameBits() {
        try (LoadedModel one = LoadedModel.load(TinyModels.qwen().load(int8()).build());
                LoadedModel other =
                        LoadedModel.load(TinyModels.qwen().load(int8()).build())) {
            assertThat(one.trace(QUESTION).firstLogits())
                    .isEqualTo(other.trace(QUESTION).firstLogits());
            assertThat(one.int8Report()).isEqualTo(other.int8Report());
        }
    }

    @Test
    void limitsThatRefuseDrawnPicturesDoNotRefuseTheModel() {
        EngineOptions options =
                TinyModels.qwen().load(int8()).maxInputTokens(12).build();
        try (LoadedModel model = LoadedModel.load(options)) {
            assertThat(model.int8Report()).isEmpty();
            assertThat(model.warnings()).isEmpty();
        }
    }

    @Test
    void modelsWithoutALanguageDecoderAreRefused() {
        EngineOptions options = EngineOptions.builder(TinyModels.fixture("blip-tiny-caption/model"))
                .load(int8())
                .build();
        assertThatThrownBy(() -> LoadedModel.load(options).close())
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("Weights of 8 bits")
                .hasMessageContaining("glimpse.weights=auto");
    }

    @Test
    void noFileInSixteenBitsStaysMapped() throws IOException {
        Path maps = Path.of("/proc/self/maps");
        assumeTrue(Files.isReadable(maps), "only Linux lists mapped files");
        try (LoadedModel model =
                LoadedModel.load(TinyModels.llava().load(int8()).build())) {
            // The rows of the embedding are read from the file: one mapping of it stays.
            assertThat(Files.readString(maps)
                            .lines()
                            .filter(line -> line.endsWith("llava-1_5-tiny/model/model.safetensors")))
                    .hasSize(1);
            assertThat(model.generate(QUESTION).tokenIds()).isNotEmpty();
        }
    }
}
