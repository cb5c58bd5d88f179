package io.github.glimpse.nn;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.engine.HardwareFeature;
import io.github.glimpse.engine.Int8Report;
import io.github.glimpse.engine.RequiresHardware;
import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.engine.WeightFormat;
import io.github.glimpse.generate.ChatTurn;
import io.github.glimpse.generate.EngineOptions;
import io.github.glimpse.generate.GenerationRequest;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.model.LoadOptions;
import io.github.glimpse.sampling.GenerationOptions;
import io.github.glimpse.testing.OwnProcess;
import io.github.glimpse.testing.TestCategory;
import io.github.glimpse.testing.Thorough;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Weights of 8 bits where libtorch may use no more than an older CPU offers: each in a process of its own. */
@Thorough
@TestCategory.Reference
@RequiresHardware(HardwareFeature.X86_64)
class Int8OnOtherCpusIT {

    private static final Path MODEL = Path.of("src/test/resources/fixtures/qwen2_5_vl-tiny");

    @TempDir
    private Path folder;

    /** AVX2 with VNNI runs on few CPUs; the others on all of x86. */
    @ParameterizedTest
    @CsvSource({"AVX512_CORE, default, 64", "AVX2, avx2, 64", "AVX2_VNNI, avx2, 64 127"})
    void productsAreExactAndModelsAnswer(String onednn, String torch, String largest) throws Exception {
        List<String> lines = OwnProcess.lines(
                Map.of("ONEDNN_MAX_CPU_ISA", onednn, "ATEN_CPU_CAPABILITY", torch), OtherCpu.class, 300, folder);

        assertThat(lines).hasSize(2);
        assertThat(largest.split(" ")).contains(lines.get(0));
        assertThat(lines.get(1)).isEqualTo("answered");
    }

    /** What runs there. */
    static final class OtherCpu {

        private OtherCpu() {}

        public static void main(String[] arguments) {
            Int8ProductIT.start();
            Int8ProductIT products = new Int8ProductIT();
            products.folder = Path.of(arguments[0]);
            products.aProductIsTheSumOfWholeNumbersTimesTheUnitsOfItsRows(100, 37);
            products.aProductIsTheSumOfWholeNumbersTimesTheUnitsOfItsRows(2048, 48);
            products.aRowHasTheSameBitsInAnyNumberOfRows();
            products.largeColumnsInSixteenBitsGiveTheOthersTheirDigitsBack();
            Int8ProductIT.stop();
            try (TorchRuntime runtime = TorchRuntime.start(RuntimeOptions.defaults())) {
                System.out.println(runtime.largestInt8());
            }
            answer();
            System.out.println("answered");
        }

        private static void answer() {
            EngineOptions options = EngineOptions.builder(MODEL.resolve("model"))
                    .module(MODEL.resolve("glimpse"))
                    .load(LoadOptions.builder().weights(WeightFormat.INT8).build())
                    .generation(GenerationOptions.builder().maxOutputTokens(4).build())
                    .build();
            try (LoadedModel model = LoadedModel.load(options)) {
                Int8Report report = model.int8Report().orElseThrow();
                assertThat(report.layerErrors())
                        .allMatch(error -> error > 0.001 && error < 0.25, "small, and not none");
                assertThat(model.warnings()).isEmpty();
                assertThat(model.generate(GenerationRequest.of(ChatTurn.user("What is this?")))
                                .tokenIds())
                        .isNotEmpty();
            }
        }
    }
}
