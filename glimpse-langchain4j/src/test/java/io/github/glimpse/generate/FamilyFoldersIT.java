package io.github.glimpse.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.glimpse.GlimpseException;
import io.github.glimpse.ModelFilesException;
import io.github.glimpse.UnsupportedModelException;
import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.model.LoadOptions;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.sampling.GenerationOptions;
import io.github.glimpse.testing.HostileInputs;
import io.github.glimpse.testing.RewrittenFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Folders of families with tiles in all the forms in which releases of the reference library write them answer alike. */
class FamilyFoldersIT {

    private static final String SMOLVLM = "smolvlm-tiny";
    private static final String NEXT = "llava_next-tiny";
    private static final String ONEVISION = "llava_onevision-tiny";

    @TempDir
    private Path folder;

    private Path copy(String fixture) {
        return HostileInputs.copy(TinyModels.fixture(fixture), List.of("model"), folder)
                .resolve("model");
    }

    private static RewrittenFolder rewritten(String fixture) throws IOException {
        return RewrittenFolder.of(TinyModels.fixture(fixture + "/model"));
    }

    private static void change(Path file, Consumer<ObjectNode> change) throws IOException {
        ObjectNode json = (ObjectNode) FixtureFamily.json(file);
        change.accept(json);
        Files.writeString(file, json.toString());
    }

    private static JsonNode node(String json) {
        try {
            return FixtureFamily.JSON.readTree(json);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static LoadedModel load(Path directory) {
        return LoadedModel.load(EngineOptions.builder(directory)
                .runtime(new RuntimeOptions("cpu", 1, RuntimeOptions.NativeDownload.FORBIDDEN))
                .load(LoadOptions.defaults())
                .pruning(PruningOptions.builder().enabled(false).build())
                .generation(GenerationOptions.builder().maxOutputTokens(6).build())
                .build());
    }

    private static void assertAnswersAlike(String fixture, Path changed) {
        ChatTurn question = ChatTurn.user("What is this?", TinyModels.picture("llava_next-tiny/cases/001/a.png"));
        try (LoadedModel expected = load(TinyModels.fixture(fixture + "/model"));
                LoadedModel found = load(changed)) {
            GenerationResult first = expected.generate(GenerationRequest.of(question));
            GenerationResult second = found.generate(GenerationRequest.of(question));

            assertThat(second.tokenIds()).isEqualTo(first.tokenIds());
            assertThat(second.likelihood()).isEqualTo(first.likelihood());
        }
    }

    /** Settings as release 5 of the reference library writes them. */
    private static void newSettings(ObjectNode json) {
        ObjectNode text = (ObjectNode) json.get("text_config");
        text.putObject("rope_parameters").put("rope_type", "default").set("rope_theta", text.remove("rope_theta"));
        json.set("dtype", json.remove("torch_dtype"));
        for (String kind : List.of("image", "video")) {
            if (json.has(kind + "_token_index")) {
                json.set(kind + "_token_id", json.remove(kind + "_token_index"));
            }
        }
    }

    private static String newName(String name) {
        if (name.startsWith("language_model.lm_head")) {
            return name.substring("language_model.".length());
        }
        return "model." + name.replaceFirst("^language_model\\.model\\.", "language_model.");
    }

    @ParameterizedTest
    @ValueSource(strings = {NEXT, ONEVISION})
    void tensorsMayHaveTheNamesOfNewerReleases(String fixture) throws IOException {
        Path changed = rewritten(fixture)
                .naming(FamilyFoldersIT::newName)
                .config(FamilyFoldersIT::newSettings)
                .shards(2)
                .write(folder.resolve("changed"));

        assertAnswersAlike(fixture, changed);
    }

    @ParameterizedTest
    @ValueSource(strings = {NEXT, ONEVISION})
    void aTowerMayHaveOneMoreLevel(String fixture) throws IOException {
        Path changed = rewritten(fixture)
                .naming(name -> name.replaceFirst("^vision_tower\\.", "vision_tower.vision_model."))
                .write(folder.resolve("changed"));

        assertAnswersAlike(fixture, changed);
    }

    @Test
    void settingsAndShardsMayBeThoseOfNewerReleases() throws IOException {
        Path changed = rewritten(SMOLVLM)
                .config(FamilyFoldersIT::newSettings)
                .shards(3)
                .write(folder.resolve("changed"));

        assertAnswersAlike(SMOLVLM, changed);
    }

    @ParameterizedTest
    @CsvSource({
        SMOLVLM + ", lm_head.weight, model.text_model.embed_tokens.weight",
        NEXT + ", language_model.lm_head.weight, language_model.model.embed_tokens.weight"
    })
    void aTiedHeadIsTheEmbedding(String fixture, String head, String embedding) throws IOException {
        Path untied = rewritten(fixture).doubling(embedding, head).write(folder.resolve("untied"));
        Path tied = rewritten(fixture)
                .without(head)
                .config(json -> {
                    json.put("tie_word_embeddings", false);
                    json.withObject("text_config").put("tie_word_embeddings", true);
                })
                .write(folder.resolve("tied"));
        ChatTurn question = ChatTurn.user("What is this?");
        try (LoadedModel expected = load(untied);
                LoadedModel found = load(tied)) {
            assertThat(found.generate(GenerationRequest.of(question)).tokenIds())
                    .isEqualTo(expected.generate(GenerationRequest.of(question)).tokenIds());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"mistral", "qwen2"})
    void theLanguageModelOfLlavaNextMayBeAnother(String type) throws IOException {
        Path changed = copy(NEXT);
        change(
                changed.resolve("config.json"),
                json -> json.withObject("text_config").put("model_type", type).putNull("sliding_window"));

        assertAnswersAlike(NEXT, changed);
    }

    @Test
    void aWindowOfAttentionBoundsThePrompt() throws IOException {
        Path changed = copy(NEXT);
        change(changed.resolve("config.json"), json -> json.withObject("text_config")
                .put("model_type", "mistral")
                .put("sliding_window", 300));

        try (LoadedModel model = load(changed)) {
            assertThat(model.model().contextLength()).isEqualTo(300);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "config.json; image_grid_pinpoints; [[1000000000, 56]]; multiples of 56",
                "config.json; image_grid_pinpoints; [[56000000, 56000000]]; at most 64",
                "config.json; image_grid_pinpoints; []; multiples of 56",
                "config.json; image_grid_pinpoints; [[56, 0]]; multiples of 56",
                "config.json; image_grid_pinpoints; [[57, 56]]; multiples of 56",
                "config.json; image_grid_pinpoints; 7; multiples of 56",
                "config.json; image_grid_pinpoints; [[56, 56]]; different",
                "config.json; vision_aspect_ratio; \"anyres_max_0\"; anyres_max_N",
                "config.json; vision_aspect_ratio; \"anyres_max_1000000000\"; anyres_max_N",
                "config.json; vision_aspect_ratio; \"anyres_max_9\"; processor_config.json",
                "config.json; vision_feature_select_strategy; \"default\"; 'full'",
                "config.json; vision_feature_layer; 9; 3 blocks",
                "config.json; vision_feature_layer; [1, 2]; vision_feature_layer",
                "preprocessor_config.json; size; {\"height\": 1000000000, \"width\": 56}; image_size",
                "preprocessor_config.json; size; {\"height\": 0, \"width\": 56}; at least 1",
                "video_preprocessor_config.json; size; {\"height\": 64, \"width\": 64}; video_preprocessor_config.json",
                "preprocessor_config.json; image_mean; [7, 0, 0]; 0 to 1"
            })
    void refusesSettingsThatCannotBe(String file, String key, String value, String reason) throws IOException {
        Path changed = copy(ONEVISION);
        change(changed.resolve(file), json -> json.set(key, node(value)));

        assertThatThrownBy(() -> load(changed).close())
                .isInstanceOf(GlimpseException.class)
                .hasMessageContaining(reason);
    }

    @Test
    void refusesAModelWithoutItsNewlineRow() throws IOException {
        Path changed = rewritten(NEXT).without("image_newline").write(folder.resolve("changed"));

        assertThatThrownBy(() -> load(changed).close())
                .isInstanceOf(ModelFilesException.class)
                .hasMessageContaining("image_newline");
    }

    @Test
    void aModelOfNoFamilyIsRefusedWithTheListAndTheWayToAddOne() throws IOException {
        Path changed = copy(SMOLVLM);
        change(changed.resolve("config.json"), json -> json.put("model_type", "internvl"));

        assertThatThrownBy(() -> load(changed).close())
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("'internvl'")
                .hasMessageContaining("blip, llava, llava-next, llava-onevision, qwen2")
                .hasMessageContaining("smolvlm")
                .hasMessageContaining("docs/guide/extending.md");
    }
}
