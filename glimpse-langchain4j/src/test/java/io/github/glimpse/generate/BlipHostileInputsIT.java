package io.github.glimpse.generate;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.image.ImageLimits;
import io.github.glimpse.prune.PruningOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@link HostileInputsIT} does, to a model with cross-attention and its module. */
class BlipHostileInputsIT {

    private static final Path FAMILY = TinyModels.fixture("blip-tiny-caption");
    private static final List<String> FILES = List.of(
            "model/config.json",
            "model/config.json",
            "model/preprocessor_config.json",
            "model/tokenizer.json",
            "model/model.safetensors",
            "glimpse-token/config.json",
            "glimpse-token/glimpse_flat.safetensors");

    @TempDir
    private Path folder;

    @Test
    void damagedPicturesAndTextsGiveAnAnswerOrAnErrorOfOurs() {
        Random random = new Random(HostileInputsIT.SEED);
        byte[] good = TinyModels.picture("blip-tiny-caption/cases/001/a.png");
        try (LoadedModel model = load(FAMILY)) {
            ask(model, "a picture of", good);
            int before = model.liveResources();
            for (int i = 0; i < HostileInputsIT.COUNT / 4; i++) {
                byte[] picture = HostileInputsIT.damaged(good, random);
                StringBuilder text = new StringBuilder();
                for (int n = random.nextInt(12); n > 0; n--) {
                    text.append(HostileInputsIT.PIECES[random.nextInt(HostileInputsIT.PIECES.length)]);
                }
                HostileInputsIT.run("BLIP request", i, () -> ask(model, text.toString(), picture));
                assertThat(model.liveResources()).as("live after request %s", i).isEqualTo(before);
                assertThat(model.activeRequests()).isZero();
            }
        }
    }

    @Test
    void damagedFoldersAndModulesGiveAnAnswerOrAnErrorOfOurs() {
        Random random = new Random(HostileInputsIT.SEED + 2);
        byte[] picture = TinyModels.picture("blip-tiny-caption/cases/001/a.png");
        for (int i = 0; i < HostileInputsIT.COUNT / 4; i++) {
            Path copy = copy(folder.resolve("copy" + i));
            HostileInputsIT.damage(copy.resolve(FILES.get(random.nextInt(FILES.size()))), random);
            HostileInputsIT.run("BLIP folder", i, () -> {
                try (LoadedModel damaged = load(copy)) {
                    ask(damaged, "a picture of", picture);
                }
            });
            HostileInputsIT.delete(copy);
        }
    }

    private static LoadedModel load(Path family) {
        return LoadedModel.load(EngineOptions.builder(family.resolve("model"))
                .module(family.resolve("glimpse-token"))
                .runtime(new RuntimeOptions("cpu", 1, RuntimeOptions.NativeDownload.FORBIDDEN))
                .imageLimits(new ImageLimits(1 << 20, 1 << 20))
                .visionCache(VisionCacheOptions.off())
                .timeout(Duration.ofSeconds(30))
                .build());
    }

    private static void ask(LoadedModel model, String text, byte[] picture) {
        model.generate(new GenerationRequest(
                List.of(ChatTurn.user(text, picture)),
                PruningOptions.defaults(),
                GenerationOptions.builder().maxOutputTokens(2).build()));
    }

    private static Path copy(Path to) {
        for (String part : List.of("model", "glimpse-token")) {
            try (Stream<Path> files = Files.list(FAMILY.resolve(part))) {
                Files.createDirectories(to.resolve(part));
                for (Path file : files.toList()) {
                    Files.write(to.resolve(part).resolve(file.getFileName().toString()), Files.readAllBytes(file));
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return to;
    }
}
