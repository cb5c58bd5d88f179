package io.github.glimpse.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.github.glimpse.engine.Dtype;
import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.engine.WeightFormat;
import io.github.glimpse.image.Transparency;
import io.github.glimpse.model.LoadOptions;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.sampling.GenerationOptions;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Every whole-model case of the strategies' fixtures: what is kept at each step, positions, caches, tokens. Another directory by
 * {@code -Dglimpse.strategyFixtures=<dir>}, with the families' own fixtures beside it.
 */
class StrategyFixturesIT {

    private static final int TOKENS = 12;
    private static final Map<String, LoadedModel> MODELS = new HashMap<>();
    private static final Map<String, Differences> DIFFERENCES = new TreeMap<>();

    @TestFactory
    Stream<DynamicTest> everySchedulePrunesLikeTheReference() {
        return StrategyCase.toRun().stream()
                .map(strategyCase -> dynamicTest(strategyCase.toString(), () -> check(strategyCase)));
    }

    private static void check(StrategyCase strategyCase) {
        LoadedModel model = model(strategyCase);
        FixtureTensors tensors = strategyCase.tensors();
        PruningOptions pruning = strategyCase.pruning();
        StrategyCheck check = new StrategyCheck(
                strategyCase,
                tensors,
                DIFFERENCES.computeIfAbsent(strategyCase.family().name(), key -> new Differences()),
                model,
                model.schedule(pruning));
        GenerationOptions greedy = GenerationOptions.builder()
                .maxOutputTokens(TOKENS)
                .temperature(0.0)
                .repetitionPenalty(1.0)
                .build();
        check.onResult(model.generate(
                new GenerationRequest(strategyCase.base().turns(), pruning, greedy),
                GenerationListener.NONE,
                new CancellationSignal(),
                check));
        assertThat(tensors.unread())
                .as("tensors of the reference that nothing was compared with")
                .isEmpty();
    }

    private static LoadedModel model(StrategyCase strategyCase) {
        Optional<Path> module = strategyCase.module();
        return MODELS.computeIfAbsent(
                strategyCase.family().directory() + " " + module + " "
                        + strategyCase.base().aspect(),
                key -> LoadedModel.load(
                        EngineOptions.builder(strategyCase.family().model())
                                .module(module.orElse(null))
                                .runtime(new RuntimeOptions("cpu", 0, RuntimeOptions.NativeDownload.FORBIDDEN))
                                .load(LoadOptions.builder()
                                        .dtype(Dtype.FLOAT32)
                                        .weights(WeightFormat.MAPPED)
                                        .aspect(strategyCase.base().aspect())
                                        .build())
                                .families(Endless.families())
                                .strategies(List.of(new ListedTokens()))
                                .transparency(Transparency.DROP)
                                .visionCache(VisionCacheOptions.off())
                                .build()));
    }

    @AfterAll
    static void printAndClose() {
        DIFFERENCES.forEach((title, differences) -> System.out.println(differences.table("strategies on " + title)));
        MODELS.values().forEach(LoadedModel::close);
        MODELS.clear();
        DIFFERENCES.clear();
    }
}
