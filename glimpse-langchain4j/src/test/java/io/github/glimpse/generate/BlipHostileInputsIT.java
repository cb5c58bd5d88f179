package io.github.glimpse.generate;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.image.ImageLimits;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.prune.PruningStep;
import io.github.glimpse.sampling.GenerationOptions;
import io.github.glimpse.testing.BlipFolder;
import io.github.glimpse.testing.HostileInputs;
import io.github.glimpse.testing.TestCategory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@link HostileInputsIT} does, to models with cross-attention of each task, their module and their parameters. */
@TestCategory.Hostile
class BlipHostileInputsIT {

    private static final Path FAMILY = TinyModels.fixture("blip-tiny-caption");
    private static final byte[] GOOD = TinyModels.picture("blip-tiny-caption/cases/001/a.png");
    private static final List<String> FILES = List.of(
            "model/config.json",
            "model/config.json",
            "model/preprocessor_config.json",
            "model/tokenizer.json",
            "model/model.safetensors",
            "glimpse-token/config.json",
            "glimpse-token/glimpse_flat.safetensors");
    private static final List<String> STRATEGIES =
            List.of("cls-attention", "received-attention", "cross-attention", "glimpse", "none", "divprune", "");
    private static final List<String> PLACES = List.of(
            "tower 1",
            "tower 4",
            "tower 0",
            "tower 99",
            "vision",
            "layer 1",
            "layer 3",
            "layer 4",
            "50 %",
            "pixels",
            "?");
    private static final double[] RATIOS = {0.5, 0.25, 1, 1e-9, 0.999999, 0, -1, 2, Double.NaN, Double.POSITIVE_INFINITY
    };
    private static final int[] COUNTS = {0, 1, 2, 3, 64, 65, 127, 100_000, -1};

    @TempDir
    private Path folder;

    @AfterAll
    static void say() {
        HostileInputs.printOutcomes();
    }

    @Test
    void damagedPicturesAndTextsGiveAnAnswerOrAnErrorOfOurs() {
        Random random = new Random(HostileInputs.SEED);
        try (LoadedModel model = load(FAMILY)) {
            ask(model, "a picture of", GOOD);
            int before = model.liveResources();
            for (int i = 0; i < HostileInputs.COUNT / 4; i++) {
                byte[] picture = random.nextBoolean() ? HostileInputs.damaged(GOOD, random) : GOOD;
                String text = HostileInputs.text(random);
                HostileInputs.run("BLIP request", i, () -> ask(model, text, picture));
                assertThat(model.liveResources()).as("live after request %s", i).isEqualTo(before);
                assertThat(model.activeRequests()).isZero();
            }
        }
    }

    @Test
    void damagedFoldersAndModulesGiveAnAnswerOrAnErrorOfOurs() {
        Random random = new Random(HostileInputs.SEED + 2);
        for (int i = 0; i < HostileInputs.COUNT / 4; i++) {
            Path copy = HostileInputs.copy(FAMILY, List.of("model", "glimpse-token"), folder.resolve("copy" + i));
            HostileInputs.damage(copy.resolve(FILES.get(random.nextInt(FILES.size()))), random);
            HostileInputs.run("BLIP folder", i, () -> {
                try (LoadedModel damaged = load(copy)) {
                    ask(damaged, "a picture of", GOOD);
                }
            });
            HostileInputs.delete(copy);
        }
    }

    @Test
    void damagedFoldersForAnswersAndForMatchingGiveAnAnswerOrAnErrorOfOurs() {
        Random random = new Random(HostileInputs.SEED + 3);
        Path answers = BlipFolder.answers().write(folder.resolve("answers/model"), FAMILY.resolve("model"));
        Path matches = BlipFolder.matches().write(folder.resolve("matches/model"), FAMILY.resolve("model"));
        for (int i = 0; i < HostileInputs.COUNT / 8; i++) {
            boolean asking = random.nextBoolean();
            Path copy = HostileInputs.copy(
                    Objects.requireNonNull((asking ? answers : matches).getParent()),
                    List.of("model"),
                    folder.resolve("of" + i));
            HostileInputs.damage(copy.resolve(FILES.get(random.nextInt(5))), random);
            HostileInputs.run(asking ? "BLIP folder for answers" : "BLIP folder for matching", i, () -> {
                try (LoadedModel damaged =
                        LoadedModel.load(options(copy.resolve("model")).build())) {
                    if (asking) {
                        ask(damaged, "What?", GOOD);
                    } else {
                        damaged.match(GOOD, List.of("a picture", ""), PruningOptions.defaults());
                    }
                }
            });
            HostileInputs.delete(copy);
        }
    }

    @Test
    void oddParametersGiveAnAnswerOrAnErrorOfOurs() {
        Random random = new Random(HostileInputs.SEED + 4);
        Path answers = BlipFolder.answers().write(folder.resolve("odd"), FAMILY.resolve("model"));
        try (LoadedModel captions = load(FAMILY);
                LoadedModel questions = LoadedModel.load(options(answers).build())) {
            for (LoadedModel model : List.of(captions, questions)) {
                ask(model, "what is in the picture", GOOD);
                int before = model.liveResources();
                for (int i = 0; i < HostileInputs.COUNT / 4; i++) {
                    GenerationRequest request = oddRequest(random);
                    if (request != null) {
                        HostileInputs.run("BLIP parameters", i, () -> model.generate(request));
                        assertThat(model.liveResources())
                                .as("live after parameters %s", i)
                                .isEqualTo(before);
                    }
                }
            }
        }
    }

    /** A request of odd numbers, null where the options themselves refuse them. */
    private static @Nullable GenerationRequest oddRequest(Random random) {
        try {
            List<PruningStep> steps = new ArrayList<>();
            for (int n = random.nextInt(3); n > 0; n--) {
                int place = random.nextInt(PLACES.size());
                // Two times of three a strategy that may work there.
                int strategy = random.nextInt(3) > 0
                        ? Math.min(place / 5, 1) * 2 + random.nextInt(2)
                        : random.nextInt(STRATEGIES.size());
                steps.add(PruningStep.builder(STRATEGIES.get(strategy))
                        .at(PLACES.get(place))
                        .retentionRatio(random.nextInt(4) == 0 ? null : usual(RATIOS, random))
                        .minTokens(random.nextInt(4) == 0 ? COUNTS[random.nextInt(COUNTS.length)] : null)
                        .options(random.nextInt(4) == 0 ? Map.of("layers", "0,9,-1", "rows", "all") : Map.of())
                        .build());
            }
            GenerationOptions generation = GenerationOptions.builder()
                    .maxOutputTokens(1 + random.nextInt(3))
                    .minOutputTokens(random.nextInt(3) == 0 ? COUNTS[random.nextInt(COUNTS.length)] : null)
                    .beams(random.nextInt(3) == 0 ? COUNTS[random.nextInt(COUNTS.length)] : null)
                    .lengthPenalty(random.nextInt(3) == 0 ? RATIOS[random.nextInt(RATIOS.length)] : null)
                    .temperature(random.nextInt(3) == 0 ? RATIOS[random.nextInt(RATIOS.length)] : null)
                    .build();
            return new GenerationRequest(
                    List.of(ChatTurn.user(HostileInputs.text(random) + " what", GOOD)),
                    PruningOptions.builder().schedule(steps).build(),
                    generation);
        } catch (IllegalArgumentException e) {
            assertThat(e.getMessage()).isNotBlank();
            return null;
        }
    }

    /** Mostly a number that is allowed. */
    private static double usual(double[] numbers, Random random) {
        return numbers[random.nextInt(4) == 0 ? random.nextInt(numbers.length) : random.nextInt(3)];
    }

    private static EngineOptions.Builder options(Path model) {
        return EngineOptions.builder(model)
                .runtime(new RuntimeOptions("cpu", 1, RuntimeOptions.NativeDownload.FORBIDDEN))
                .imageLimits(new ImageLimits(1 << 20, 1 << 20))
                .visionCache(VisionCacheOptions.off())
                .timeout(Duration.ofSeconds(30));
    }

    private static LoadedModel load(Path family) {
        return LoadedModel.load(options(family.resolve("model"))
                .module(family.resolve("glimpse-token"))
                .build());
    }

    private static void ask(LoadedModel model, String text, byte[] picture) {
        model.generate(new GenerationRequest(
                List.of(ChatTurn.user(text, picture)),
                PruningOptions.defaults(),
                GenerationOptions.builder().maxOutputTokens(2).build()));
    }
}
