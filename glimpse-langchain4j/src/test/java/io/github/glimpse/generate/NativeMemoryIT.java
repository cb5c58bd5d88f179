package io.github.glimpse.generate;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.engine.Dtype;
import io.github.glimpse.engine.WeightFormat;
import io.github.glimpse.model.ImageAspect;
import io.github.glimpse.model.LoadOptions;
import io.github.glimpse.prune.PruningOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
        List<byte[]> pictures = List.of(
                TinyModels.picture("qwen2_5_vl-tiny/cases/020/a.png"),
                TinyModels.picture("qwen2_5_vl-tiny/cases/021/b.png"));
        Random random = new Random(11);
        try (LoadedModel model = LoadedModel.load(TinyModels.qwen()
                .load(new LoadOptions(Dtype.BFLOAT16, WeightFormat.AUTO, null, null, ImageAspect.AUTO))
                .build())) {
            model.generate(request(pictures, random));
            int before = model.liveResources();
            long[] largest = new long[4];
            for (int i = 0; i < REQUESTS; i++) {
                model.generate(request(pictures, random));
                assertThat(model.liveResources()).as("after request %s", i).isEqualTo(before);
                int quarter = 4 * i / REQUESTS;
                largest[quarter] = Math.max(largest[quarter], residentKilobytes());
            }
            System.out.println("resident, largest of each quarter in KB: " + Arrays.toString(largest));
            if (REQUESTS >= LONG_RUN) {
                assertThat((double) largest[3] / largest[1]).isLessThan(1.02);
            }
        }
    }

    private static GenerationRequest request(List<byte[]> pictures, Random random) {
        String text = "word ".repeat(random.nextInt(100));
        ChatTurn turn =
                switch (random.nextInt(3)) {
                    case 0 -> ChatTurn.user(text);
                    case 1 -> ChatTurn.user(text, pictures.get(random.nextInt(2)));
                    default -> ChatTurn.user(text, pictures.get(0), pictures.get(1));
                };
        return new GenerationRequest(
                List.of(turn),
                PruningOptions.builder().threshold(random.nextDouble()).build(),
                GenerationOptions.builder().maxOutputTokens(3).build());
    }

    private static long residentKilobytes() throws IOException {
        Path status = Path.of("/proc/self/status");
        return !Files.exists(status)
                ? 0
                : Files.readAllLines(status).stream()
                        .filter(line -> line.startsWith("VmRSS"))
                        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                        .findFirst()
                        .orElse(0);
    }
}
