package io.github.glimpse.prune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.glimpse.UnsupportedModelException;
import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.engine.TorchRuntime;
import io.github.glimpse.hub.ModelConfig;
import io.github.glimpse.nn.ModelDimensions;
import io.github.glimpse.nn.TowerAbilities;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What strategies refuse when they are made, and where they cut on models of real depth. */
class StrategyRefusalsIT {

    private static final TowerAbilities CLIP = new TowerAbilities(true, 24, allOf(24), 22, true);
    private static final TowerAbilities QWEN = new TowerAbilities(false, 32, Set.of(7, 15, 23, 31), 31);

    private static TorchRuntime runtime;

    @BeforeAll
    static void start() {
        runtime = TorchRuntime.start(new RuntimeOptions("cpu", 1, RuntimeOptions.NativeDownload.FORBIDDEN));
    }

    @AfterAll
    static void stop() {
        assertThat(runtime.liveResources()).isZero();
        runtime.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"cls-attention", "pru-merge", "vision-trim"})
    void aTowerWithoutAClsRowIsRefused(String name) {
        assertThatThrownBy(() -> make(name, QWEN, 28, Map.of()))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("'" + name + "'")
                .hasMessageContaining("CLS")
                .hasMessageContaining("received-attention");
        assertThatCode(() -> make(name, CLIP, 32, Map.of()).close()).doesNotThrowAnyException();
    }

    @Test
    void aPictureOfFixedTokensCannotBeMadeSmaller() {
        assertThatThrownBy(() -> make("down-sample", CLIP, 32, Map.of()))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("use pool");
        assertThatCode(() -> make("down-sample", QWEN, 28, Map.of()).close()).doesNotThrowAnyException();
    }

    @Test
    void twoScalesNeedAGridThatFollowsThePictureAndAModule() {
        assertThatThrownBy(() -> make("foveate", CLIP, 32, Map.of()))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("same number of tokens; use glimpse");
        assertThatThrownBy(() -> make("foveate", QWEN, 28, Map.of()))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("set glimpse.model.pruning-module to its directory");
    }

    @ParameterizedTest
    @CsvSource({
        "fastv, 28, layer 2",
        "fastv, 2, layer 1",
        "pyramid-drop, 28, layer 7",
        "pyramid-drop, 32, layer 8",
        "sparse-vlm, 32, layer 3",
        "vscan, 28, vision",
        "div-prune, 28, vision",
        "pixel-prune, 28, pixels"
    })
    void cutsWhereItWasPublishedMovedByDepth(String name, int depth, String place) {
        try (PruningStrategy strategy = make(name, QWEN, depth, Map.of())) {
            assertThat(strategy.defaultPoint()).hasToString(place);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "fastv, vision",
        "pyramid-drop, layer last",
        "sparse-vlm, pixels",
        "vision-zip, layer 3",
        "hi-prune, layer 3",
        "merge-similar, layer 3",
        "pool, layer 3",
        "pixel-prune, vision",
        "div-prune, pixels",
        "evs, layer 2",
        "vidcom2, pixels"
    })
    void aPlaceWhereItCannotCutIsRefusedWithTheReason(String name, String place) {
        try (PruningStrategy strategy = make(name, QWEN, 28, Map.of())) {
            assertThatThrownBy(() -> strategy.checkPoint(PruningPoint.parse(place, 28)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("'" + name + "'")
                    .hasMessageContaining("'" + place + "'");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "random, seed, x",
        "foveate, scale, 1",
        "vision-zip, share, 1.5",
        "vision-zip, block, 32",
        "hi-prune, alpha, -0.1",
        "div-prune, stop-distance, 0",
        "fastv, mass, 1.1",
        "sparse-vlm, version, 3",
        "sparse-vlm, recycle, true",
        "pixel-prune, distance, far",
        "vscan, rotate, perhaps",
        "evs, floor, -1"
    })
    void anOptionThatIsNoneIsRefusedByItsName(String name, String key, String value) {
        assertThatThrownBy(() -> make(name, QWEN, 28, Map.of(key, value)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + key + "'")
                .hasMessageContaining("'" + name + "'");
    }

    @Test
    void aBoundWithoutWhatItBoundsIsNotRead() {
        StrategyOptions options = StrategyOptions.of("fastv", Map.of("min-ratio", "0.2"));
        try (PruningStrategy strategy = PruningStrategies.discover(List.of())
                .get("fastv")
                .create(context(QWEN, 28).withOptions(options))) {
            assertThat(strategy.traits()).contains(StrategyTrait.USES_BUDGET);
            assertThatThrownBy(options::checkAllRead).hasMessageContaining("mass");
        }
    }

    @Test
    void vscanIsAnotherBetweenLayers() {
        try (PruningStrategy strategy = make("vscan", QWEN, 28, Map.of())) {
            assertThat(strategy.needs())
                    .containsExactlyInAnyOrder(
                            new EvidenceRequest.TowerReceived(7),
                            new EvidenceRequest.TowerReceived(31),
                            new EvidenceRequest.ImageRows());
            assertThat(strategy.traits()).contains(StrategyTrait.MERGES);

            PruningPoint layer = PruningPoint.afterLayers(14);
            strategy.checkPoint(layer);
            assertThat(strategy.needs(layer)).containsExactly(new EvidenceRequest.LayerPeek(false));
            assertThat(strategy.traits(layer)).doesNotContain(StrategyTrait.MERGES);
        }
    }

    @ParameterizedTest
    @CsvSource({"hi-prune, 8, 22, 15, 31", "vscan, 5, 22, 7, 31"})
    void readsThePublishedBlocksOfBothTowers(String name, int clipEarly, int clipLate, int qwenEarly, int qwenLate) {
        try (PruningStrategy clip = make(name, CLIP, 32, Map.of());
                PruningStrategy qwen = make(name, QWEN, 28, Map.of())) {
            assertThat(clip.needs())
                    .contains(
                            new EvidenceRequest.TowerReceived(clipEarly), new EvidenceRequest.TowerReceived(clipLate));
            assertThat(qwen.needs())
                    .contains(
                            new EvidenceRequest.TowerReceived(qwenEarly), new EvidenceRequest.TowerReceived(qwenLate));
        }
    }

    private static PruningStrategy make(String name, TowerAbilities tower, int depth, Map<String, String> options) {
        return PruningStrategies.discover(List.of())
                .get(name)
                .create(context(tower, depth).withOptions(StrategyOptions.of(name, options)));
    }

    private static StrategyContext context(TowerAbilities tower, int depth) {
        return new StrategyContext(
                runtime,
                new ModelDimensions(depth, 32, 4, 2, 8, 1e-6, 24, 4),
                ModelConfig.ofJson("refusals", "{\"model_type\": \"refusals\"}"),
                null,
                tower,
                StrategyOptions.none("none"));
    }

    private static Set<Integer> allOf(int blocks) {
        return java.util.stream.IntStream.range(0, blocks).boxed().collect(java.util.stream.Collectors.toSet());
    }
}
