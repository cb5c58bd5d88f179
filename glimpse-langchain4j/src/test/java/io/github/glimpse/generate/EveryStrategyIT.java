package io.github.glimpse.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.github.glimpse.UnsupportedModelException;
import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.hub.ModelSource;
import io.github.glimpse.image.VideoTimes;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.prune.PruningReport;
import io.github.glimpse.prune.PruningStep;
import io.github.glimpse.prune.PruningStrategies;
import io.github.glimpse.sampling.GenerationOptions;
import io.github.glimpse.testing.Sample;
import io.github.glimpse.testing.TestCategory;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every strategy that is known by name, at its own place, on whole models of both families and on the embedded one. */
@TestCategory.Reference
class EveryStrategyIT {

    private static final Path FIXTURES = Path.of("src/test/resources/fixtures");
    private static final Path RECEIPT = Path.of("../examples/quickstart/src/main/resources/receipt.png");
    private static final String QWEN = "qwen2_5_vl-tiny";
    private static final String LLAVA = "llava-1_5-tiny";
    private static final String EMBEDDED = "embedded";
    private static final double PART = 0.3;
    private static final int SLICES = 4;
    /** Those that settle the number of tokens by themselves. */
    private static final Set<String> OWN_COUNT = Set.of("none", "glimpse", "foveate", "pixel-prune", "pru-merge");
    /** What a family cannot give, and the word of the reason. */
    private static final Map<String, String> REFUSED_BY_QWEN = Map.of(
            "cls-attention", "CLS",
            "pru-merge", "CLS",
            "vision-trim", "CLS",
            "cross-attention", "does not have",
            "text-similarity", "does not have",
            "evit", "one more row of the tower");

    private static final Map<String, Map<String, String>> REFUSED = Map.of(
            QWEN,
            REFUSED_BY_QWEN,
            EMBEDDED,
            Map.of(
                    "cls-attention", "CLS",
                    "pru-merge", "CLS",
                    "vision-trim", "CLS",
                    "cross-attention", "does not have",
                    "text-similarity", "does not have",
                    "evit", "one more row of the tower",
                    "evs", "takes no videos",
                    "vidcom2", "takes no videos"),
            LLAVA,
            Map.of(
                    "down-sample", "pool",
                    "foveate", "same number of tokens",
                    "cross-attention", "does not have",
                    "text-similarity", "does not have",
                    "evit", "one more row of the tower",
                    "evs", "takes no videos",
                    "vidcom2", "takes no videos"));

    /** Those that choose among the slices of a video, so they are asked about one. */
    private static final Set<String> OVER_TIME = Set.of("evs", "vidcom2");

    private static final Map<String, LoadedModel> MODELS = new HashMap<>();
    private static final Map<String, GenerationResult> UNPRUNED = new HashMap<>();
    private static final List<AutoCloseable> OPEN = new ArrayList<>();

    @BeforeAll
    static void load() throws IOException {
        for (String family : List.of(QWEN, LLAVA)) {
            Path folder = FIXTURES.resolve(family);
            open(family, folder.resolve("model"), folder.resolve("glimpse"));
        }
        ModelSource model = ModelSource.embedded();
        ModelSource module = ModelSource.embeddedModule();
        OPEN.addAll(List.of(model, module));
        open(EMBEDDED, model.directory(), module.directory());
    }

    private static void open(String family, Path folder, Path module) throws IOException {
        LoadedModel model = LoadedModel.load(EngineOptions.builder(folder)
                .name(family)
                .module(module)
                .runtime(new RuntimeOptions("cpu", 1, RuntimeOptions.NativeDownload.FORBIDDEN))
                .build());
        OPEN.add(0, model);
        MODELS.put(family, model);
        UNPRUNED.put(
                family, generate(family, PruningOptions.builder().enabled(false).build()));
    }

    @AfterAll
    static void close() throws Exception {
        for (AutoCloseable open : OPEN) {
            open.close();
        }
    }

    static Stream<Arguments> modelsAndNames() {
        return sample().stream().map(pair -> arguments(pair.family(), pair.name()));
    }

    /** Those that this build runs. */
    static List<Pair> sample() {
        return Sample.of("EveryStrategyIT", pairs(), Pair::family, Pair::accepted);
    }

    /** A model and a strategy. */
    record Pair(String family, String name) {

        /** The strategy, if the model can have it. */
        String accepted() {
            return Objects.requireNonNull(REFUSED.get(family)).containsKey(name) ? "refused" : name;
        }
    }

    static List<Pair> pairs() {
        return Stream.of(QWEN, LLAVA, EMBEDDED)
                .flatMap(family ->
                        PruningStrategies.discover(List.of()).names().stream().map(name -> new Pair(family, name)))
                .toList();
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("modelsAndNames")
    void answersLikeTheUnprunedModelWhenEveryTokenStays(String family, String name) throws IOException {
        PruningOptions everything = PruningOptions.builder()
                .schedule(List.of(PruningStep.builder(name).build()))
                .retentionRatio(1.0)
                .maxRetentionRatio(1.0)
                .minTokens(100_000)
                .build();
        if (isRefused(family, name, everything)) {
            return;
        }
        GenerationResult whole = OVER_TIME.contains(name)
                ? generate(family, PruningOptions.builder().enabled(false).build(), video())
                : Objects.requireNonNull(UNPRUNED.get(family));

        GenerationResult pruned = generate(family, everything);

        assertThat(pruned.report().retention()).isEqualTo(1.0);
        assertThat(pruned.tokenIds()).isEqualTo(whole.tokenIds());
        assertThat(pruned.prefilledTokens()).isEqualTo(whole.prefilledTokens());
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("modelsAndNames")
    void keepsNoMoreThanItsShareAndTheSameTwice(String family, String name) throws IOException {
        PruningOptions part = PruningOptions.builder()
                .schedule(List.of(PruningStep.builder(name).build()))
                .retentionRatio(PART)
                .build();
        if (isRefused(family, name, part)) {
            return;
        }

        GenerationResult result = generate(family, part);

        PruningReport report = result.report();
        assertThat(report.images()).hasSize(OVER_TIME.contains(name) ? SLICES : pictures(family).length);
        assertThat(report.keptTokens())
                .isBetween(1, OWN_COUNT.contains(name) ? report.imageTokens() : (int) (PART * report.imageTokens()));
        assertThat(generate(family, part).tokenIds()).isEqualTo(result.tokenIds());
    }

    @ParameterizedTest
    @CsvSource({
        "div-prune, stop-distance, 0.9",
        "fastv, mass, 0.5",
        "sparse-vlm, version, 2",
        "vision-zip, block, 1",
        "hi-prune, alpha, 0.5",
        "vscan, block, 2"
    })
    void optionsReachTheStrategyOnBothFamilies(String strategy, String key, String value) throws IOException {
        for (String family : List.of(QWEN, LLAVA)) {
            PruningReport report = generate(
                            family,
                            PruningOptions.builder()
                                    .strategy(strategy)
                                    .retentionRatio(PART)
                                    .options(Map.of(key, value))
                                    .build())
                    .report();

            assertThat(report.keptTokens()).isBetween(2, report.imageTokens() - 1);
        }
    }

    @Test
    void sparseVlmDropsATokenEvenIfTheStepBeforeLeftNoMoreThanTheCount() throws IOException {
        for (String family : List.of(QWEN, LLAVA)) {
            PruningReport report = generate(
                            family,
                            PruningOptions.builder()
                                    .schedule(List.of(
                                            PruningStep.builder("fastv")
                                                    .at("layer 2")
                                                    .build(),
                                            PruningStep.builder("sparse-vlm")
                                                    .at("layer 3")
                                                    .build()))
                                    .retentionRatio(PART)
                                    .build())
                    .report();

            assertThat(report.keptTokens()).isEqualTo((int) (PART * report.imageTokens()) - 1);
        }
    }

    private static boolean isRefused(String family, String name, PruningOptions pruning) {
        String reason = Objects.requireNonNull(REFUSED.get(family)).get(name);
        if (reason == null) {
            return false;
        }
        assertThatThrownBy(() -> model(family).check(pruning))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining(name)
                .hasMessageContaining(reason);
        return true;
    }

    private static LoadedModel model(String family) {
        return Objects.requireNonNull(MODELS.get(family));
    }

    private static GenerationResult generate(String family, PruningOptions pruning) throws IOException {
        String question = family.equals(EMBEDDED) ? "What is the total?" : "What differs between the two?";
        boolean overTime = pruning.schedule() != null
                && pruning.schedule().stream().anyMatch(step -> OVER_TIME.contains(step.strategy()));
        return generate(family, pruning, overTime ? video() : ChatTurn.user(question, pictures(family)));
    }

    private static GenerationResult generate(String family, PruningOptions pruning, ChatTurn turn) {
        return model(family)
                .generate(new GenerationRequest(
                        List.of(turn),
                        pruning,
                        GenerationOptions.builder()
                                .maxOutputTokens(8)
                                .temperature(0.0)
                                .build()));
    }

    /** Frames of a ground that gets its bumps one after the other. */
    private static ChatTurn video() throws IOException {
        List<byte[]> frames = new ArrayList<>();
        for (int frame = 0; frame < 2 * SLICES; frame++) {
            frames.add(png(168, 140, (frame + 1) * 1_000));
        }
        VideoTimes times =
                new VideoTimes(IntStream.range(0, frames.size()).boxed().toList(), 2, frames.size());
        return new ChatTurn(
                ChatTurn.Role.USER, List.of(new ChatTurn.Video(frames, times), new ChatTurn.Text("What happens?")));
    }

    private static byte[][] pictures(String family) throws IOException {
        return family.equals(EMBEDDED)
                ? new byte[][] {Files.readAllBytes(RECEIPT)}
                : new byte[][] {png(168, 140), png(112, 196)};
    }

    /** Bumps on a plain ground, so that tokens are neither all alike nor all noise. */
    private static byte[] png(int width, int height) throws IOException {
        return png(width, height, width * height / 3);
    }

    private static byte[] png(int width, int height, int bumps) throws IOException {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Random random = new Random(width);
        for (int i = 0; i < bumps; i++) {
            int x = (int) Math.abs(random.nextGaussian() * width / 4) % width;
            int y = (int) Math.abs(random.nextGaussian() * height / 4) % height;
            image.setRGB(x, y, random.nextInt());
        }
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        ImageIO.write(image, "png", png);
        return png.toByteArray();
    }
}
