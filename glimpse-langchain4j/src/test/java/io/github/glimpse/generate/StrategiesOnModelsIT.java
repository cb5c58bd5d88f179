package io.github.glimpse.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.glimpse.UnsupportedModelException;
import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.prune.PruningReport;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each strategy on whole models of both families, at its own place: everything, a part, and two pictures. */
class StrategiesOnModelsIT {

    private static final Path FIXTURES = Path.of("src/test/resources/fixtures");
    private static final double PART = 0.3;
    private static final Map<String, String> FOLDERS =
            Map.of("qwen", "qwen2_5_vl-tiny/model", "llava", "llava-1_5-tiny/model");
    private static final Map<String, LoadedModel> MODELS = new java.util.HashMap<>();
    private static final Map<String, List<Integer>> UNPRUNED = new java.util.HashMap<>();

    /** Those that settle the number of tokens by themselves. */
    private static final Set<String> OWN_COUNT = Set.of("pru-merge");

    @BeforeAll
    static void load() throws IOException {
        for (Map.Entry<String, String> family : FOLDERS.entrySet()) {
            LoadedModel model = LoadedModel.load(EngineOptions.builder(FIXTURES.resolve(family.getValue()))
                    .runtime(new RuntimeOptions("cpu", 1, RuntimeOptions.NativeDownload.FORBIDDEN))
                    .build());
            MODELS.put(family.getKey(), model);
            UNPRUNED.put(family.getKey(), ids(model, PruningOptions.builder().strategy("none")));
        }
    }

    @AfterAll
    static void close() {
        MODELS.values().forEach(LoadedModel::close);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "random",
                "grid",
                "centre",
                "pool",
                "fastv",
                "pyramid-drop",
                "sparse-vlm",
                "received-attention",
                "vision-zip",
                "vscan",
                "hi-prune",
                "div-prune",
                "conditional-diversity",
                "merge-similar"
            })
    void everythingIsNoPruningAndAPartIsAPartOnBothFamilies(String strategy) throws IOException {
        for (String family : FOLDERS.keySet()) {
            checkEverything(family, strategy);
            checkPart(family, strategy);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"cls-attention", "vision-trim", "pru-merge"})
    void aTowerWithAClsRowTellsWhatItLooksAt(String strategy) throws IOException {
        if (!OWN_COUNT.contains(strategy)) {
            checkEverything("llava", strategy);
        }
        checkPart("llava", strategy);
        assertThatThrownBy(() -> ids(
                        model("qwen"),
                        PruningOptions.builder().strategy(strategy).retentionRatio(PART)))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("CLS");
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
        for (String family : FOLDERS.keySet()) {
            PruningReport report = generate(
                            model(family),
                            PruningOptions.builder()
                                    .strategy(strategy)
                                    .retentionRatio(PART)
                                    .options(Map.of(key, value)))
                    .report();

            assertThat(report.keptTokens()).isBetween(2, report.imageTokens() - 1);
        }
    }

    private static void checkEverything(String family, String strategy) throws IOException {
        assertThat(ids(
                        model(family),
                        PruningOptions.builder().strategy(strategy).retentionRatio(1.0)))
                .as("%s at 100 %% on %s", strategy, family)
                .isEqualTo(UNPRUNED.get(family));
    }

    private static void checkPart(String family, String strategy) throws IOException {
        PruningOptions.Builder part =
                PruningOptions.builder().strategy(strategy).retentionRatio(PART);
        GenerationResult result = generate(model(family), part);

        PruningReport report = result.report();
        assertThat(report.strategy()).isEqualTo(strategy);
        assertThat(report.images()).hasSize(2);
        assertThat(report.keptTokens())
                .as("%s on %s", strategy, family)
                .isBetween(
                        1, OWN_COUNT.contains(strategy) ? report.imageTokens() : (int) (PART * report.imageTokens()));
        assertThat(generate(model(family), part).tokenIds()).isEqualTo(result.tokenIds());
    }

    private static LoadedModel model(String family) {
        return java.util.Objects.requireNonNull(MODELS.get(family));
    }

    private static List<Integer> ids(LoadedModel model, PruningOptions.Builder pruning) throws IOException {
        return java.util.Arrays.stream(generate(model, pruning).tokenIds())
                .boxed()
                .toList();
    }

    private static GenerationResult generate(LoadedModel model, PruningOptions.Builder pruning) throws IOException {
        GenerationOptions greedy =
                GenerationOptions.builder().maxOutputTokens(6).temperature(0.0).build();
        List<ChatTurn> turns = List.of(ChatTurn.user("What differs between the two?", png(168, 140), png(112, 196)));
        return model.generate(
                new GenerationRequest(turns, pruning.build(), greedy),
                GenerationListener.NONE,
                new CancellationSignal());
    }

    /** Bumps on a plain ground, so that tokens are neither all alike nor all noise. */
    private static byte[] png(int width, int height) throws IOException {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Random random = new Random(width);
        for (int i = 0; i < width * height / 3; i++) {
            int x = (int) Math.abs(random.nextGaussian() * width / 4) % width;
            int y = (int) Math.abs(random.nextGaussian() * height / 4) % height;
            image.setRGB(x, y, random.nextInt());
        }
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        ImageIO.write(image, "png", png);
        return png.toByteArray();
    }
}
