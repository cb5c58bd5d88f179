package io.github.glimpse.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.github.glimpse.UnsupportedModelException;
import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.prune.PruningReport;
import io.github.glimpse.prune.PruningStep;
import io.github.glimpse.prune.PruningStrategies;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every strategy that is known by name, on both families. */
class EveryStrategyIT {

    private static final Path FIXTURES = Path.of("src/test/resources/fixtures");
    private static final String QWEN = "qwen2_5_vl-tiny";
    private static final String LLAVA = "llava-1_5-tiny";
    /** What a family cannot give, and the word of the reason. */
    private static final Map<String, Map<String, String>> REFUSED = Map.of(
            QWEN,
            Map.of(
                    "cls-attention", "CLS",
                    "pru-merge", "CLS",
                    "vision-trim", "CLS",
                    "cross-attention", "does not have"),
            LLAVA,
            Map.of("down-sample", "pool", "foveate", "same number of tokens", "cross-attention", "does not have"));

    private static final Map<String, LoadedModel> MODELS = new HashMap<>();

    static Stream<Arguments> familiesAndNames() {
        return Stream.of(QWEN, LLAVA).flatMap(family -> PruningStrategies.discover(List.of()).names().stream()
                .map(name -> arguments(family, name)));
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("familiesAndNames")
    void answersLikeTheUnprunedModelWhenEveryTokenStays(String family, String name) {
        LoadedModel model = model(family);
        PruningOptions everything = PruningOptions.builder()
                .schedule(List.of(PruningStep.builder(name).build()))
                .retentionRatio(1.0)
                .maxRetentionRatio(1.0)
                .minTokens(100_000)
                .build();
        String reason = REFUSED.getOrDefault(family, Map.of()).get(name);
        if (reason != null) {
            assertThatThrownBy(() -> model.check(everything))
                    .isInstanceOf(UnsupportedModelException.class)
                    .hasMessageContaining(name)
                    .hasMessageContaining(reason);
            return;
        }
        GenerationResult whole =
                generate(model, PruningOptions.builder().enabled(false).build());

        GenerationResult pruned = generate(model, everything);

        assertThat(pruned.report().retention()).isEqualTo(1.0);
        assertThat(pruned.tokenIds()).isEqualTo(whole.tokenIds());
        assertThat(pruned.prefilledTokens()).isEqualTo(whole.prefilledTokens());
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("familiesAndNames")
    void keepsNoMoreThanItsShare(String family, String name) {
        if (REFUSED.getOrDefault(family, Map.of()).containsKey(name)) {
            return;
        }
        Set<String> settleThemselves = Set.of("glimpse", "foveate", "pixel-prune", "pru-merge");
        PruningOptions quarter = PruningOptions.builder()
                .schedule(List.of(PruningStep.builder(name).build()))
                .retentionRatio(0.25)
                .build();

        PruningReport report = generate(model(family), quarter).report();

        assertThat(report.keptTokens()).isPositive();
        if (!settleThemselves.contains(name)) {
            assertThat(report.retention()).isLessThanOrEqualTo(0.25);
        }
    }

    private static GenerationResult generate(LoadedModel model, PruningOptions pruning) {
        FixtureCase fixture = new FixtureFamily(FIXTURES.resolve(model.name()))
                .cases().stream()
                        .filter(some -> some.turns().stream()
                                .flatMap(turn -> turn.parts().stream())
                                .anyMatch(ChatTurn.Picture.class::isInstance))
                        .findFirst()
                        .orElseThrow();
        return model.generate(new GenerationRequest(
                fixture.turns(),
                pruning,
                GenerationOptions.builder().maxOutputTokens(8).build()));
    }

    private static LoadedModel model(String family) {
        return MODELS.computeIfAbsent(
                family,
                key -> LoadedModel.load(
                        EngineOptions.builder(FIXTURES.resolve(family).resolve("model"))
                                .name(family)
                                .module(FIXTURES.resolve(family).resolve("glimpse"))
                                .runtime(new RuntimeOptions("cpu", 0, RuntimeOptions.NativeDownload.FORBIDDEN))
                                .build()));
    }

    @AfterAll
    static void close() {
        MODELS.values().forEach(LoadedModel::close);
        MODELS.clear();
    }
}
