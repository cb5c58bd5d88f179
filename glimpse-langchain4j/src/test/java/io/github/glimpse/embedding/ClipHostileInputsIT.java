package io.github.glimpse.embedding;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.image.ImageLimits;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.prune.PruningStep;
import io.github.glimpse.testing.HostileInputs;
import io.github.glimpse.testing.TestCategory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Damaged pictures, odd texts and parameters, and damaged folders for models that make vectors: each gives an answer or one of our
 * errors, and the process lives. {@code -Dglimpse.hostile=10000} for the long run.
 */
@TestCategory.Hostile
class ClipHostileInputsIT {

    private static final List<String> FILES = List.of(
            "config.json",
            "config.json",
            "preprocessor_config.json",
            "tokenizer.json",
            "tokenizer_config.json",
            "model.safetensors");
    private static final List<String> STRATEGIES = List.of(
            "cls-attention",
            "received-attention",
            "evit",
            "text-similarity",
            "vision-zip",
            "pru-merge",
            "merge-similar",
            "hi-prune",
            "fastv",
            "random",
            "nothing");

    private static final List<String> PLACES = List.of(
            "layer 1", "layer 3", "25 %", "layer last", "layer 0", "layer 99", "0 %", "101 %", "tower 2", "", "?");
    private static final double[] RATIOS = {0.5, 0.25, 1, 1e-9, 0.999999, 0, -1, 2, Double.NaN};

    @TempDir
    private Path folder;

    @AfterAll
    static void say() {
        HostileInputs.printOutcomes();
    }

    @Test
    void damagedPicturesOddTextsAndParametersGiveAnAnswerOrAnErrorOfOurs() {
        for (Path family : List.of(TinyClip.CLIP, TinyClip.SIGLIP)) {
            Random random = new Random(HostileInputs.SEED + 5);
            try (EmbeddingEngine engine = EmbeddingEngine.load(options(family.resolve("model")))) {
                engine.match(List.of(TinyClip.picture("a.png")), List.of("a"));
                int before = engine.liveResources();
                for (int i = 0; i < HostileInputs.COUNT / 4; i++) {
                    Runnable request = oddRequest(engine, random);
                    HostileInputs.run(engine.family() + " request", i, request);
                    assertThat(engine.liveResources())
                            .as("live after request %s", i)
                            .isEqualTo(before);
                    assertThat(engine.activeRequests()).isZero();
                }
            }
        }
    }

    private static Runnable oddRequest(EmbeddingEngine engine, Random random) {
        List<byte[]> pictures = new ArrayList<>();
        for (int n = random.nextInt(3); n > 0; n--) {
            byte[] good = TinyClip.picture(random.nextBoolean() ? "a.png" : "b.png");
            pictures.add(random.nextInt(3) == 0 ? HostileInputs.damaged(good, random) : good);
        }
        List<String> texts = new ArrayList<>();
        for (int n = random.nextInt(3); n > 0; n--) {
            texts.add(HostileInputs.text(random));
        }
        PruningOptions pruning = oddPruning(random);
        return switch (random.nextInt(4)) {
            case 0 -> () -> engine.embedImages(pictures, pruning);
            case 1 -> () -> engine.embedTexts(texts);
            case 2 -> () -> engine.embedPatches(pictures, pruning);
            default -> () -> engine.match(pictures, texts, pruning);
        };
    }

    /** Cuts of odd places and numbers; none where the record itself refuses them. */
    private static PruningOptions oddPruning(Random random) {
        try {
            List<PruningStep> cuts = new ArrayList<>();
            for (int n = random.nextInt(3); n > 0; n--) {
                String strategy = STRATEGIES.get(random.nextInt(STRATEGIES.size()));
                cuts.add(PruningStep.builder(strategy)
                        .at(PLACES.get(random.nextInt(random.nextBoolean() ? 4 : PLACES.size())))
                        .retentionRatio(RATIOS[random.nextInt(random.nextInt(3) > 0 ? 3 : RATIOS.length)])
                        .minTokens(random.nextInt(4) == 0 ? random.nextInt(200) - 1 : 1)
                        .options(
                                strategy.equals("text-similarity") && random.nextBoolean()
                                        ? Map.of("texts", "each", "share", String.valueOf(random.nextFloat()))
                                        : Map.of())
                        .build());
            }
            return PruningOptions.builder().schedule(cuts).build();
        } catch (IllegalArgumentException e) {
            assertThat(e.getMessage()).isNotBlank();
            return TinyClip.whole();
        }
    }

    @Test
    void damagedFoldersGiveAnAnswerOrAnErrorOfOurs() {
        Random random = new Random(HostileInputs.SEED + 6);
        List<byte[]> pictures = List.of(TinyClip.picture("a.png"), TinyClip.picture("b.png"));
        for (int i = 0; i < HostileInputs.COUNT / 2; i++) {
            Path family = random.nextInt(3) > 0 ? TinyClip.CLIP : TinyClip.SIGLIP;
            Path copy = HostileInputs.copy(family, List.of("model"), folder.resolve("copy" + i));
            Path file = copy.resolve("model").resolve(FILES.get(random.nextInt(FILES.size())));
            if (file.toFile().exists()) {
                HostileInputs.damage(file, random);
            }
            HostileInputs.run(family.getFileName() + " folder", i, () -> {
                try (EmbeddingEngine damaged = EmbeddingEngine.load(options(copy.resolve("model")))) {
                    damaged.match(pictures, List.of("a red car", "?"));
                    damaged.embedImages(pictures, TinyClip.cut("25 %", "received-attention", 0.5));
                }
            });
            HostileInputs.delete(copy);
        }
    }

    private static EmbeddingOptions options(Path model) {
        return EmbeddingOptions.builder(model)
                .runtime(new RuntimeOptions("cpu", 1, RuntimeOptions.NativeDownload.FORBIDDEN))
                .imageLimits(new ImageLimits(1 << 20, 1 << 20))
                .timeout(Duration.ofSeconds(30))
                .build();
    }
}
