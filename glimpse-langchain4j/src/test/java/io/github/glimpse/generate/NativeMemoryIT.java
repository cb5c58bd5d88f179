package io.github.glimpse.generate;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.engine.Dtype;
import io.github.glimpse.engine.WeightFormat;
import io.github.glimpse.model.ImageAspect;
import io.github.glimpse.model.LoadOptions;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.testing.NoisePicture;
import io.github.glimpse.testing.ResidentMemory;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Native memory after many requests of changing size. {@code -Dglimpse.memory.requests=2000} for the long run, which compares
 * resident memory too: early requests still prepare kernels.
 */
class NativeMemoryIT {

    private static final int REQUESTS = Integer.getInteger("glimpse.memory.requests", 300);
    private static final int LONG_RUN = 2_000;

    @Test
    void everyRequestGivesBackWhatItTook() throws IOException {
        Random random = new Random(11);
        try (LoadedModel model = LoadedModel.load(TinyModels.qwen()
                .load(new LoadOptions(Dtype.BFLOAT16, WeightFormat.AUTO, null, null, ImageAspect.AUTO))
                // room for a few pictures, so that some are found again and the others leave
                .visionCache(new VisionCacheOptions(64 << 10, Duration.ofMinutes(1)))
                .build())) {
            model.generate(request(random));
            int before = model.liveResources();
            long[] largest = new long[4];
            for (int i = 0; i < REQUESTS; i++) {
                model.generate(request(random));
                assertThat(model.liveResources()).as("after request %s", i).isEqualTo(before);
                int quarter = 4 * i / REQUESTS;
                largest[quarter] = Math.max(largest[quarter], ResidentMemory.kilobytes());
            }
            System.out.println("resident, largest of each quarter in KB: " + Arrays.toString(largest));
            if (REQUESTS >= LONG_RUN) {
                assertThat((double) largest[3] / largest[1]).isLessThan(1.02);
            }
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
