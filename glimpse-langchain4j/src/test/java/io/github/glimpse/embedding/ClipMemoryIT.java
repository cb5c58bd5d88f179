package io.github.glimpse.embedding;

import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.testing.MemoryRun;
import io.github.glimpse.testing.NoisePicture;
import io.github.glimpse.testing.TestCategory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Native memory of a model that makes vectors, after many requests of changing size. {@code -Dglimpse.memory.requests=2000} for
 * the long run, which compares resident memory too.
 */
@TestCategory.Memory
class ClipMemoryIT {

    @Test
    void everyRequestGivesBackWhatItTook() throws IOException {
        Random random = new Random(13);
        try (EmbeddingEngine engine = EmbeddingEngine.load(TinyClip.options(TinyClip.CLIP)
                .runtime(new RuntimeOptions("cpu", 1, RuntimeOptions.NativeDownload.FORBIDDEN))
                .build())) {
            MemoryRun.check("CLIP", engine::liveResources, () -> ask(engine, random));
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
        List<String> names =
                List.of("cls-attention", "received-attention", "evit", "text-similarity", "vision-zip", "pru-merge");
        String strategy = names.get(random.nextInt(names.size()));
        String at = strategy.equals("vision-zip") ? "vision" : "tower " + (1 + random.nextInt(4));
        PruningOptions pruning = random.nextInt(3) == 0
                ? TinyClip.whole()
                : strategy.equals("pru-merge")
                        ? PruningOptions.builder().strategy(strategy).build()
                        : TinyClip.cut(at, strategy, 0.05 + 0.9 * random.nextDouble());
        if (strategy.equals("text-similarity")) {
            texts.add("what the cut looks at");
            engine.match(pictures, texts, pruning);
        } else {
            engine.embedImages(pictures, pruning);
            engine.embedTexts(texts);
        }
    }
}
