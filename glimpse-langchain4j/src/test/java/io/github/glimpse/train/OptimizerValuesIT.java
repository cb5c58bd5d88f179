package io.github.glimpse.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.glimpse.engine.Graph;
import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.engine.TorchRuntime;
import java.io.IOException;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A whole run against torch's: expected values by {@code src/test/python/training/make_optimizer_values.py}. */
class OptimizerValuesIT {

    // Twelve steps of about 0.02: the last bits of a float32 product, carried on.
    private static final float TOLERANCE = 1e-6f;
    // One last bit of a bfloat16 product in a step.
    private static final float TURNED = 3e-5f;
    private static final int ACCUMULATION = 2;
    private static final int BATCH = 4;

    private static TorchRuntime runtime;

    @BeforeAll
    static void start() {
        runtime = TorchRuntime.start(new RuntimeOptions("cpu", 1, RuntimeOptions.NativeDownload.FORBIDDEN));
    }

    @AfterAll
    static void stop() {
        runtime.close();
    }

    @Test
    void aRunGivesTheLossesNormsAndTensorsOfTorchesAdamW() throws IOException {
        check("adamw", ParameterGroup.named("in").withWeightDecay(0.1), TOLERANCE);
    }

    @Test
    void aRunGivesTheLossesNormsAndTensorsOfTorchesMuon() throws IOException {
        check("muon", ParameterGroup.named("in").withWeightDecay(0.1).withOrthogonalSteps(), TURNED);
    }

    private static void check(String name, ParameterGroup shallow, float tolerance) throws IOException {
        JsonNode file = new ObjectMapper().readTree(OptimizerValuesIT.class.getResourceAsStream("optimizer.json"));
        JsonNode expected = file.get(name);
        float[] inputs = floats(file.get("inputs"));
        float[] targets = floats(file.get("targets"));
        TrainingOptions options = TrainingOptions.builder(12, RateSchedule.cosine(0.02, 0.001, 12, 0.25))
                .accumulation(ACCUMULATION)
                .optimizer(new AdamW.Options(0.9, 0.95, 1e-8))
                .longestGradient(0.05)
                .build();
        try (Graph graph =
                        Losses.addTo(Graph.named("mlp").with(Mlp.class, "mlp")).compile(runtime);
                TrainableParameters parameters = parameters(file.get("first"), shallow);
                TrainingRun run = TrainingRun.of(runtime, parameters, options)) {
            for (int step = 0; step < 12; step++) {
                TrainingProgress progress = run.advance((sample, scope, figures) -> graph.record("square_loss")
                        .with(scope.floats(part(inputs, sample, BATCH * 3), BATCH, 3))
                        .with(scope.floats(part(targets, sample, BATCH * 2), BATCH, 2))
                        .with(Mlp.weights(parameters))
                        .with(false)
                        .run(scope));
                assertThat(progress.loss())
                        .as("loss of step %d", step)
                        .isCloseTo(expected.get("losses").get(step).asDouble(), within((double) tolerance));
                assertThat(progress.gradientNorm())
                        .as("norm of step %d", step)
                        .isCloseTo(expected.get("norms").get(step).asDouble(), within((double) tolerance));
            }
            for (String tensor : parameters.names()) {
                assertThat(parameters.values(tensor))
                        .as(tensor)
                        .containsExactly(floats(expected.get("last").get(tensor)), within(tolerance));
            }
        }
    }

    private static TrainableParameters parameters(JsonNode first, ParameterGroup shallow) {
        ParameterGroup deep = ParameterGroup.named("out").withRateFactor(0.3);
        return TrainableParameters.empty(runtime, 0)
                .add("in.weight", shallow, Initializer.given(floats(first.get("in.weight"))), 5, 3)
                .add("in.bias", shallow, Initializer.given(floats(first.get("in.bias"))), 5)
                .add("out.weight", deep, Initializer.given(floats(first.get("out.weight"))), 2, 5)
                .add("out.bias", deep, Initializer.given(floats(first.get("out.bias"))), 2)
                .add("scale", ParameterGroup.frozen("scale"), Initializer.given(floats(first.get("scale"))), 3);
    }

    private static float[] part(float[] values, long index, int length) {
        return Arrays.copyOfRange(values, (int) index * length, (int) (index + 1) * length);
    }

    private static float[] floats(JsonNode array) {
        float[] values = new float[array.size()];
        IntStream.range(0, values.length)
                .forEach(i -> values[i] = (float) array.get(i).asDouble());
        return values;
    }
}
