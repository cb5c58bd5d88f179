package io.github.glimpse.generate;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.prune.PruningStep;
import io.github.glimpse.sampling.GenerationOptions;
import io.github.glimpse.testing.BlipFolder;
import io.github.glimpse.testing.MemoryRun;
import io.github.glimpse.testing.NoisePicture;
import io.github.glimpse.testing.TestCategory;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@link NativeMemoryIT} does, to a model with cross-attention: with the same property for the long run. */
@TestCategory.Memory
class BlipMemoryIT {

    @Test
    void everyRequestGivesBackWhatItTook(@TempDir Path folder) throws IOException {
        Random random = new Random(12);
        Path like = TinyModels.fixture("blip-tiny-caption").resolve("model");
        try (LoadedModel model =
                LoadedModel.load(EngineOptions.builder(BlipFolder.answers().write(folder, like))
                        .runtime(new RuntimeOptions("cpu", 1, RuntimeOptions.NativeDownload.FORBIDDEN))
                        .visionCache(new VisionCacheOptions(64 << 10, Duration.ofMinutes(1)))
                        .build())) {
            MemoryRun.check("BLIP", model::liveResources, () -> model.generate(request(random)));
            assertThat(model.visionCacheUse().hits()).isPositive();
            assertThat(model.visionCacheUse().misses())
                    .isGreaterThan(model.visionCacheUse().pictures());
        }
    }

    private static GenerationRequest request(Random random) {
        String text = "what " + "is ".repeat(random.nextInt(40));
        byte[] picture = NoisePicture.png(new Random(random.nextInt(40)), 56, 200);
        GenerationOptions generation = GenerationOptions.builder()
                .maxOutputTokens(1 + random.nextInt(4))
                .beams(random.nextInt(4) == 0 ? 3 : null)
                .build();
        return new GenerationRequest(List.of(ChatTurn.user(text, picture)), pruning(random), generation);
    }

    private static PruningOptions pruning(Random random) {
        double ratio = 0.05 + 0.9 * random.nextDouble();
        return switch (random.nextInt(4)) {
            case 0 -> PruningOptions.builder().enabled(false).build();
            case 1 -> step("cls-attention", "tower 2", ratio);
            case 2 -> step("received-attention", "vision", ratio);
            default -> step("cross-attention", "layer 1", ratio);
        };
    }

    private static PruningOptions step(String strategy, String at, double ratio) {
        return PruningOptions.builder()
                .schedule(List.of(PruningStep.builder(strategy)
                        .at(at)
                        .retentionRatio(ratio)
                        .build()))
                .build();
    }
}
