package io.github.glimpse.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import io.github.glimpse.ModelFilesException;
import io.github.glimpse.engine.Graph;
import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.engine.StoredType;
import io.github.glimpse.engine.TensorScope;
import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.testing.TestCategory;
import io.github.glimpse.testing.Thorough;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrainingRunIT {

    private static TorchRuntime runtime;

    @TempDir
    private Path folder;

    @BeforeAll
    static void start() {
        runtime = TorchRuntime.start(new RuntimeOptions("cpu", 1, RuntimeOptions.NativeDownload.FORBIDDEN));
    }

    @AfterAll
    static void stop() {
        runtime.close();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aVerySmallModelTrainsBelowItsBar(boolean half) {
        List<Double> losses = new ArrayList<>();
        try (Mlp mlp = new Mlp(runtime, 1, half);
                TrainingRun run =
                        TrainingRun.of(runtime, mlp.parameters, options(400).build())) {
            while (!run.isFinished()) {
                losses.add(run.advance(mlp::loss).loss());
            }
        }
        assertThat(losses.get(0)).isGreaterThan(0.9);
        assertThat(mean(losses.subList(380, 400))).isLessThan(0.25);
    }

    @Test
    void aResumedRunGoesOnWithTheSameCurveBitForBit() throws IOException {
        List<String> whole = train(folder.resolve("whole"), 40, 40);
        train(folder.resolve("parts"), 40, 23);
        List<String> resumed = train(folder.resolve("parts"), 40, 40);
        assertThat(whole).hasSize(41);
        assertThat(resumed).isEqualTo(whole);
    }

    @Thorough
    @TestCategory.Hostile
    @Test
    void aRunThatWasKilledGoesOnWithTheSameCurve() throws Exception {
        Path killed = folder.resolve("killed");
        Process process = TrainingProcess.start(killed, 1_000);
        Path curve = killed.resolve("curve.csv");
        try {
            long deadline = System.nanoTime() + 60_000_000_000L;
            while (!Files.exists(curve) || Files.readAllLines(curve).size() < 60) {
                assertThat(process.isAlive()).as("the trainer runs").isTrue();
                assertThat(System.nanoTime()).as("time").isLessThan(deadline);
                Thread.sleep(5);
            }
        } finally {
            process.destroyForcibly().waitFor();
        }
        int rows = Files.readAllLines(curve).size();
        List<String> resumed = train(killed, 1_000, 1_000);
        List<String> whole = train(folder.resolve("whole"), 1_000, 1_000);
        assertThat(rows).as("rows before the kill").isBetween(60, 1_000);
        assertThat(resumed).isEqualTo(whole);
    }

    @Test
    void onlyTheNewestTwoCheckpointsAreKeptAndADamagedOneIsPassedOver() throws IOException {
        train(folder, 40, 40);
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder(
                            "curve.csv", "checkpoint-000000035.safetensors", "checkpoint-000000040.safetensors");
        }
        Files.write(folder.resolve("checkpoint-000000040.safetensors"), new byte[] {1, 2, 3});
        try (Mlp mlp = new Mlp(runtime, 1, false);
                TrainingRun run = TrainingRun.of(
                        runtime,
                        mlp.parameters,
                        options(40).accumulation(2).checkpoints(folder, 5).build())) {
            assertThat(run.resume()).isTrue();
            assertThat(run.step()).isEqualTo(35);
            assertThat(run.note("words")).contains("as before");
        }
    }

    @Test
    void aCheckpointOfAnotherRunIsRefused() throws IOException {
        train(folder, 40, 10);
        try (Mlp mlp = new Mlp(runtime, 1, false);
                TrainingRun run = TrainingRun.of(
                        runtime,
                        mlp.parameters,
                        options(50).checkpoints(folder, 5).build())) {
            assertThatThrownBy(run::resume)
                    .isInstanceOf(ModelFilesException.class)
                    .hasMessageContaining("glimpse.steps 40");
        }
    }

    @Thorough
    @TestCategory.Memory
    @Test
    void memoryStaysFlatOverManySteps() {
        try (Mlp mlp = new Mlp(runtime, 1, false);
                TrainingRun run =
                        TrainingRun.of(runtime, mlp.parameters, options(500).build())) {
            run.advance(mlp::loss);
            int live = runtime.liveResources();
            run.run(mlp::loss);
            assertThat(runtime.liveResources()).isEqualTo(live);
        }
    }

    @Test
    void aLossThatIsNoNumberEndsTheRunBeforeItSpoilsTheTensors() {
        try (Mlp mlp = new Mlp(runtime, 1, false);
                TrainingRun run =
                        TrainingRun.of(runtime, mlp.parameters, options(10).build())) {
            run.advance(mlp::loss);
            float[] before = mlp.parameters.values("out.weight");
            assertThatThrownBy(() -> run.advance((sample, scope, figures) ->
                            mlp.loss(sample, scope, figures).mul(Float.NaN)))
                    .isInstanceOf(TrainingDivergedException.class)
                    .hasMessageContaining("step 2");
            assertThat(mlp.parameters.values("out.weight")).isEqualTo(before);
        }
    }

    @Test
    void aProductInBfloat16HasGradientsCloseToThoseInFloat32() {
        float[] full = gradient(false);
        float[] half = gradient(true);
        float largest = 0;
        for (float value : full) {
            largest = Math.max(largest, Math.abs(value));
        }
        // bfloat16 has eight bits: a product of few terms differs by some parts in a hundred.
        assertThat(half).containsExactly(full, within(0.03f * largest));
        assertThat(half).isNotEqualTo(full);
    }

    @Test
    void savedTensorsAreReadBack() {
        Path file = folder.resolve("model.safetensors");
        try (Mlp first = new Mlp(runtime, 1, false);
                Mlp second = new Mlp(runtime, 2, false)) {
            first.parameters.save(file, StoredType.F32);
            assertThat(second.parameters.values("in.weight")).isNotEqualTo(first.parameters.values("in.weight"));
            second.parameters.load(file);
            for (String name : first.parameters.names()) {
                assertThat(second.parameters.values(name)).isEqualTo(first.parameters.values(name));
            }
        }
    }

    @Test
    void firstValuesDependOnSeedAndNameOnly() {
        ParameterGroup group = ParameterGroup.named("all");
        try (TrainableParameters one = TrainableParameters.empty(runtime, 5);
                TrainableParameters two = TrainableParameters.empty(runtime, 5)) {
            one.add("a", group, Initializer.normal(1), 4).add("b", group, Initializer.normal(1), 4);
            two.add("b", group, Initializer.normal(1), 4).add("a", group, Initializer.normal(1), 4);
            assertThat(one.values("a")).isEqualTo(two.values("a"));
            assertThat(one.values("b")).isEqualTo(two.values("b"));
            assertThat(one.values("a")).isNotEqualTo(one.values("b"));
        }
    }

    @Test
    void theLossTextsFollowTheirFormulas() {
        double[] logits = {2, -1, 0.5, -3};
        double[] mask = {1, 0, 1, 1};
        double both = 0;
        double shares = 0;
        double entropy = 0;
        for (int i = 0; i < 4; i++) {
            double share = 1 / (1 + Math.exp(-logits[i]));
            both += share * mask[i];
            shares += share;
            entropy -= (mask[i] == 1 ? Math.log(share) : Math.log(1 - share)) / 4;
        }
        double dice = 1 - (2 * both + 1e-6) / (shares + 3 + 1e-6);
        try (Graph graph =
                        Losses.addTo(Graph.named("mlp").with(Mlp.class, "mlp")).compile(runtime);
                TensorScope scope = runtime.openScope()) {
            List<NDArray> losses = graph.record("losses")
                    .with(scope.floats(new float[] {2, -1, 0.5f, -3}, 4))
                    .with(scope.floats(new float[] {1, 0, 1, 1}, 4))
                    .runForList(scope);
            assertThat((double) losses.get(0).toFloatArray()[0]).isCloseTo(dice, within(1e-6));
            assertThat((double) losses.get(1).toFloatArray()[0]).isCloseTo(dice + 0.1 * entropy, within(1e-6));
        }
    }

    private static float[] gradient(boolean half) {
        try (Graph graph =
                        Losses.addTo(Graph.named("mlp").with(Mlp.class, "mlp")).compile(runtime);
                TrainableParameters parameters = TrainableParameters.empty(runtime, 3);
                TensorScope scope = runtime.openScope()) {
            ParameterGroup group = ParameterGroup.named("all");
            parameters
                    .add("w", group, Initializer.normal(1), 8, 32)
                    .add("b", group, Initializer.zeros(), 8)
                    .add("x", group, Initializer.normal(1), 16, 32);
            NDArray loss = graph.record("product")
                    .with(parameters.get("x"))
                    .with(parameters.get("w"))
                    .with(parameters.get("b"))
                    .with(half)
                    .run(scope);
            parameters.backward(loss, 1);
            return parameters.gradient("w");
        }
    }

    /** Trains in a folder up to a step, from its newest checkpoint if there is one; gives the rows of the curve. */
    static List<String> train(Path folder, long steps, long until) throws IOException {
        TrainingOptions options = options(steps)
                .accumulation(2)
                .checkpoints(folder, 5)
                .listener(CurveFile.of(folder.resolve("curve.csv"), "samples"))
                .build();
        try (Mlp mlp = new Mlp(runtime, 1, false);
                TrainingRun run = TrainingRun.of(runtime, mlp.parameters, options)) {
            run.note("words", "as before");
            run.resume();
            while (run.step() < until) {
                run.advance(mlp::loss);
            }
        }
        return Files.readAllLines(folder.resolve("curve.csv"));
    }

    static TrainingOptions.Builder options(long steps) {
        return TrainingOptions.builder(steps, RateSchedule.cosine(0.02, 0, steps, 0.05));
    }

    private static double mean(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
    }
}
