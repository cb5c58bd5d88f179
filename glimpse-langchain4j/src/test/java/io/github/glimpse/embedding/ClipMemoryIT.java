package io.github.glimpse.embedding;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.testing.NoisePicture;
import io.github.glimpse.testing.ResidentMemory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Native memory of a model that makes vectors, after many requests of changing size. {@code -Dglimpse.memory.requests=2000} for
 * the long run, which compares resident memory too.
 */
class ClipMemoryIT {

    private static final int REQUESTS = Integer.getInteger("glimpse.memory.requests", 300);
    private static final int LONG_RUN = 2_000;

    @Test
    void everyRequestGivesBackWhatItTook() throws IOException {
        Random random = new Random(13);
        try (EmbeddingEngine engine = EmbeddingEngine.load(TinyClip.options(TinyClip.CLIP)
                .runtime(new RuntimeOptions("cpu", 1, RuntimeOptions.NativeDownload.FORBIDDEN))
                .build())) {
            ask(engine, random);
            int before = engine.liveResources();
            long[] largest = new long[4];
            for (int i = 0; i < REQUESTS; i++) {
                ask(engine, random);
                assertThat(engine.liveResources()).as("after request %s", i).isEqualTo(before);
                int quarter = 4 * i / REQUESTS;
                largest[quarter] = Math.max(largest[quarter], ResidentMemory.kilobytes());
            }
            System.out.println("CLIP: resident, largest of each quarter in KB: " + Arrays.toString(largest));
            if (REQUESTS >= LONG_RUN) {
                assertThat((double) largest[3] / largest[1]).isLessThan(1.02);
            }
        }
    }

    private static void ask(EmbeddingEngine engine, Random random) {
        List<byte[]> pictures = new ArrayList<>();
        for (int n = random.nextInt(10); n > 0; n--) {
            pictures.add(NoisePicture.png(new Random(random.nextInt(40)), 56, 100));
        }
        List<String> texts = new ArrayList<>();
        for (int n = random.nextInt(40); n > 0; n--) {
            texts.add("word ".repeat(1 + random.nextInt(30)));
        }
        PatchEvidence[] kinds = PatchEvidence.values();
        PatchEvidence evidence = kinds[random.nextInt(kinds.length)];
        PatchPruning pruning = random.nextInt(3) == 0
                ? PatchPruning.none()
                : PatchPruning.of(
                        PatchCut.of("layer " + (1 + random.nextInt(4)), evidence, 0.05 + 0.9 * random.nextDouble()));
        if (pruning.needsText()) {
            texts.add("what the cut looks at");
            engine.match(pictures, texts, pruning);
        } else {
            engine.embedImages(pictures, pruning);
            engine.embedTexts(texts);
        }
    }
}
