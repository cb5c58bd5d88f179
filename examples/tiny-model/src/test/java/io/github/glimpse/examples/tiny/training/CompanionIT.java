package io.github.glimpse.examples.tiny.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.train.Initializer;
import io.github.glimpse.train.ParameterGroup;
import io.github.glimpse.train.TrainableParameters;
import io.github.glimpse.train.TrainingProgress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompanionIT {

    @Test
    void twoRunsLearnFromPagesOfTheirOwnAndEndWithTheSameWeights(@TempDir Path folder) throws IOException {
        Path one = folder.resolve("one");
        Path two = folder.resolve("two");
        CompletableFuture<Void> beside = CompletableFuture.runAsync(() -> train(two, one, 2));
        train(one, two, 1);
        beside.join();

        assertThat(one.resolve(RunFolder.WEIGHTS)).hasSameBinaryContentAs(two.resolve(RunFolder.WEIGHTS));
        assertThat(Files.readAllLines(one.resolve("curve.csv")).get(1))
                .isNotEqualTo(Files.readAllLines(two.resolve("curve.csv")).get(1));
        assertThat(one.resolve("shared-3.safetensors")).doesNotExist();
    }

    @Test
    void anAverageIsOfBothRuns(@TempDir Path folder) {
        try (TorchRuntime runtime = start();
                TrainableParameters ones = parameters(runtime, 1);
                TrainableParameters threes = parameters(runtime, 3)) {
            Path left = folder.resolve("left");
            Path right = folder.resolve("right");
            CompletableFuture<Void> beside = CompletableFuture.runAsync(
                    () -> new Companion(threes, right, left, 10, Duration.ofMinutes(1)).onStep(progress(10)));
            new Companion(ones, left, right, 10, Duration.ofMinutes(1)).onStep(progress(10));
            beside.join();

            assertThat(ones.values("weight")).containsOnly(2);
            assertThat(threes.values("weight")).containsOnly(2);
        }
    }

    @Test
    void aRunThatWaitsInVainSaysHowToStartTheOther(@TempDir Path folder) {
        try (TorchRuntime runtime = start();
                TrainableParameters parameters = parameters(runtime, 1)) {
            Companion companion = new Companion(
                    parameters, folder.resolve("left"), folder.resolve("right"), 10, Duration.ofMillis(50));
            companion.onStep(progress(9));

            assertThatIllegalStateException()
                    .isThrownBy(() -> companion.onStep(progress(10)))
                    .withMessageContaining("step 10")
                    .withMessageContaining("--beside=" + folder.resolve("left"));
        }
    }

    private static void train(Path folder, Path beside, int seed) {
        Train.run(
                "vision",
                folder.toString(),
                "--steps=6",
                "--validate-every=0",
                "--average-every=3",
                "--beside=" + beside,
                "--seed=" + seed);
    }

    private static TorchRuntime start() {
        return TorchRuntime.start(new RuntimeOptions("cpu", 1, RuntimeOptions.NativeDownload.FORBIDDEN));
    }

    private static TrainableParameters parameters(TorchRuntime runtime, float value) {
        TrainableParameters parameters = TrainableParameters.empty(runtime, 1)
                .add("weight", ParameterGroup.named("all"), Initializer.constant(value), 2, 2);
        return parameters;
    }

    private static TrainingProgress progress(long step) {
        return new TrainingProgress(step, 100, 0, 0, 0, Map.of(), 1, Duration.ZERO);
    }
}
