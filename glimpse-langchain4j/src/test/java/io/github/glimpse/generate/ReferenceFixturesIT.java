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
import io.github.glimpse.testing.Sample;
import io.github.glimpse.testing.TestCategory;
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
 * Every case and every schedule of every given fixture directory, stage by stage, with and without pruning; in the default build
 * a {@link Sample} with one case of each directory and kind of weights, and schedules of each strategy. Directories by
 * {@code -Dglimpse.fixtures=<dir>[,<dir>…]}; those of models that make vectors belong to {@code ClipFixturesIT}, those of BLIP to
 * {@link BlipFixturesIT}. Each directory runs with mapped and with copied weights.
 */
@TestCategory.Reference
class ReferenceFixturesIT {

    private static final Map<String, LoadedModel> MODELS = new HashMap<>();
    private static final Map<String, Differences> DIFFERENCES = new TreeMap<>();

    /** A case of a folder, by one kind of weights. */
    record Compared(FixtureFamily family, WeightFormat weights, FixtureCase fixture) {

        String title() {
            return ReferenceFixturesIT.title(family, weights);
        }
    }

    /** All cases of the folders with a language decoder that this release takes. */
    static List<Compared> cases() {
        return FixtureFamily.toRun().stream()
                .filter(family -> !family.makesVectors() && !family.isImageText() && family.isSupported())
                .flatMap(family -> Stream.of(WeightFormat.MAPPED, WeightFormat.COPIED)
                        .flatMap(weights ->
                                family.cases().stream().map(fixture -> new Compared(family, weights, fixture))))
                .toList();
    }

    /** Those that this build runs. */
    static List<Compared> sample() {
        return Sample.of("ReferenceFixturesIT, cases", cases(), Compared::title, one -> one.fixture()
                .aspect());
    }

    /** Those that this build runs. */
    static List<StrategyCase> sampleOfSchedules() {
        return StrategyCase.sample("ReferenceFixturesIT, schedules", schedules());
    }

    private static List<StrategyCase> schedules() {
        return FixtureFamily.toRun().stream()
                .filter(family -> !family.makesVectors() && !family.isImageText() && family.isSupported())
                .flatMap(family -> StrategyCase.of(family).stream())
                .toList();
    }

    @TestFactory
    Stream<DynamicContainer> everyCaseEqualsTheReference() {
        List<Compared> cases = sample();
        List<StrategyCase> schedules = sampleOfSchedules();
        Stream<FixtureFamily> families =
                FixtureFamily.toRun().stream().filter(family -> !family.makesVectors() && !family.isImageText());
        return families.flatMap(family -> Stream.of(WeightFormat.MAPPED, WeightFormat.COPIED)
                .map(weights -> dynamicContainer(title(family, weights), tests(family, weights, cases, schedules))));
    }

    private static String title(FixtureFamily family, WeightFormat weights) {
        return family.directory() + " (float32, " + weights.name().toLowerCase(Locale.ROOT) + ")";
    }

    private static Stream<DynamicNode> tests(
            FixtureFamily family, WeightFormat weights, List<Compared> cases, List<StrategyCase> schedules) {
        if (!family.isSupported()) {
            return Stream.of(dynamicTest(
                    family.name() + " is not there: no family of this release takes it",
                    () -> Assumptions.abort(family.name() + " is not there")));
        }
        return Stream.concat(
                cases.stream()
                        .filter(one -> one.title().equals(title(family, weights)))
                        .map(one -> dynamicTest(one.fixture().toString(), () -> check(one.fixture(), weights))),
                schedules.stream()
                        .filter(schedule -> schedule.family().equals(family))
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
