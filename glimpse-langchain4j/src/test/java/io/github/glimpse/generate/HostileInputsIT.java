package io.github.glimpse.generate;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.image.ImageLimits;
import io.github.glimpse.sampling.GenerationOptions;
import io.github.glimpse.testing.HostileInputs;
import io.github.glimpse.testing.TestCategory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Damaged pictures, prompts, model folders and modules, by a fixed seed: each gives an answer or one of our errors, and the
 * process lives. {@code -Dglimpse.hostile=10000} for the long run.
 */
@TestCategory.Hostile
class HostileInputsIT {

    private static final List<String> PICTURES = List.of(
            "qwen2_5_vl-tiny/cases/020/a.png",
            "llava-1_5-tiny/cases/009/r.png",
            "llava-1_5-tiny/cases/010/j.jpg",
            "qwen2_5_vl-tiny/cases/023/t.png");
    private static final List<String> FOLDER_FILES = List.of(
            "config.json",
            "config.json",
            "generation_config.json",
            "preprocessor_config.json",
            "tokenizer.json",
            "tokenizer_config.json",
            "chat_template.json",
            "model.safetensors");
    private static LoadedModel model;

    @TempDir
    private Path folder;

    @BeforeAll
    static void load() {
        model = LoadedModel.load(TinyModels.qwen()
                .imageLimits(new ImageLimits(1 << 20, 1 << 20))
                .timeout(Duration.ofSeconds(30))
                .build());
    }

    @AfterAll
    static void close() {
        model.close();
        HostileInputs.printOutcomes();
    }

    @Test
    void damagedPicturesAndPromptsGiveAnAnswerOrAnErrorOfOurs() {
        Random random = new Random(HostileInputs.SEED);
        int before = model.liveResources();
        for (int i = 0; i < HostileInputs.COUNT / 2; i++) {
            byte[] picture =
                    HostileInputs.damaged(TinyModels.picture(PICTURES.get(random.nextInt(PICTURES.size()))), random);
            String text = HostileInputs.text(random);
            HostileInputs.run("request", i, () -> ask(model, text, picture));
            assertThat(model.liveResources()).as("live after request %s", i).isEqualTo(before);
            assertThat(model.activeRequests()).isZero();
        }
    }

    @Test
    void damagedFoldersAndModulesGiveAnAnswerOrAnErrorOfOurs() throws IOException {
        Random random = new Random(HostileInputs.SEED + 1);
        byte[] picture = TinyModels.picture(PICTURES.get(0));
        for (int i = 0; i < HostileInputs.COUNT / 2; i++) {
            String family = random.nextBoolean() ? "qwen2_5_vl-tiny" : "llava-1_5-tiny";
            Path copy = HostileInputs.copy(
                    TinyModels.fixture(family), List.of("model", "glimpse"), folder.resolve("copy" + i));
            // One of the two forms of the module, so that a damaged one is read.
            Files.deleteIfExists(copy.resolve("glimpse/glimpse_flat.safetensors"));
            boolean inModule = random.nextInt(3) == 0;
            String file = inModule
                    ? (random.nextBoolean() ? "glimpse/config.json" : "glimpse/new_modules_gp.pt")
                    : "model/" + FOLDER_FILES.get(random.nextInt(FOLDER_FILES.size()));
            HostileInputs.damage(copy.resolve(file), random);
            HostileInputs.run(inModule ? "module" : "folder", i, () -> {
                try (LoadedModel damaged = LoadedModel.load(EngineOptions.builder(copy.resolve("model"))
                        .module(copy.resolve("glimpse"))
                        .runtime(TinyModels.qwen().build().runtime())
                        .imageLimits(new ImageLimits(1 << 20, 1 << 20))
                        .timeout(Duration.ofSeconds(30))
                        .build())) {
                    ask(damaged, "What?", picture);
                }
            });
            HostileInputs.delete(copy);
        }
    }

    private static void ask(LoadedModel asked, String text, byte[] picture) {
        asked.generate(new GenerationRequest(
                List.of(ChatTurn.user(text, picture)),
                io.github.glimpse.prune.PruningOptions.defaults(),
                GenerationOptions.builder().maxOutputTokens(2).build()));
    }
}
