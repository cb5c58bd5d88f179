package io.github.glimpse.generate;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.engine.Dtype;
import io.github.glimpse.model.LoadOptions;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.sampling.GenerationOptions;
import io.github.glimpse.testing.MemoryRun;
import io.github.glimpse.testing.NoisePicture;
import io.github.glimpse.testing.TestCategory;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Native memory after many requests of changing size. {@code -Dglimpse.memory.requests=2000} for the long run, which compares
 * resident memory too: early requests still prepare kernels.
 */
@TestCategory.Memory
class NativeMemoryIT {

    @Test
    void everyRequestGivesBackWhatItTook() throws IOException {
        Random random = new Random(11);
        try (LoadedModel model = LoadedModel.load(TinyModels.qwen()
                .load(LoadOptions.builder().dtype(Dtype.BFLOAT16).build())
                // room for a few pictures, so that some are found again and the others leave
                .visionCache(new VisionCacheOptions(64 << 10, Duration.ofMinutes(1)))
                .build())) {
            MemoryRun.check("Qwen2.5-VL", model::liveResources, () -> model.generate(request(random)));
            VisionCacheUse use = model.visionCacheUse();
            System.out.println(use);
            assertThat(use.hits()).isPositive();
            assertThat(use.misses()).isGreaterThan(use.pictures());
            assertThat(use.bytes()).isLessThanOrEqualTo(64 << 10);
        }
    }

    private static GenerationRequest request(Random random) {
        String text = "word ".repeat(random.nextInt(100));
        ChatTurn turn =
                switch (random.nextInt(3)) {
                    case 0 -> ChatTurn.user(text);
                    case 1 -> ChatTurn.user(text, picture(random));
                    default -> ChatTurn.user(text, picture(random), picture(random));
                };
        return new GenerationRequest(
                List.of(turn),
                PruningOptions.builder().threshold(random.nextDouble()).build(),
                GenerationOptions.builder().maxOutputTokens(3).build());
    }

    /** One of many pictures, of any shape. */
    private static byte[] picture(Random random) {
        Random content = new Random(random.nextInt(40));
        return NoisePicture.png(content, 56, 200);
    }
}
