package io.github.glimpse.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.glimpse.ModelFilesException;
import io.github.glimpse.engine.Dtype;
import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.engine.StoredType;
import io.github.glimpse.generate.ChatTurn;
import io.github.glimpse.generate.EngineOptions;
import io.github.glimpse.generate.GenerationRequest;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.image.PixelArea;
import io.github.glimpse.image.Transparency;
import io.github.glimpse.model.LoadOptions;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.prune.PruningReport;
import io.github.glimpse.sampling.GenerationOptions;
import io.github.glimpse.testing.TestCategory;
import io.github.glimpse.testing.Thorough;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Training of whole modules on the tiny reference models; four questions about one picture, each with its own place. */
class GlimpseTrainerIT {

    private static final Path FIXTURES = Path.of("src/test/resources/fixtures");
    private static final GlimpseModuleDesign DESIGN =
            new GlimpseModuleDesign(3, true, List.of(0, 1, 2, 3, 4, 5), 1, 32, 16, 4, true, List.of(3, 2, 0), false);

    @TempDir
    private Path folder;

    @Thorough
    @TestCategory.Reference
    @Test
    void aModuleLearnsWhichPlaceAQuestionIsAboutAndTheModelPrunesByIt() throws IOException {
        List<GlimpseSample> samples = samples("qwen2_5_vl-tiny", "cases/020/a.png");
        Path module = folder.resolve("module");
        GlimpseScores scores;
        try (GlimpseTrainer trainer =
                GlimpseTrainer.open(base("qwen2_5_vl-tiny").build(), recipe(60).build())) {
            double before = trainer.evaluate(samples).loss();
            trainer.train(samples);
            scores = trainer.evaluate(samples);
            assertThat(before).isGreaterThan(0.6);
            assertThat(scores.loss()).isLessThan(0.1);
            trainer.export(module, scores.forRecall(1).threshold(), StoredType.F32);
        }
        assertThat(scores.at(0.5).recall()).isGreaterThan(0.95);
        assertThat(scores.at(0.5).intersectionOverUnion()).isGreaterThan(0.9);
        try (LoadedModel model =
                LoadedModel.load(base("qwen2_5_vl-tiny").module(module).build())) {
            for (int i = 0; i < samples.size(); i++) {
                PruningReport.Image image = report(model, samples.get(i));
                assertThat(image.probabilities()).containsExactly(scores.probabilities(i), within(1e-4f));
                float[] target = scores.target(i);
                for (int token = 0; token < target.length; token++) {
                    if (target[token] == 1) {
                        assertThat(image.kept()).contains(token);
                    }
                }
                assertThat(image.kept()).hasSizeLessThan(15);
            }
        }
    }

    @Thorough
    @TestCategory.Reference
    @ParameterizedTest
    @CsvSource({
        // Rows that the tower adds to the layers 0 to 2: all of them, and a cut between them.
        "qwen3_vl-tiny, cases/001/a.png, 3",
        "qwen3_vl-tiny, cases/001/a.png, 1",
        // Many units.
        "smolvlm-tiny, cases/001/a.png, 2"
    })
    void anExportedModuleChoosesWhatItsTrainerSays(String family, String picture, int reduceLayer) throws IOException {
        List<GlimpseSample> samples = samples(family, picture).subList(0, 2);
        Path module = folder.resolve("module");
        GlimpseModuleDesign design =
                new GlimpseModuleDesign(reduceLayer, true, List.of(0, 1, 2), 1, 16, 16, 2, true, List.of(2, 0), false);
        GlimpseTrainingOptions options = GlimpseTrainingOptions.builder()
                .design(design)
                .epochs(12)
                .accumulation(2)
                .rate(5e-3)
                .lossWeights(1, 0.1)
                .seed(3)
                .build();
        EngineOptions.Builder base =
                base(family).load(LoadOptions.builder().dtype(Dtype.FLOAT32).build());
        GlimpseScores scores;
        try (GlimpseTrainer trainer = GlimpseTrainer.open(base.build(), options)) {
            double before = trainer.evaluate(samples).loss();
            trainer.train(samples);
            scores = trainer.evaluate(samples);
            assertThat(scores.loss()).isLessThan(before);
            trainer.export(module, 0.5, StoredType.F32);
        }
        try (LoadedModel model = LoadedModel.load(base.module(module).build())) {
            for (int i = 0; i < samples.size(); i++) {
                List<PruningReport.Image> units = units(model, samples.get(i));
                assertThat(joined(units)).containsExactly(scores.probabilities(i), within(1e-4f));
                assertThat(scores.target(i)).hasSameSizeAs(scores.probabilities(i));
            }
        }
    }

    @Test
    void aSystemMessageStandsBeforeTheQuestion() throws IOException {
        GlimpseSample plain = samples("qwen2_5_vl-tiny", "cases/020/a.png").get(0);
        GlimpseSample told = new GlimpseSample(
                "Only the door matters.",
                plain.question(),
                plain.answer(),
                plain.picture(),
                plain.width(),
                plain.height(),
                plain.boxes(),
                plain.mask(),
                plain.dataset());
        Path module = folder.resolve("module");
        GlimpseScores scores;
        try (GlimpseTrainer trainer =
                GlimpseTrainer.open(base("qwen2_5_vl-tiny").build(), recipe(1).build())) {
            scores = trainer.evaluate(List.of(plain, told));
            trainer.export(module, 0.5, StoredType.F32);
        }
        assertThat(scores.probabilities(1)).isNotEqualTo(scores.probabilities(0));
        try (LoadedModel model =
                LoadedModel.load(base("qwen2_5_vl-tiny").module(module).build())) {
            assertThat(report(model, plain).probabilities()).containsExactly(scores.probabilities(0), within(1e-4f));
            assertThat(report(model, told).probabilities()).containsExactly(scores.probabilities(1), within(1e-4f));
        }
    }

    private static float[] joined(List<PruningReport.Image> units) {
        float[] all = new float[0];
        for (PruningReport.Image unit : units) {
            float[] part = Objects.requireNonNull(unit.probabilities());
            all = Arrays.copyOf(all, all.length + part.length);
            System.arraycopy(part, 0, all, all.length - part.length, part.length);
        }
        return all;
    }

    @Thorough
    @TestCategory.Reference
    @ParameterizedTest
    @CsvSource({"qwen2_5_vl-tiny, cases/020/a.png, 0", "llava-1_5-tiny, cases/009/r.png, 0.5"})
    void aResumedTrainingGoesOnWithTheSameCurve(String family, String picture, double language) throws IOException {
        List<GlimpseSample> samples = samples(family, picture);
        List<String> whole = train(family, samples, folder.resolve("whole"), language, 12);
        train(family, samples, folder.resolve("parts"), language, 7);
        List<String> resumed = train(family, samples, folder.resolve("parts"), language, 12);
        assertThat(whole).hasSize(13);
        assertThat(resumed).isEqualTo(whole);
    }

    private List<String> train(String family, List<GlimpseSample> samples, Path place, double language, long until)
            throws IOException {
        GlimpseModuleDesign design =
                DESIGN.withPredictor(16, 8, 2, List.of(1, 0)).withReduceLayer(2);
        GlimpseTrainingOptions options = GlimpseTrainingOptions.builder()
                .design(new GlimpseModuleDesign(
                        2,
                        true,
                        List.of(0, 2),
                        2,
                        design.width(),
                        design.conditionWidth(),
                        design.heads(),
                        true,
                        design.visionLayers(),
                        true))
                .epochs(6)
                .accumulation(2)
                .rate(1e-2)
                .dropout(0.2)
                .lossWeights(1, language)
                .seed(5)
                .folder(place, 3)
                .build();
        try (GlimpseTrainer trainer = GlimpseTrainer.open(base(family).build(), options);
                TrainingRun run = trainer.start(samples)) {
            run.resume();
            LossFunction loss = trainer.loss(samples);
            while (run.step() < until) {
                run.advance(loss);
            }
        }
        return Files.readAllLines(place.resolve("curve.csv"));
    }

    @Test
    void theCrossEntropyCountsAsMuchAsIsAskedFor() throws IOException {
        List<GlimpseSample> samples =
                samples("qwen2_5_vl-tiny", "cases/020/a.png").subList(0, 1);
        GlimpseScores dice = look(samples, 0);
        double entropy = 0;
        for (int i = 0; i < dice.target(0).length; i++) {
            double probability = dice.probabilities(0)[i];
            entropy -= Math.log(dice.target(0)[i] == 1 ? probability : 1 - probability) / dice.target(0).length;
        }
        assertThat(look(samples, 0.1).loss() - dice.loss()).isCloseTo(0.1 * entropy, within(1e-6));
        assertThat(look(samples, 3).loss() - dice.loss()).isCloseTo(3 * entropy, within(1e-5));
    }

    private static GlimpseScores look(List<GlimpseSample> samples, double crossEntropyWeight) {
        GlimpseTrainingOptions options =
                recipe(1).crossEntropyWeight(crossEntropyWeight).build();
        try (GlimpseTrainer trainer =
                GlimpseTrainer.open(base("qwen2_5_vl-tiny").build(), options)) {
            return trainer.evaluate(samples);
        }
    }

    @Thorough
    @TestCategory.Memory
    @Test
    void memoryStaysFlatOverManySteps() throws IOException {
        List<GlimpseSample> samples = samples("qwen2_5_vl-tiny", "cases/020/a.png");
        try (GlimpseTrainer trainer = GlimpseTrainer.open(
                        base("qwen2_5_vl-tiny").build(),
                        recipe(50).lossWeights(1, 1).build());
                TrainingRun run = trainer.start(samples)) {
            LossFunction loss = trainer.loss(samples);
            run.advance(loss);
            int live = trainer.liveResources();
            run.run(loss);
            assertThat(trainer.liveResources()).isEqualTo(live);
        }
    }

    @Test
    void theWholeCommandLeavesCheckpointsCurvesAndAModule() throws IOException {
        Path data = folder.resolve("data.jsonl");
        Files.copy(FIXTURES.resolve("qwen2_5_vl-tiny/cases/020/a.png"), folder.resolve("a.png"));
        Files.writeString(data, """
                {"question":"Where is the sign?","answer":"left","image":"a.png","width":100,"height":100,"bboxs":[[0,0,20,20]],"dataset":"d","split":"train"}
                {"question":"And the door?","answer":"right","image":"a.png","width":100,"height":100,"bboxs":[[60,60,90,90]],"dataset":"d","split":"train"}
                {"question":"Unseen","answer":"","image":"none.png","width":100,"height":100,"bboxs":[[0,0,1,1]],"dataset":"d","split":"test"}
                """);
        Path run = folder.resolve("run");
        GlimpseTrainingOptions options =
                recipe(4).accumulation(1).folder(run, 3).build();
        try (GlimpseTrainer trainer =
                GlimpseTrainer.open(base("qwen2_5_vl-tiny").build(), options)) {
            trainer.train(VisualCotFile.read(data, folder, "train"));
            trainer.export(run.resolve("module"), 0.4, StoredType.BF16);
        }
        assertThat(run.resolve("curve.png")).isNotEmptyFile();
        assertThat(Files.readAllLines(run.resolve("curve.csv"))).hasSize(9);
        assertThat(run.resolve("checkpoint-000000008.safetensors")).isNotEmptyFile();
        try (GlimpseTrainer again = GlimpseTrainer.open(
                base("qwen2_5_vl-tiny").build(),
                GlimpseTrainingOptions.builder().module(run.resolve("module")).build())) {
            assertThat(again.parameters().trainedCount()).isPositive();
        }
    }

    @Test
    void aDamagedPictureIsNamedByItsSample() throws IOException {
        List<GlimpseSample> samples = new ArrayList<>(samples("qwen2_5_vl-tiny", "cases/020/a.png"));
        samples.set(2, new GlimpseSample("q", "", () -> new byte[] {1, 2, 3}, 10, 10, List.of(), null, ""));
        try (GlimpseTrainer trainer =
                GlimpseTrainer.open(base("qwen2_5_vl-tiny").build(), recipe(1).build())) {
            assertThatThrownBy(() -> trainer.evaluate(samples))
                    .isInstanceOf(TrainingDataException.class)
                    .hasMessageContaining("Sample 3 of 4");
        }
    }

    @Test
    void theRecipesLayersAreThoseOfThePublishedModels() {
        assertThat(recipeOf(28, 32).reduceLayer()).isEqualTo(18);
        assertThat(recipeOf(36, 32).reduceLayer()).isEqualTo(23);
        assertThat(recipeOf(32, 24).reduceLayer()).isEqualTo(21);
        assertThat(recipeOf(40, 24).reduceLayer()).isEqualTo(26);
        assertThat(recipeOf(28, 32).visionLayers()).containsExactly(31, 23, 15, 7);
        assertThat(recipeOf(32, 24).visionLayers()).containsExactly(23, 17, 11, 5);
    }

    @Test
    void aModuleWithoutWeightsCannotBeTrained() {
        EngineOptions base = EngineOptions.builder(FIXTURES.resolve("qwen2_5_vl-variants/model"))
                .runtime(runtime())
                .build();
        GlimpseTrainingOptions options = GlimpseTrainingOptions.builder()
                .module(FIXTURES.resolve("qwen2_5_vl-variants/glimpse-dummy"))
                .build();
        assertThatThrownBy(() -> GlimpseTrainer.open(base, options))
                .isInstanceOf(ModelFilesException.class)
                .hasMessageContaining("DUMMY");
    }

    private static GlimpseModuleDesign recipeOf(int layers, int visionLayers) {
        return GlimpseModuleDesign.recipe(
                new io.github.glimpse.nn.ModelDimensions(layers, 64, 4, 2, 16, 1e-6, 32, visionLayers));
    }

    private static GlimpseTrainingOptions.Builder recipe(int epochs) {
        return GlimpseTrainingOptions.builder()
                .design(DESIGN)
                .epochs(epochs)
                .accumulation(4)
                .rate(5e-3)
                .seed(3);
    }

    private static EngineOptions.Builder base(String family) {
        return EngineOptions.builder(FIXTURES.resolve(family).resolve("model"))
                .runtime(runtime())
                .transparency(Transparency.DROP);
    }

    private static RuntimeOptions runtime() {
        return new RuntimeOptions("cpu", 1, RuntimeOptions.NativeDownload.FORBIDDEN);
    }

    private static List<GlimpseSample> samples(String family, String picture) throws IOException {
        byte[] bytes = Files.readAllBytes(FIXTURES.resolve(family).resolve(picture));
        String[] questions = {"What is written?", "Which colour has the door?", "Is there a clock?", "How many dogs?"};
        List<GlimpseSample> samples = new ArrayList<>();
        for (int i = 0; i < questions.length; i++) {
            PixelArea box = new PixelArea(50.0 * (i % 2), 50.0 * Math.floorDiv(i, 2), 30, 30);
            samples.add(new GlimpseSample(questions[i], "a dog", () -> bytes, 100, 100, List.of(box), null, "test"));
        }
        return samples;
    }

    private static PruningReport.Image report(LoadedModel model, GlimpseSample sample) {
        return units(model, sample).get(0);
    }

    private static List<PruningReport.Image> units(LoadedModel model, GlimpseSample sample) {
        List<ChatTurn> turns = new ArrayList<>();
        if (!sample.system().isEmpty()) {
            turns.add(new ChatTurn(ChatTurn.Role.SYSTEM, List.of(new ChatTurn.Text(sample.system()))));
        }
        turns.add(ChatTurn.user(sample.question(), sample.picture().bytes()));
        GenerationRequest request = new GenerationRequest(
                turns,
                PruningOptions.defaults(),
                GenerationOptions.builder().maxOutputTokens(1).build());
        return model.generate(request).report().images();
    }
}
