package io.github.glimpse.generate;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.GlimpseException;
import io.github.glimpse.image.ImageLimits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Damaged pictures, prompts, model folders and modules, by a fixed seed: each gives an answer or one of our errors, and the
 * process lives. {@code -Dglimpse.hostile=10000} for the long run.
 */
class HostileInputsIT {

    static final long SEED = Long.getLong("glimpse.hostile.seed", 20_240_611);
    static final int COUNT = Integer.getInteger("glimpse.hostile", 240);
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
    static final String[] PIECES = {
        "<|im_start|>",
        "<|image_pad|>",
        "<image>",
        "</s>",
        "{{ 1 }}",
        "{% for %}",
        "\ud83d",
        "\ud83d\ude00",
        "\u0000",
        "\ufdd0",
        "a\u0301",
        "漢字",
        " ",
        "\n",
        "A".repeat(300),
        "\u202e",
        "%n%s",
        "<unk>",
        "\r"
    };

    private static final Map<String, Integer> OUTCOMES = new TreeMap<>();
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
        OUTCOMES.forEach((outcome, count) -> System.out.printf(Locale.ROOT, "%6d %s%n", count, outcome));
    }

    @Test
    void damagedPicturesAndPromptsGiveAnAnswerOrAnErrorOfOurs() {
        Random random = new Random(SEED);
        int before = model.liveResources();
        for (int i = 0; i < COUNT / 2; i++) {
            byte[] picture = damaged(TinyModels.picture(PICTURES.get(random.nextInt(PICTURES.size()))), random);
            StringBuilder text = new StringBuilder();
            for (int n = random.nextInt(12); n > 0; n--) {
                text.append(PIECES[random.nextInt(PIECES.length)]);
            }
            run("request", i, () -> ask(model, text.toString(), picture));
            assertThat(model.liveResources()).as("live after request %s", i).isEqualTo(before);
            assertThat(model.activeRequests()).isZero();
        }
    }

    @Test
    void damagedFoldersAndModulesGiveAnAnswerOrAnErrorOfOurs() {
        Random random = new Random(SEED + 1);
        byte[] picture = TinyModels.picture(PICTURES.get(0));
        for (int i = 0; i < COUNT / 2; i++) {
            String family = random.nextBoolean() ? "qwen2_5_vl-tiny" : "llava-1_5-tiny";
            Path copy = copy(TinyModels.fixture(family), folder.resolve("copy" + i));
            boolean inModule = random.nextInt(3) == 0;
            String file = inModule
                    ? (random.nextBoolean() ? "glimpse/config.json" : "glimpse/new_modules_gp.pt")
                    : "model/" + FOLDER_FILES.get(random.nextInt(FOLDER_FILES.size()));
            damage(copy.resolve(file), random);
            run(inModule ? "module" : "folder", i, () -> {
                try (LoadedModel damaged = LoadedModel.load(EngineOptions.builder(copy.resolve("model"))
                        .module(copy.resolve("glimpse"))
                        .runtime(TinyModels.qwen().build().runtime())
                        .imageLimits(new ImageLimits(1 << 20, 1 << 20))
                        .timeout(Duration.ofSeconds(30))
                        .build())) {
                    ask(damaged, "What?", picture);
                }
            });
            delete(copy);
        }
    }

    private static void ask(LoadedModel asked, String text, byte[] picture) {
        asked.generate(new GenerationRequest(
                List.of(ChatTurn.user(text, picture)),
                io.github.glimpse.prune.PruningOptions.defaults(),
                GenerationOptions.builder().maxOutputTokens(2).build()));
    }

    static void run(String kind, int number, Runnable work) {
        String outcome;
        try {
            work.run();
            outcome = "answer";
        } catch (GlimpseException e) {
            assertThat(e.getMessage()).isNotBlank();
            outcome = e.getClass().getSimpleName();
        } catch (Throwable e) {
            throw new AssertionError(kind + " " + number + " of seed " + SEED + " gave " + e, e);
        }
        OUTCOMES.merge(kind + ": " + outcome, 1, Integer::sum);
    }

    static void damage(Path file, Random random) {
        try {
            byte[] bytes = Files.readAllBytes(file);
            boolean isText = file.toString().endsWith(".json");
            Files.write(file, isText && random.nextInt(3) > 0 ? changedNumber(bytes, random) : damaged(bytes, random));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Valid JSON in most cases: one number or word of the text is another one. */
    private static byte[] changedNumber(byte[] bytes, Random random) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        String[] values = {"0", "-1", "1", "7", "2147483647", "1e308", "null", "true", "\"x\"", "[]", "{}", "0.5"};
        List<int[]> places = java.util.regex.Pattern.compile("(?<=[:\\[, ])-?\\d[\\d.e-]*|true|false|null")
                .matcher(text)
                .results()
                .map(match -> new int[] {match.start(), match.end()})
                .toList();
        if (places.isEmpty()) {
            return damaged(bytes, random);
        }
        int[] place = places.get(random.nextInt(places.size()));
        return (text.substring(0, place[0]) + values[random.nextInt(values.length)] + text.substring(place[1]))
                .getBytes(StandardCharsets.UTF_8);
    }

    static byte[] damaged(byte[] bytes, Random random) {
        byte[] damaged = bytes.clone();
        switch (random.nextInt(4)) {
            case 0 -> damaged = java.util.Arrays.copyOf(bytes, random.nextInt(bytes.length));
            case 1 -> damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
            case 2 -> {
                for (int n = 1 + random.nextInt(20); n > 0; n--) {
                    damaged[random.nextInt(Math.min(damaged.length, 4_096))] = (byte) random.nextInt();
                }
            }
            default -> {
                int from = random.nextInt(damaged.length);
                java.util.Arrays.fill(
                        damaged, from, Math.min(damaged.length, from + random.nextInt(500)), (byte) random.nextInt());
            }
        }
        return damaged;
    }

    private static Path copy(Path from, Path to) {
        for (String part : List.of("model", "glimpse")) {
            try (Stream<Path> files = Files.list(from.resolve(part))) {
                Files.createDirectories(to.resolve(part));
                for (Path file : files.toList()) {
                    Files.write(to.resolve(part).resolve(file.getFileName().toString()), Files.readAllBytes(file));
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        // One of the two forms of the module, so that a damaged one is read.
        to.resolve("glimpse/glimpse_flat.safetensors").toFile().delete();
        return to;
    }

    static void delete(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            files.sorted(java.util.Comparator.reverseOrder())
                    .forEach(path -> path.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
