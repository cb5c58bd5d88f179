package io.github.glimpse.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.glimpse.engine.SafetensorsFile;
import io.github.glimpse.engine.SafetensorsIndex;
import io.github.glimpse.engine.StoredType;
import io.github.glimpse.engine.TensorEntry;
import io.github.glimpse.engine.TorchCheckpoint;
import io.github.glimpse.hub.ModelFiles;
import io.github.glimpse.hub.ModuleFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The folders are what they claim to be: checked against the fixtures, which the reference library wrote. */
class RandomModelFolderTest {

    private static final Path FIXTURES = Path.of("src/test/resources/fixtures");

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({"qwen2.5-vl-tiny, qwen2_5_vl-tiny", "llava-1.5-tiny, llava-1_5-tiny"})
    void hasTheNamesAndShapesOfTheFixtures(String shape, String fixture) {
        Path model = RandomModelFolder.ofShape(shape).write(directory);

        assertThat(shapes(SafetensorsIndex.of(model)))
                .isEqualTo(shapes(SafetensorsIndex.of(FIXTURES.resolve(fixture).resolve("model"))));
    }

    /** The fixtures' predictors are one layer shallower, so their modules' names are compared without the layers. */
    @ParameterizedTest
    @CsvSource({"qwen2.5-vl-tiny, qwen2_5_vl-tiny", "llava-1.5-tiny, llava-1_5-tiny"})
    void hasTheNamesAndShapesOfTheFixturesModules(String shape, String fixture) {
        Path model = RandomModelFolder.ofShape(shape).write(directory);

        Map<String, List<Long>> expected = new TreeMap<>();
        TorchCheckpoint.read(FIXTURES.resolve(fixture).resolve("glimpse/new_modules_gp.pt"))
                .forEach((name, tensor) -> expected.put(
                        withoutLayer(name),
                        Arrays.stream(tensor.shape()).boxed().toList()));
        Map<String, List<Long>> found = new TreeMap<>();
        shapes(SafetensorsIndex.of(model.resolve(RandomModelFolder.MODULE)))
                .forEach((name, sizes) -> found.put(withoutLayer(name), sizes));
        assertThat(found).isEqualTo(expected);
    }

    /** Counts of the released models, as the reference library gives them for their settings. */
    @ParameterizedTest
    @CsvSource({
        "qwen2.5-vl-3b, 3754622976, 16, 128",
        "qwen2.5-vl-7b, 8292166656, 28, 128",
        "llava-1.5-7b, 7063427072, 32, 128"
    })
    void hasTheSizesOfTheReleasedModels(String name, long parameters, int heads, int headDim) {
        RandomModelFolder folder = RandomModelFolder.ofShape(name);

        assertThat(folder.plan().stream().mapToLong(PlannedTensor::elementCount).sum())
                .isEqualTo(parameters);
        assertThat(ModelShape.named(name).decoder().heads()).isEqualTo(heads);
        assertThat(ModelShape.named(name).decoder().headDim()).isEqualTo(headDim);
    }

    @Test
    void hasTheSizeOfTheReleasedModule() {
        assertThat(RandomModelFolder.ofShape("qwen2.5-vl-7b").modulePlan().stream()
                        .mapToLong(PlannedTensor::elementCount)
                        .sum())
                .isEqualTo(22_406_657);
    }

    @Test
    void cutsWhereTheReleasedModulesCutButBeforeTheLastLayer() {
        assertThat(ModelShape.named("qwen2.5-vl-3b").reduceLayer()).isEqualTo(23);
        assertThat(ModelShape.named("qwen2.5-vl-7b").reduceLayer()).isEqualTo(18);
        assertThat(ModelShape.named("llava-1.5-7b").reduceLayer()).isEqualTo(21);
        Path model = RandomModelFolder.ofShape("qwen2.5-vl-tiny").layers(4).write(directory);

        ModuleFiles module = ModuleFiles.ofDirectory(model.resolve(RandomModelFolder.MODULE));

        assertThat(module.config().integer("reduce_layer")).isEqualTo(2);
        assertThat(module.config().integers("selected_layers")).containsExactly(2);
        assertThat(module.config().integers("le_layers")).containsExactly(0, 1, 2, 3);
        assertThat(module.config().integers("selected_visual_layers")).containsExactly(3, 2, 1, 0);
    }

    @Test
    void writesOddSizesInShardsWithOneTable() throws IOException {
        Path model = RandomModelFolder.ofShape("qwen2.5-vl-tiny")
                .decoder(96, 3, 6, 3, 112)
                .tower(48, 2, 3, 40)
                .tied()
                .type(StoredType.BF16)
                .shards(3)
                .write(directory);

        ModelFiles files = ModelFiles.ofDirectory(model);
        Map<String, TensorEntry> entries = SafetensorsIndex.of(model);
        assertThat(files.weightFiles()).hasSizeBetween(3, 4);
        assertThat(entries).doesNotContainKey("lm_head.weight");
        assertThat(shapes(entries))
                .containsEntry("model.layers.2.self_attn.k_proj.weight", List.of(48L, 96L))
                .containsEntry("model.layers.2.mlp.down_proj.weight", List.of(96L, 112L))
                .containsEntry("visual.merger.mlp.2.weight", List.of(96L, 192L));
        assertThat(entries.values()).allMatch(entry -> entry.type() == StoredType.BF16);
        assertThat(files.config().at("rope_scaling").integers("mrope_section")).containsExactly(2, 3, 3);
        assertThat(files.config().bool("tie_word_embeddings")).isTrue();
        assertThat(files.config().integer("image_token_id")).isEqualTo(712);
        JsonNode index = files.json("model.safetensors.index.json").orElseThrow();
        assertThat(index.path("metadata").path("total_size").asLong())
                .isEqualTo(entries.values().stream()
                        .mapToLong(TensorEntry::byteCount)
                        .sum());

        // Written again as one file, the shards are gone.
        RandomModelFolder.ofShape("qwen2.5-vl-tiny").write(directory);
        assertThat(ModelFiles.ofDirectory(model).weightFiles()).hasSize(1);
        assertThat(Files.exists(model.resolve("model.safetensors.index.json"))).isFalse();
    }

    @ParameterizedTest
    @EnumSource(KeyLayout.class)
    void namesTensorsAsEachReleaseDoes(KeyLayout keys) {
        Path qwen = RandomModelFolder.ofShape("qwen2.5-vl-tiny").keys(keys).write(directory.resolve("qwen"));
        Path llava = RandomModelFolder.ofShape("llava-1.5-tiny").keys(keys).write(directory.resolve("llava"));

        boolean prefixed = keys == KeyLayout.NEWER;
        assertThat(SafetensorsIndex.of(qwen))
                .containsKeys(
                        prefixed ? "model.visual.merger.ln_q.weight" : "visual.merger.ln_q.weight",
                        prefixed ? "model.language_model.norm.weight" : "model.norm.weight",
                        "lm_head.weight");
        assertThat(SafetensorsIndex.of(llava))
                .containsKeys(
                        switch (keys) {
                            case RELEASED -> "vision_tower.vision_model.pre_layrnorm.weight";
                            case NEWER -> "model.vision_tower.vision_model.pre_layrnorm.weight";
                            case NEWEST -> "vision_tower.pre_layrnorm.weight";
                        })
                .containsKeys(
                        prefixed ? "model.multi_modal_projector.linear_1.bias" : "multi_modal_projector.linear_1.bias",
                        prefixed ? "lm_head.weight" : "language_model.lm_head.weight");
        assertThat(ModelFiles.ofDirectory(qwen).config().atOrHere("text_config").positiveInteger("hidden_size"))
                .isEqualTo(64);
        assertThat(ModelFiles.ofDirectory(qwen).config().has("text_config")).isEqualTo(keys != KeyLayout.RELEASED);
    }

    @ParameterizedTest
    @EnumSource(names = {"F32", "BF16", "F16"})
    void drawsNormalNumbersAndNormsOfOne(StoredType type) {
        Path model = RandomModelFolder.ofShape("qwen2.5-vl-tiny")
                .type(type)
                .deviation(0.25)
                .write(directory);
        Map<String, TensorEntry> entries = SafetensorsIndex.of(model);

        float[] values = floats(entries, "model.embed_tokens.weight");
        double mean = 0;
        double square = 0;
        for (float value : values) {
            mean += value / values.length;
            square += (double) value * value / values.length;
        }
        assertThat(mean).isBetween(-0.01, 0.01);
        assertThat(Math.sqrt(square)).isBetween(0.24, 0.26);
        assertThat(floats(entries, "model.norm.weight")).containsOnly(1);
        assertThat(floats(entries, "model.layers.0.self_attn.q_proj.weight"))
                .isNotEqualTo(floats(entries, "model.layers.1.self_attn.q_proj.weight"));
    }

    @Test
    void givesTheSameBytesForTheSameSeed() throws IOException {
        byte[] first = weights("a", 5);

        assertThat(weights("b", 5)).isEqualTo(first);
        assertThat(weights("c", 6)).isNotEqualTo(first);
    }

    @Test
    void knowsOnlyItsShapesAndOptions() {
        assertThatThrownBy(() -> RandomModelFolder.ofShape("qwen")).hasMessageContaining("known: qwen2.5-vl-3b");
        String[] arguments = {"--shape", "qwen2.5-vl-tiny", "--out", directory.toString(), "--colour", "red"};
        assertThatThrownBy(() -> RandomModelFolder.main(arguments)).hasMessageContaining("--colour");
        String[] pictures = {"--shape", "qwen2.5-vl-tiny", "--out", directory.toString(), "--answers", "pictures"};
        assertThatThrownBy(() -> RandomModelFolder.main(pictures)).hasMessageContaining("'pictures', known: texts");
        assertThatThrownBy(() -> RandomModelFolder.main(new String[] {"--shape"}))
                .hasMessageContaining("needs a value");
    }

    @Test
    void writesFromTheCommandLine() {
        RandomModelFolder.main(new String[] {
            "--shape",
            "llava-1.5-tiny",
            "--out",
            directory.toString(),
            "--layers",
            "2",
            "--dtype",
            "f16",
            "--seed",
            "3",
            "--shard-mb",
            "1",
            "--keys",
            "newest",
            "--tokenizer",
            FIXTURES.resolve("llava-1_5-tiny/model").toString()
        });

        ModelFiles files = ModelFiles.ofDirectory(directory);
        assertThat(files.config().at("text_config").integer("num_hidden_layers"))
                .isEqualTo(2);
        assertThat(files.config().integer("image_token_index")).isEqualTo(512);
        assertThat(files.config().string("dtype")).isEqualTo("float16");
        assertThat(files.imageSettings().at("crop_size").integer("height")).isEqualTo(168);
    }

    private byte[] weights(String name, long seed) throws IOException {
        Path model = RandomModelFolder.ofShape("qwen2.5-vl-tiny").seed(seed).write(directory.resolve(name));
        return Files.readAllBytes(model.resolve("model.safetensors"));
    }

    private static float[] floats(Map<String, TensorEntry> entries, String name) {
        return SafetensorsFile.floats(Objects.requireNonNull(entries.get(name), name));
    }

    private static String withoutLayer(String name) {
        return name.replaceAll("\\.\\d+\\.", ".N.");
    }

    private static Map<String, List<Long>> shapes(Map<String, TensorEntry> entries) {
        Map<String, List<Long>> shapes = new TreeMap<>();
        entries.forEach((name, entry) ->
                shapes.put(name, Arrays.stream(entry.shape()).boxed().toList()));
        return shapes;
    }

    @Test
    void rowsOfPrintablePiecesStayWhereAnswersAreTexts() {
        Path texts = RandomModelFolder.ofShape("qwen2.5-vl-tiny").texts().write(directory.resolve("texts"));
        Path plain = RandomModelFolder.ofShape("qwen2.5-vl-tiny").write(directory.resolve("plain"));

        float[] changed = floats(SafetensorsIndex.of(texts), "model.embed_tokens.weight");
        float[] before = floats(SafetensorsIndex.of(plain), "model.embed_tokens.weight");
        int a = Json.read(texts.resolve("tokenizer.json"))
                .path("model")
                .path("vocab")
                .path("a")
                .asInt();
        int width = before.length / 768;
        assertThat(row(changed, a, width)).isEqualTo(row(before, a, width));
        assertThat(row(changed, 767, width)).containsOnly(0);
        assertThat(row(before, 767, width)).isNotEqualTo(row(changed, 767, width));
    }

    private static float[] row(float[] rows, int row, int width) {
        return Arrays.copyOfRange(rows, row * width, (row + 1) * width);
    }
}
