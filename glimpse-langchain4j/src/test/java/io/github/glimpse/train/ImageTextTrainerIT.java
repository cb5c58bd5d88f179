package io.github.glimpse.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.glimpse.UnsupportedModelException;
import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.engine.StoredType;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.generate.ChatTurn;
import io.github.glimpse.generate.EngineOptions;
import io.github.glimpse.generate.GenerationRequest;
import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.image.PixelArea;
import io.github.glimpse.image.Transparency;
import io.github.glimpse.model.FirstToken;
import io.github.glimpse.model.LoadOptions;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.prune.PruningReport;
import io.github.glimpse.sampling.GenerationOptions;
import io.github.glimpse.testing.BlipFolder;
import io.github.glimpse.testing.TestCategory;
import io.github.glimpse.testing.Thorough;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Training on cross-attention: BLIP that answers questions, with random weights, and the caption fixture. */
class ImageTextTrainerIT {

    private static final Path CAPTION = Path.of("src/test/resources/fixtures/blip-tiny-caption");
    private static final double STEP = 1.5e-3;

    @TempDir
    private Path folder;

    @Thorough
    @TestCategory.Reference
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void aModuleLearnsWhichPlaceAQuestionIsAboutAndTheModelPrunesByIt(int tokens) throws IOException {
        Path answers = BlipFolder.answers().write(folder.resolve("model"), CAPTION.resolve("model"));
        List<GlimpseSample> samples = samples();
        Path module = folder.resolve("module");
        GlimpseScores scores;
        try (GlimpseTrainer trainer = GlimpseTrainer.open(base(answers).build(), recipe(tokens))) {
            assertThat(trainer.parameters().names().contains("learnable_embeddings"))
                    .isEqualTo(tokens > 0);
            double before = trainer.evaluate(samples).loss();
            trainer.train(samples);
            scores = trainer.evaluate(samples);
            assertThat(before).isGreaterThan(0.6);
            assertThat(scores.loss()).isLessThan(0.8 * before);
            trainer.export(module, 0.5, StoredType.F32);
        }
        try (LoadedModel model = LoadedModel.load(base(answers).module(module).build())) {
            for (int i = 0; i < samples.size(); i++) {
                PruningReport.Image image = report(model, samples.get(i));
                assertThat(image.probabilities()).containsExactly(scores.probabilities(i), within(1e-4f));
                assertThat(image.kept()).hasSizeLessThan(64);
            }
        }
    }

    @Test
    void lossAndGradientsAreThoseOfTheModelThatPrunes() throws IOException {
        GlimpseSample sample = samples().get(1);
        GlimpseTrainingOptions options = GlimpseTrainingOptions.builder()
                .module(CAPTION.resolve("glimpse-token"))
                .build();
        EngineOptions.Builder base = base(CAPTION.resolve("model"));
        float[] probabilities;
        try (LoadedModel model =
                LoadedModel.load(base.module(CAPTION.resolve("glimpse-token")).build())) {
            probabilities = Objects.requireNonNull(report(model, sample).probabilities());
        }
        try (GlimpseTrainer trainer =
                        GlimpseTrainer.open(base(CAPTION.resolve("model")).build(), options);
                TorchRuntime runtime = TorchRuntime.start(runtime());
                TensorScope scope = runtime.openScope()) {
            GlimpseScores scores = trainer.evaluate(List.of(sample));
            assertThat(scores.loss()).isCloseTo(maskLoss(probabilities, scores.target(0)), within(1e-4));
            trainer.parameters().backward(trainer.loss(List.of(sample)).loss(0, scope, new Figures()), 1);
            assertGradients(trainer, sample);
        }
    }

    @Test
    void aModuleForAnotherFirstTokenIsTrainedOnTheIdsThatItIsServedWith() throws IOException {
        Path answers = BlipFolder.answers().write(folder.resolve("model"), CAPTION.resolve("model"));
        LoadOptions enc = LoadOptions.builder().firstToken(FirstToken.ENC).build();
        List<GlimpseSample> samples = samples();
        Path module = folder.resolve("module");
        GlimpseScores scores;
        try (GlimpseTrainer trainer =
                GlimpseTrainer.open(base(answers).load(enc).build(), recipe(0))) {
            scores = trainer.evaluate(samples);
            trainer.export(module, 0.5, StoredType.F32);
        }
        EngineOptions.Builder served = base(answers).module(module);
        try (LoadedModel model = LoadedModel.load(served.load(enc).build());
                LoadedModel other =
                        LoadedModel.load(served.load(LoadOptions.defaults()).build())) {
            float[] trained = scores.probabilities(0);
            assertThat(report(model, samples.get(0)).probabilities()).containsExactly(trained, within(1e-4f));
            assertThat(Objects.requireNonNull(report(other, samples.get(0)).probabilities()))
                    .as("the first token makes a difference")
                    .isNotEqualTo(trained)
                    .satisfies(values -> assertThat(distance(values, trained)).isGreaterThan(1e-3));
        }
    }

    private static double distance(float[] one, float[] other) {
        double largest = 0;
        for (int i = 0; i < one.length; i++) {
            largest = Math.max(largest, Math.abs(one[i] - other[i]));
        }
        return largest;
    }

    /** Each tensor moved a little along a random direction, forth and back. */
    private static void assertGradients(GlimpseTrainer trainer, GlimpseSample sample) {
        TrainableParameters parameters = trainer.parameters();
        Random random = new Random(5);
        int told = 0;
        for (String name : parameters.names()) {
            float[] first = parameters.values(name);
            float[] gradient = parameters.gradient(name);
            float[] along = new float[first.length];
            float[] back = new float[first.length];
            double expected = 0;
            for (int i = 0; i < first.length; i++) {
                // Half along the gradient, half anywhere: a direction that shows something, and all the rest.
                double direction = (random.nextGaussian() + 2 * Math.signum(gradient[i])) / Math.sqrt(first.length);
                along[i] = (float) (first[i] + STEP * direction);
                back[i] = (float) (first[i] - STEP * direction);
                expected += gradient[i] * direction;
            }
            parameters.set(name, along);
            double above = trainer.evaluate(List.of(sample)).loss();
            parameters.set(name, back);
            double below = trainer.evaluate(List.of(sample)).loss();
            parameters.set(name, first);
            double found = (above - below) / (2 * STEP);
            assertThat(found).as(name).isCloseTo(expected, within(2e-4 + 0.01 * expected));
            told += expected > 2e-3 ? 1 : 0;
        }
        assertThat(told).isGreaterThan(parameters.names().size() / 2);
    }

    /** Dice and a tenth of the binary cross entropy, in double precision. */
    private static double maskLoss(float[] probabilities, float[] target) {
        double both = 0;
        double sum = 0;
        double entropy = 0;
        for (int i = 0; i < target.length; i++) {
            both += probabilities[i] * target[i];
            sum += probabilities[i] + target[i];
            entropy -= Math.log(target[i] == 1 ? probabilities[i] : 1 - probabilities[i]);
        }
        return 1 - (2 * both + 1e-6) / (sum + 1e-6) + 0.1 * entropy / target.length;
    }

    @Test
    void aLanguageLossIsRefusedBecauseItWouldTeachNothing() {
        GlimpseTrainingOptions options =
                GlimpseTrainingOptions.builder().lossWeights(1, 0.5).build();
        EngineOptions base = base(CAPTION.resolve("model")).build();
        assertThatThrownBy(() -> GlimpseTrainer.open(base, options))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("language loss");
    }

    @Test
    void theRecipeCutsBeforeTheLastLayer() throws IOException {
        EngineOptions base = base(CAPTION.resolve("model")).build();
        try (GlimpseTrainer trainer = GlimpseTrainer.open(
                base, GlimpseTrainingOptions.builder().epochs(1).build())) {
            trainer.export(folder, 0.5, StoredType.BF16);
        }
        assertThat(folder.resolve("config.json")).content().contains("\"reduce_layer\" : 2");
        try (LoadedModel model =
                LoadedModel.load(base(CAPTION.resolve("model")).module(folder).build())) {
            assertThat(report(model, samples().get(0)).probabilities()).hasSize(64);
        }
    }

    private static GlimpseTrainingOptions recipe(int tokens) {
        return GlimpseTrainingOptions.builder()
                .design(new GlimpseModuleDesign(1, true, List.of(0, 1), tokens, 32, 16, 4, true, List.of(3, 1), false))
                .epochs(40)
                .accumulation(4)
                .rate(5e-3)
                .dropout(tokens == 2 ? 0.1 : 0)
                .seed(3)
                .build();
    }

    private static EngineOptions.Builder base(Path model) {
        return EngineOptions.builder(model).runtime(runtime()).transparency(Transparency.DROP);
    }

    private static RuntimeOptions runtime() {
        return new RuntimeOptions("cpu", 1, RuntimeOptions.NativeDownload.FORBIDDEN);
    }

    private static List<GlimpseSample> samples() throws IOException {
        byte[] bytes = Files.readAllBytes(CAPTION.resolve("cases/001/a.png"));
        String[] questions = {"what is it", "which colour has the door", "is there a clock", "how many dogs"};
        List<GlimpseSample> samples = new ArrayList<>();
        for (int i = 0; i < questions.length; i++) {
            PixelArea box = new PixelArea(50.0 * (i % 2), 50.0 * Math.floorDiv(i, 2), 30, 30);
            samples.add(new GlimpseSample(questions[i], "a dog", () -> bytes, 100, 100, List.of(box), null, "test"));
        }
        return samples;
    }

    private static PruningReport.Image report(LoadedModel model, GlimpseSample sample) {
        GenerationRequest request = new GenerationRequest(
                List.of(ChatTurn.user(sample.question(), sample.picture().bytes())),
                PruningOptions.defaults(),
                GenerationOptions.builder().maxOutputTokens(1).build());
        return model.generate(request).report().images().get(0);
    }
}
