package io.github.glimpse.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.glimpse.engine.Dtype;
import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.generate.EngineOptions;
import io.github.glimpse.image.PixelArea;
import io.github.glimpse.image.Transparency;
import io.github.glimpse.model.LoadOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Loss and gradients of one step against the reference in float64: expected values by
 * {@code src/test/python/training/make_glimpse_values.py}.
 */
class GlimpseStepsIT {

    private static final Path FIXTURES = Path.of("src/test/resources/fixtures");
    private static final double[] WAVES = {0.37, 1.1, 2.3};
    // Float32 against float64, through six layers and the predictor.
    private static final double LOSS_TOLERANCE = 2e-5;
    // Of a gradient's length: float32 sums of a few thousand products.
    private static final double GRADIENT_TOLERANCE = 5e-4;
    // Gradients that cancel out, such as those behind the last read of a layer.
    private static final double ZERO = 2e-5;

    static List<JsonNode> cases() throws IOException {
        List<JsonNode> cases = new ArrayList<>();
        new ObjectMapper()
                .readTree(GlimpseStepsIT.class.getResourceAsStream("glimpse-steps.json"))
                .forEach(cases::add);
        return cases;
    }

    @ParameterizedTest(name = "{index}")
    @MethodSource("cases")
    void lossAndGradientsAreThoseOfTheReference(JsonNode expected) {
        GlimpseTrainingOptions options = GlimpseTrainingOptions.builder()
                .module(folder(expected, "module"))
                .lossWeights(
                        expected.get("mask_weight").asDouble(),
                        expected.get("language_weight").asDouble())
                .build();
        try (GlimpseTrainer trainer = GlimpseTrainer.open(base(expected), options);
                TorchRuntime runtime = TorchRuntime.start(runtime());
                TensorScope scope = runtime.openScope()) {
            Figures figures = new Figures();
            NDArray loss = trainer.loss(List.of(sample(expected))).loss(0, scope, figures);
            double mask = figures.averages().getOrDefault("mask_loss", Double.NaN);
            double language = figures.averages().getOrDefault("language_loss", Double.NaN);
            assertThat(mask).isCloseTo(expected.get("mask_loss").asDouble(), within(LOSS_TOLERANCE));
            assertThat(language).isCloseTo(expected.get("language_loss").asDouble(), within(LOSS_TOLERANCE));
            trainer.parameters().backward(loss, 1);
            for (String name : trainer.parameters().names()) {
                compare(
                        name,
                        trainer.parameters().gradient(name),
                        expected.get("gradients").get(name));
            }
        }
    }

    private static void compare(String name, float[] gradient, JsonNode expected) {
        double length = 0;
        double[] sums = new double[WAVES.length];
        for (int i = 0; i < gradient.length; i++) {
            length += (double) gradient[i] * gradient[i];
            for (int wave = 0; wave < WAVES.length; wave++) {
                sums[wave] += gradient[i] * Math.sin(WAVES[wave] * i + 1);
            }
        }
        double tolerance = ZERO + GRADIENT_TOLERANCE * expected.get(0).asDouble();
        assertThat(Math.sqrt(length))
                .as("length of %s", name)
                .isCloseTo(expected.get(0).asDouble(), within(tolerance));
        for (int wave = 0; wave < WAVES.length; wave++) {
            assertThat(sums[wave])
                    .as("wave %d of %s", wave, name)
                    .isCloseTo(expected.get(1 + wave).asDouble(), within(tolerance));
        }
    }

    private static Path folder(JsonNode expected, String key) {
        return FIXTURES.resolve(expected.get("family").asText())
                .resolve(expected.get(key).asText());
    }

    private static EngineOptions base(JsonNode expected) {
        return EngineOptions.builder(
                        FIXTURES.resolve(expected.get("family").asText()).resolve("model"))
                .runtime(runtime())
                .load(LoadOptions.builder().dtype(Dtype.FLOAT32).build())
                .transparency(Transparency.DROP)
                .build();
    }

    private static RuntimeOptions runtime() {
        return new RuntimeOptions("cpu", 1, RuntimeOptions.NativeDownload.FORBIDDEN);
    }

    private static GlimpseSample sample(JsonNode expected) {
        Path picture = folder(expected, "picture");
        List<PixelArea> boxes = new ArrayList<>();
        expected.get("boxes")
                .forEach(box -> boxes.add(new PixelArea(
                        box.get(0).asDouble(),
                        box.get(1).asDouble(),
                        box.get(2).asDouble() - box.get(0).asDouble(),
                        box.get(3).asDouble() - box.get(1).asDouble())));
        return new GlimpseSample(
                expected.get("question").asText(),
                expected.get("answer").asText(),
                () -> bytes(picture),
                expected.get("size").get(0).asInt(),
                expected.get("size").get(1).asInt(),
                boxes,
                null,
                "");
    }

    private static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
