package io.github.glimpse.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.github.glimpse.engine.Dtype;
import io.github.glimpse.engine.RuntimeOptions;
import io.github.glimpse.engine.WeightFormat;
import io.github.glimpse.image.Transparency;
import io.github.glimpse.model.LoadOptions;
import io.github.glimpse.prune.PruningOptions;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;

/**
 * Every case and every schedule of every given fixture directory, stage by stage, with and without pruning. Directories by
 * {@code -Dglimpse.fixtures=<dir>[,<dir>…]}; those of models that make vectors belong to {@code ClipFixturesIT}, those of BLIP to
 * {@link BlipFixturesIT}. Each directory runs with mapped and with copied weights.
 */
class ReferenceFixturesIT {

    private static final Map<String, LoadedModel> MODELS = new HashMap<>();
    private static final Map<String, Differences> DIFFERENCES = new TreeMap<>();

    @TestFactory
    Stream<DynamicContainer> everyCaseEqualsTheReference() {
        Stream<FixtureFamily> families =
                FixtureFamily.toRun().stream().filter(family -> !family.makesVectors() && !family.isImageText());
        return families.flatMap(family -> Stream.of(WeightFormat.MAPPED, WeightFormat.COPIED)
                .map(weights -> dynamicContainer(title(family, weights), tests(family, weights))));
    }

    private static String title(FixtureFamily family, WeightFormat weights) {
        return family.directory() + " (float32, " + weights.name().toLowerCase(Locale.ROOT) + ")";
    }

    private static Stream<DynamicNode> tests(FixtureFamily family, WeightFormat weights) {
        if (!family.isSupported()) {
            return Stream.of(dynamicTest(
                    family.name() + " is not there: no family of this release takes it",
                    () -> Assumptions.abort(family.name() + " is not there")));
        }
        return Stream.concat(
                family.cases().stream().map(fixture -> dynamicTest(fixture.toString(), () -> check(fixture, weights))),
                StrategyCase.of(family).stream()
                        .map(schedule -> dynamicTest(schedule.toString(), () -> check(schedule, weights))));
    }

    private static void check(FixtureCase fixture, WeightFormat weights) {
        Differences differences =
                DIFFERENCES.computeIfAbsent(title(fixture.family(), weights), key -> new Differences());
        FixtureTensors tensors = new FixtureTensors(fixture.directory().resolve("expected.safetensors"));
        LoadedModel model = model(fixture, fixture.module(), weights);
        run(
                fixture,
                model,
                tensors,
                differences,
                PruningOptions.builder().enabled(false).build(),
                false);
        if (fixture.isPruned()) {
            run(fixture, model, tensors, differences, fixture.pruning(), true);
        }
        assertThat(tensors.unread())
                .as("tensors of the reference that nothing was compared with")
                .isEmpty();
    }

    private static void check(StrategyCase schedule, WeightFormat weights) {
        FixtureCase base = schedule.base();
        LoadedModel model = model(base, schedule.module(), weights);
        FixtureTensors tensors = schedule.tensors();
        PruningOptions pruning = schedule.pruning();
        StrategyCheck check = new StrategyCheck(
                schedule,
                tensors,
                DIFFERENCES.computeIfAbsent(
                        title(schedule.family(), weights) + ", schedules", key -> new Differences()),
                model,
                model.schedule(pruning));
        check.onResult(model.generate(base.request(pruning), GenerationListener.NONE, new CancellationSignal(), check));
        assertThat(tensors.unread())
                .as("tensors of the reference that nothing was compared with")
                .isEmpty();
    }

    private static void run(
            FixtureCase fixture,
            LoadedModel model,
            FixtureTensors tensors,
            Differences differences,
            PruningOptions pruning,
            boolean pruned) {
        ReferenceCheck check =
                new ReferenceCheck(fixture, pruned, tensors, differences, model, model.schedule(pruning));
        check.onResult(
                model.generate(fixture.request(pruning), GenerationListener.NONE, new CancellationSignal(), check));
    }

    private static LoadedModel model(FixtureCase fixture, Optional<Path> module, WeightFormat weights) {
        String key = title(fixture.family(), weights) + " " + module + " " + fixture.aspect();
        return MODELS.computeIfAbsent(
                key,
                ignored ->
                        LoadedModel.load(EngineOptions.builder(fixture.family().model())
                                .module(module.orElse(null))
                                .families(fixture.family().endsAnswers() ? List.of() : Endless.families())
                                .runtime(new RuntimeOptions("cpu", 0, RuntimeOptions.NativeDownload.FORBIDDEN))
                                .load(LoadOptions.builder()
                                        .dtype(Dtype.FLOAT32)
                                        .weights(weights)
                                        .aspect(fixture.aspect())
                                        .build())
                                .transparency(Transparency.DROP)
                                // each case shall compute everything that it compares
                                .visionCache(VisionCacheOptions.off())
                                .build()));
    }

    @AfterAll
    static void printAndClose() {
        DIFFERENCES.forEach((title, differences) -> System.out.println(differences.table(title)));
        MODELS.values().forEach(LoadedModel::close);
        MODELS.clear();
        DIFFERENCES.clear();
    }
}
