package io.github.glimpse.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.glimpse.GlimpseException;
import io.github.glimpse.ModelFilesException;
import io.github.glimpse.ShapeMismatchException;
import io.github.glimpse.UnsupportedModelException;
import io.github.glimpse.engine.Dtype;
import io.github.glimpse.engine.HardwareFeature;
import io.github.glimpse.engine.RequiresHardware;
import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.engine.WeightFormat;
import io.github.glimpse.generate.Int8Folder.Stored;
import io.github.glimpse.model.LoadOptions;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.sampling.GenerationOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Folders that hold numbers of 8 bits, right ones and wrong ones. */
class Int8FoldersIT {

    private static final Path SOURCE = TinyModels.fixture("qwen2_5_vl-tiny/model");
    private static final String SOME = "model.layers.2.mlp.up_proj.weight";
    private static final String SCALE = SOME + "_scale";
    // What a row loses when it becomes numbers of 8 bits, some layers deep; the weights are the same on both sides.
    private static final double INPUTS = 0.1;

    @TempDir
    private Path temporary;

    private static boolean isOfLayer(String name) {
        return name.startsWith("model.layers.") && name.endsWith("_proj.weight");
    }

    @Test
    @RequiresHardware(HardwareFeature.INT8_FULL_RANGE)
    void theNumbersOfAFolderAreTakenAsTheyAre() throws IOException {
        Path folder = Int8Folder.of(SOURCE, Int8FoldersIT::isOfLayer).write(temporary.resolve("model"));
        float[] widened = logits(folder, WeightFormat.MAPPED);
        float[] narrow = logits(folder, WeightFormat.AUTO);
        double distance = 0;
        double length = 0;
        for (int i = 0; i < widened.length; i++) {
            distance += Math.pow(narrow[i] - widened[i], 2);
            length += Math.pow(widened[i], 2);
        }
        assertThat(Math.sqrt(distance / length)).isBetween(1e-4, INPUTS);
        assertThat(logits(folder, WeightFormat.INT8)).isEqualTo(narrow);
    }

    private static float[] logits(Path folder, WeightFormat format) {
        try (LoadedModel model = load(folder, format)) {
            boolean narrow = format != WeightFormat.MAPPED;
            assertThat(model.model().weights().format()).isEqualTo(narrow ? WeightFormat.INT8 : format);
            assertThat(model.int8Report()).isEmpty();
            GenerationRequest request = new GenerationRequest(
                    List.of(ChatTurn.user("Hello there")),
                    PruningOptions.defaults(),
                    GenerationOptions.builder()
                            .temperature(0.0)
                            .maxOutputTokens(2)
                            .build());
            return model.trace(request).firstLogits();
        }
    }

    private static LoadedModel load(Path folder, WeightFormat format) {
        return LoadedModel.load(EngineOptions.builder(folder)
                .runtime(new RuntimeOptions("cpu", 1, RuntimeOptions.NativeDownload.FORBIDDEN))
                .load(LoadOptions.builder().dtype(Dtype.FLOAT32).weights(format).build())
                .build());
    }

    static Stream<Arguments> spoiled() {
        return Stream.of(
                spoiled(
                        "missing scale",
                        folder -> folder.tensors.remove(SCALE),
                        ModelFilesException.class,
                        "is missing"),
                spoiled(
                        "scale of NaN",
                        folder -> scale(folder, Float.NaN),
                        ModelFilesException.class,
                        "has NaN in row 3"),
                spoiled("scale of zero", folder -> scale(folder, 0), ModelFilesException.class, "has 0.0 in row 3"),
                spoiled("negative scale", folder -> scale(folder, -1), ModelFilesException.class, "has -1.0 in row 3"),
                spoiled(
                        "endless scale",
                        folder -> scale(folder, Float.POSITIVE_INFINITY),
                        ModelFilesException.class,
                        "has Infinity in row 3"),
                spoiled(
                        "one scale for all",
                        folder -> folder.tensors.put(SCALE, Int8Folder.floats(new long[] {1}, 0.1f)),
                        ShapeMismatchException.class,
                        "one value for each row"),
                spoiled(
                        "scale of whole numbers",
                        folder -> folder.tensors.put(SCALE, new Stored("I8", new long[] {160, 1}, new byte[160])),
                        ModelFilesException.class,
                        "stored as I8"),
                spoiled(
                        "wrong shape",
                        folder -> folder.tensors.put(SOME, new Stored("I8", new long[] {64, 160}, new byte[64 * 160])),
                        ShapeMismatchException.class,
                        "config.json asks for [160, 64]"),
                spoiled(
                        "numbers without a sign",
                        folder -> folder.tensors.put(SOME, new Stored("U8", new long[] {160, 64}, new byte[160 * 64])),
                        ModelFilesException.class,
                        "stored as U8"),
                spoiled(
                        "a norm of 8 bits",
                        folder -> folder.tensors.put(
                                "model.norm.weight", new Stored("I8", new long[] {64}, new byte[64])),
                        ModelFilesException.class,
                        "stored as I8"));
    }

    private static Arguments spoiled(
            String name, Consumer<Int8Folder> spoil, Class<? extends GlimpseException> error, String message) {
        return Arguments.of(name, spoil, error, message);
    }

    private static void scale(Int8Folder folder, float value) {
        float[] scales = new float[160];
        Arrays.fill(scales, 0.01f);
        scales[3] = value;
        folder.tensors.put(SCALE, Int8Folder.floats(new long[] {160, 1}, scales));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("spoiled")
    void aWrongFolderIsRefusedInWords(
            String name, Consumer<Int8Folder> spoil, Class<? extends GlimpseException> error, String message)
            throws IOException {
        Int8Folder folder = Int8Folder.of(SOURCE, Int8FoldersIT::isOfLayer);
        spoil.accept(folder);
        Path written = folder.write(temporary.resolve("model"));
        for (WeightFormat format : List.of(WeightFormat.AUTO, WeightFormat.MAPPED)) {
            assertThatThrownBy(() -> load(written, format).close())
                    .isInstanceOf(error)
                    .hasMessageContaining(message);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "awq, , quant_method is 'awq'",
        "gptq, , quant_method is 'gptq'",
        "bitsandbytes, , quant_method is 'bitsandbytes'",
        "fp8, , quant_method is 'fp8'",
        "'', , quant_method is ''",
        "compressed-tensors, pack-quantized, format 'pack-quantized'",
        "compressed-tensors, float-quantized, format 'float-quantized'"
    })
    void otherMethodsAreRefusedByName(String method, String format, String message) throws IOException {
        Int8Folder folder = Int8Folder.of(SOURCE, Int8FoldersIT::isOfLayer);
        ObjectNode form = (ObjectNode) folder.config.get("quantization_config");
        form.put("quant_method", method);
        if (format != null) {
            form.put("format", format);
        }
        refused(folder, message);
    }

    @Test
    void otherWeightsOfTheKnownMethodAreRefusedByWhatTheyAre() throws IOException {
        Int8Folder folder = Int8Folder.of(SOURCE, Int8FoldersIT::isOfLayer);
        ((ObjectNode) folder.config.at("/quantization_config/config_groups/group_0/weights"))
                .put("num_bits", 4)
                .put("strategy", "group");
        refused(folder, "4 bits, type 'int', strategy 'group'");
    }

    private void refused(Int8Folder folder, String message) throws IOException {
        Path written = folder.write(temporary.resolve("model"));
        assertThatThrownBy(() -> load(written, WeightFormat.AUTO).close())
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining(message)
                .hasMessageContaining("what is read is the method compressed-tensors")
                .hasMessageContaining("glimpse.weights=int8");
    }
}
