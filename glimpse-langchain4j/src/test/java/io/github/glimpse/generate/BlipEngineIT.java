package io.github.glimpse.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.glimpse.ModelFilesException;
import io.github.glimpse.UnsupportedContentException;
import io.github.glimpse.UnsupportedModelException;
import io.github.glimpse.engine.Dtype;
import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.engine.WeightFormat;
import io.github.glimpse.model.FirstToken;
import io.github.glimpse.model.LoadOptions;
import io.github.glimpse.prune.GuardOptions;
import io.github.glimpse.prune.GuardReport;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.prune.PruningReport;
import io.github.glimpse.prune.PruningStep;
import io.github.glimpse.prune.StepReport;
import io.github.glimpse.sampling.GenerationOptions;
import io.github.glimpse.testing.BlipFolder;
import io.github.glimpse.testing.HostileInputs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The engine on BLIP folders: what is equal to what, what is remembered, and which folders are refused. */
class BlipEngineIT {

    private static final Path CAPTIONS = TinyModels.fixture("blip-tiny-caption");
    private static final byte[] PICTURE = TinyModels.picture("blip-tiny-caption/cases/001/a.png");

    @TempDir
    private Path folder;

    private static EngineOptions.Builder options(Path model) {
        return EngineOptions.builder(model)
                .runtime(new RuntimeOptions("cpu", 1, RuntimeOptions.NativeDownload.FORBIDDEN));
    }

    private Path answers() {
        return BlipFolder.answers().write(folder.resolve("answers"), CAPTIONS.resolve("model"));
    }

    private static GenerationRequest request(String text, PruningStep... steps) {
        return new GenerationRequest(
                List.of(ChatTurn.user(text, PICTURE)),
                PruningOptions.builder().schedule(List.of(steps)).build(),
                GenerationOptions.builder().maxOutputTokens(12).build());
    }

    private static PruningStep step(String strategy, String at, double ratio, Map<String, String> own) {
        return PruningStep.builder(strategy)
                .at(at)
                .retentionRatio(ratio)
                .options(own)
                .build();
    }

    @Test
    void packedTextsAnswerWhatMappedOnesDo() {
        Path model = answers();
        LoadOptions mapped = LoadOptions.builder()
                .dtype(Dtype.FLOAT32)
                .weights(WeightFormat.MAPPED)
                .build();
        LoadOptions chosen = LoadOptions.builder().dtype(Dtype.FLOAT32).build();
        try (LoadedModel plain = LoadedModel.load(options(model).load(mapped).build());
                LoadedModel packed =
                        LoadedModel.load(options(model).load(chosen).build())) {
            for (String text : List.of("what", "what is in the picture", "what " + "is ".repeat(40))) {
                assertThat(packed.generate(request(text)).tokenIds())
                        .isEqualTo(plain.generate(request(text)).tokenIds());
            }
        }
    }

    @Test
    void aCaptionWithoutABeginningLooksWithItsOnlyRow() {
        try (LoadedModel model =
                LoadedModel.load(options(CAPTIONS.resolve("model")).build())) {
            GenerationResult last =
                    model.generate(request("", step("cross-attention", "layer 2", 0.5, Map.of("rows", "last"))));
            GenerationResult all =
                    model.generate(request("", step("cross-attention", "layer 2", 0.5, Map.of("rows", "all"))));

            assertThat(last.report().keptJoined())
                    .hasSize(32)
                    .isEqualTo(all.report().keptJoined());
            assertThat(last.tokenIds()).isEqualTo(all.tokenIds());
        }
    }

    @Test
    void aListenerThatBlocksKeepsNobodyElseFromHisAnswer() throws Exception {
        try (LoadedModel model = LoadedModel.load(options(answers()).build())) {
            int[] alone = model.generate(request("what is it")).tokenIds();
            CountDownLatch others = new CountDownLatch(1);
            CountDownLatch begun = new CountDownLatch(1);
            CompletableFuture<GenerationResult> slow = CompletableFuture.supplyAsync(() -> model.generate(
                    request("what is it"),
                    text -> {
                        begun.countDown();
                        awaitUnchecked(others);
                    },
                    new CancellationSignal()));
            begun.await();

            for (int i = 0; i < 3; i++) {
                assertThat(model.generate(request("what is it")).tokenIds()).isEqualTo(alone);
            }
            others.countDown();
            assertThat(slow.get().tokenIds()).isEqualTo(alone);
        }
    }

    private static void awaitUnchecked(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aRememberedPictureGivesTheSameAnswerAndTheSameReport() {
        PruningStep inTower = step("cls-attention", "tower 1", 0.5, Map.of());
        PruningStep inText = step("cross-attention", "layer 1", 0.25, Map.of());
        try (LoadedModel model = LoadedModel.load(options(answers()).build())) {
            GenerationResult first = model.generate(request("what is it", inTower, inText));
            GenerationResult second = model.generate(request("what is it", inTower, inText));
            model.generate(request("what is it", step("cls-attention", "tower 1", 0.25, Map.of())));

            assertThat(second.tokenIds()).isEqualTo(first.tokenIds());
            PruningReport.Image image = second.report().images().get(0);
            assertThat(image.kept()).isEqualTo(first.report().images().get(0).kept());
            assertThat(image.probabilities())
                    .isEqualTo(first.report().images().get(0).probabilities());
            assertThat(model.visionCacheUse().hits()).isEqualTo(1);
            // Another ratio in the tower is another picture.
            assertThat(model.visionCacheUse().pictures()).isEqualTo(2);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"tower 1", "vision", "layer 1"})
    void aStepThatAsksForMoreThanAnEarlierOneLeftIsRefused(String first) {
        PruningStep less = step(first.startsWith("layer") ? "cross-attention" : "cls-attention", first, 0.25, Map.of());
        PruningStep more = step("cross-attention", "layer 2", 0.5, Map.of());
        try (LoadedModel model = LoadedModel.load(options(answers()).build())) {
            GenerationRequest rising = request("what is it", less, more);

            assertThatThrownBy(() -> model.generate(rising))
                    .isInstanceOf(UnsupportedModelException.class)
                    .hasMessageContaining("keeps 0.5 of the image tokens after the one at " + first
                            + " keeps 0.25; a retention-ratio");
        }
    }

    @Test
    void whereFewerAreLeftThanAStepMayKeepAllStay() {
        PruningStep ofAlive = step("evit", "tower 1", 0.25, Map.of());
        PruningStep more = step("cross-attention", "layer 2", 0.5, Map.of());
        try (LoadedModel model = LoadedModel.load(options(answers()).build())) {
            GenerationResult alone = model.generate(request("what is it", ofAlive));
            GenerationResult both = model.generate(request("what is it", ofAlive, more));

            assertThat(both.report().keptJoined()).isEqualTo(alone.report().keptJoined());
            assertThat(both.tokenIds()).isEqualTo(alone.tokenIds());
            assertThat(both.likelihood()).isEqualTo(alone.likelihood());
        }
    }

    @Test
    void whatTheGuardThoughtOfACutInTheTowerIsRememberedWithThePicture() {
        PruningStep inTower = step("cls-attention", "tower 1", 0.5, Map.of());
        PruningOptions guarded = PruningOptions.builder()
                .schedule(List.of(inTower))
                .guard(new GuardOptions(true, 1.0, 0.0))
                .build();
        try (LoadedModel model = LoadedModel.load(options(answers()).build())) {
            GenerationRequest wary = new GenerationRequest(
                    List.of(ChatTurn.user("what is it", PICTURE)),
                    guarded,
                    GenerationOptions.builder().maxOutputTokens(12).build());
            StepReport first = model.generate(wary).report().steps().get(0);
            StepReport second = model.generate(wary).report().steps().get(0);
            StepReport unguarded = model.generate(request("what is it", inTower))
                    .report()
                    .steps()
                    .get(0);

            assertThat(model.visionCacheUse().hits()).isEqualTo(1);
            assertThat(first.guard().action()).isEqualTo(GuardReport.Action.WIDENED);
            assertThat(second.guard()).isEqualTo(first.guard());
            assertThat(second.confidence()).isEqualTo(first.confidence()).isNotNull();
            // Without the guard the same picture is cut in another way.
            assertThat(unguarded.guard().action()).isEqualTo(GuardReport.Action.NONE);
            assertThat(unguarded.images().get(0).kept()).hasSize(32);
            assertThat(first.images().get(0).kept().length).isGreaterThan(32);
        }
    }

    @Test
    void cutsBehindTheTowerKeepTheClassRowAndAddUpWithTheOthers() {
        try (LoadedModel model = LoadedModel.load(options(answers()).build())) {
            GenerationResult result = model.generate(request(
                    "what is it",
                    step("received-attention", "tower 1", 0.75, Map.of()),
                    step("cls-attention", "vision", 0.5, Map.of("block", "0")),
                    step("cross-attention", "layer 1", 0.25, Map.of())));

            assertThat(result.report().strategy()).isEqualTo("received-attention, cls-attention, cross-attention");
            assertThat(result.report().keptTokens()).isEqualTo(16);
        }
    }

    @Test
    void otherTypesAndPackedWeightsAnswerToo() {
        for (Dtype dtype : List.of(Dtype.BFLOAT16, Dtype.FLOAT16)) {
            LoadOptions load = LoadOptions.builder().dtype(dtype).build();
            try (LoadedModel model = LoadedModel.load(options(CAPTIONS.resolve("model"))
                    .module(CAPTIONS.resolve("glimpse-token"))
                    .load(load)
                    .build())) {
                GenerationResult result = model.generate(new GenerationRequest(
                        List.of(ChatTurn.user("a picture of", PICTURE)),
                        PruningOptions.defaults(),
                        GenerationOptions.builder().maxOutputTokens(6).build()));

                assertThat(result.report().strategy()).isEqualTo("glimpse");
                assertThat(result.text()).startsWith("a picture of");
            }
        }
    }

    @Test
    void aModuleOfOneModelIsRefusedByAnother() {
        assertThatThrownBy(() -> LoadedModel.load(options(answers())
                        .module(CAPTIONS.resolve("glimpse-token"))
                        .build()))
                .hasMessageContaining("hidden_size 48")
                .hasMessageContaining("24");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"reduce_layer\": 2           | \"reduce_layer\": 3            | reduce_layer | at most 2",
                "\"reduce_layer\": 2           | \"reduce_layer\": 2147483647   | reduce_layer | at most 2",
                "\"reduce_layer\": 2,          | ''                               | reduce_layer | at most 2",
                "\"reduce_layer\": 2           | \"reduce_layer\": -1           | selects layer 2 | reduce_layer is -1",
                "\"selected_layers\": [2, 1]   | \"selected_layers\": [3, 1]    | selects layer 3 | reduce_layer is 2",
                "\"selected_layers\": [2, 1]   | \"selected_layers\": [-1, 1]   | selects layer -1 | num_hidden_layers 4",
                "\"selected_layers\": [2, 1]   | \"selected_layers\": []        | selects no layer | selected_layers",
                "\"le_layers\": [0, 1, 2]      | \"le_layers\": [0, 1, 4]       | layer 4 | le_layers",
                "\"le_layers\": [0, 1, 2]      | \"le_layers\": [0, 1, 1]       | two vectors | le_layers",
                "\"le_layers\": [0, 1, 2]      | \"le_layers\": [3, 1, 2]       | must contain 0 | le_layers",
                "\"le_norm_eps\": 1e-06        | \"le_norm_eps\": -1            | le_norm_eps | from 1.0E-30 to 0.1",
                "logits\": true                | logits\": false                | use_attention_logits | trained with true",
                "\"selected_visual_layers\": [4, 3, 1] | \"selected_visual_layers\": [9, 3, 1]"
                        + "| hidden states 0 to 5, the glimpse module wants 9 | selected_visual_layers",
                "\"selected_visual_layers\": [4, 3, 1] | \"selected_visual_layers\": []"
                        + "| no layer | selected_visual_layers",
                "\"selected_visual_layers\": [4, 3, 1] | \"selected_visual_layers\": [4, 3, 1, 0]"
                        + "| no tensor | config.json",
                "\"attn_fuse_num_heads\": 4     | \"attn_fuse_num_heads\": 5     | does not split | attn_fuse_num_heads"
            })
    void aModuleThatDoesNotFitIsAFaultOfItsFiles(String entry, String damage, String what, String limit)
            throws IOException {
        Path module = HostileInputs.copy(CAPTIONS, List.of("glimpse-token"), folder.resolve("damaged"))
                .resolve("glimpse-token");
        Path config = module.resolve("config.json");
        String whole = Files.readString(config);
        assertThat(whole).contains(entry);
        Files.writeString(config, whole.replace(entry, damage));

        assertThatThrownBy(() -> LoadedModel.load(
                        options(CAPTIONS.resolve("model")).module(module).build()))
                .isInstanceOf(ModelFilesException.class)
                .hasMessageContaining(what)
                .hasMessageContaining(limit);
    }

    @ParameterizedTest
    @ValueSource(strings = {"layer last", "layer 4", "pixels", "tower 4", "layer 1"})
    void aPlaceThatAModuleCannotCutAtIsAFaultOfTheOptions(String place) {
        PruningStep step = PruningStep.builder("glimpse").at(place).build();

        assertThatThrownBy(() -> LoadedModel.load(options(CAPTIONS.resolve("model"))
                        .module(CAPTIONS.resolve("glimpse-token"))
                        .pruning(
                                PruningOptions.builder().schedule(List.of(step)).build())
                        .build()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aDamagedModuleLeavesNothingBehindWhenARequestAsksForIt() throws IOException {
        Path module = HostileInputs.copy(CAPTIONS, List.of("glimpse-token"), folder.resolve("damaged"))
                .resolve("glimpse-token");
        Path config = module.resolve("config.json");
        Files.writeString(config, Files.readString(config).replace("[4, 3, 1]", "[4, 3, 1, 0]"));
        try (LoadedModel model = LoadedModel.load(options(CAPTIONS.resolve("model"))
                .module(module)
                .pruning(PruningOptions.builder().strategy("none").build())
                .build())) {
            int before = model.liveResources();

            assertThatThrownBy(() -> model.generate(new GenerationRequest(
                            List.of(ChatTurn.user("a picture of", PICTURE)),
                            PruningOptions.builder().strategy("glimpse").build(),
                            GenerationOptions.defaults())))
                    .isInstanceOf(ModelFilesException.class);
            assertThat(model.liveResources()).isEqualTo(before);
        }
    }

    @Test
    void strategiesOfLanguageDecodersAreRefusedWithWhatThereIs() {
        assertThatThrownBy(() -> LoadedModel.load(options(answers())
                        .pruning(PruningOptions.builder()
                                .strategy("pyramid-drop")
                                .retentionRatio(0.5)
                                .build())
                        .build()))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("LayerPeek")
                .hasMessageContaining("cross-attention");
    }

    @Test
    void crossAttentionAndBeamsAreRefusedByLanguageDecoders() {
        try (LoadedModel model = LoadedModel.load(TinyModels.llava().build())) {
            assertThatThrownBy(
                            () -> model.generate(request("What?", step("cross-attention", "layer 2", 0.5, Map.of()))))
                    .isInstanceOf(UnsupportedModelException.class)
                    .hasMessageContaining("cross-attention");
            assertThatThrownBy(() -> model.generate(request("What?", step("cls-attention", "tower 9", 0.5, Map.of()))))
                    .isInstanceOf(UnsupportedModelException.class)
                    .hasMessageContaining("tower 9");
            assertThatThrownBy(() -> model.generate(new GenerationRequest(
                            List.of(ChatTurn.user("What?", PICTURE)),
                            PruningOptions.defaults(),
                            GenerationOptions.builder().beams(3).build())))
                    .isInstanceOf(UnsupportedContentException.class)
                    .hasMessageContaining("beams 3");
        }
    }

    @Test
    void whatOnlyCrossAttentionHasIsRefusedByLanguageDecodersWhenTheyAreLoaded() {
        Map<String, GenerationOptions> refused = Map.of(
                "beams 3", GenerationOptions.builder().beams(3).build(),
                "length-penalty 2.0",
                        GenerationOptions.builder().lengthPenalty(2.0).build());
        refused.forEach((name, generation) -> assertThatThrownBy(() -> LoadedModel.load(
                        TinyModels.llava().generation(generation).build()))
                .isInstanceOf(UnsupportedContentException.class)
                .hasMessageContaining(name));
        assertThatThrownBy(() ->
                        LoadedModel.load(TinyModels.llava().load(beginning()).build()))
                .isInstanceOf(UnsupportedContentException.class)
                .hasMessageContaining("first token enc");
    }

    @Test
    void beamsWithSamplingAndACaptionWithAnotherFirstTokenAreRefusedWhenTheModelIsLoaded() {
        assertThatThrownBy(() -> LoadedModel.load(options(CAPTIONS.resolve("model"))
                        .generation(GenerationOptions.builder()
                                .beams(3)
                                .temperature(0.5)
                                .build())
                        .build()))
                .isInstanceOf(UnsupportedContentException.class)
                .hasMessageContaining("beams 3")
                .hasMessageContaining("temperature");
        assertThatThrownBy(() -> LoadedModel.load(
                        options(CAPTIONS.resolve("model")).load(beginning()).build()))
                .isInstanceOf(UnsupportedContentException.class)
                .hasMessageContaining("captions begin with the start id");
    }

    private static LoadOptions beginning() {
        return LoadOptions.builder().firstToken(FirstToken.ENC).build();
    }

    @Test
    void aTowerOfAnotherWidthCannotAnswer() {
        Path wide = BlipFolder.answers().visionWidth(36).write(folder.resolve("wide"), CAPTIONS.resolve("model"));

        assertThatThrownBy(() -> LoadedModel.load(options(wide).build()))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("36 and 24");
    }

    @Test
    void picturesOfAnotherSizeThanTheTowersPlacesAreRefused() throws IOException {
        Path other = answers();
        Files.writeString(other.resolve("preprocessor_config.json"), "{\"size\": {\"height\": 84, \"width\": 84}}");

        assertThatThrownBy(() -> LoadedModel.load(options(other).build()))
                .isInstanceOf(ModelFilesException.class)
                .hasMessageContaining("7 x 7")
                .hasMessageContaining("8 x 8");
    }

    @Test
    void aTaskThatIsNotKnownIsRefusedWithThoseThatAre() throws IOException {
        Path other = answers();
        Path config = other.resolve("config.json");
        Files.writeString(config, Files.readString(config).replace("BlipForQuestionAnswering", "BlipModel"));

        assertThatThrownBy(() -> LoadedModel.load(options(other).build()))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("[BlipModel]")
                .hasMessageContaining("BlipForConditionalGeneration");
    }

    @Test
    void theWarmUpOfAModelForAnswersIsAnAnswer() {
        try (LoadedModel model =
                LoadedModel.load(options(answers()).warmUp(true).build())) {
            assertThat(model.visionCacheUse().misses()).isEqualTo(1);
        }
    }
}
