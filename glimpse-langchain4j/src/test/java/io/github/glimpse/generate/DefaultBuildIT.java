package io.github.glimpse.generate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.glimpse.engine.WeightFormat;
import io.github.glimpse.hub.ModelConfig;
import io.github.glimpse.model.ModelFamilies;
import io.github.glimpse.model.ModelFamily;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.prune.PruningStrategies;
import io.github.glimpse.testing.Sample;
import java.util.List;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * Guard of the default build's {@link Sample}s: each fixture folder, family, strategy and weight format of the code has a case in
 * it.
 */
class DefaultBuildIT {

    private static Set<FixtureFamily> sampledFolders() {
        return ReferenceFixturesIT.sample().stream()
                .map(ReferenceFixturesIT.Compared::family)
                .collect(Collectors.toSet());
    }

    @Test
    void everyFixtureFolderHasACase() {
        Set<FixtureFamily> folders = FixtureFamily.toRun().stream()
                .filter(FixtureFamily::isSupported)
                .collect(Collectors.toSet());

        assertThat(sampledFolders()).isEqualTo(folders);
    }

    @Test
    void everyFamilyHasACase() {
        ModelFamilies families = ModelFamilies.discover(List.of());
        Set<FixtureFamily> folders = sampledFolders();
        Set<String> sampled = new TreeSet<>();
        FixtureFamily.toRun().stream()
                // these have a case of each folder: ReferenceFixturesIT by the test above, BlipFixturesIT by its own
                // sample
                .filter(folder -> folders.contains(folder) || folder.isImageText())
                .forEach(folder -> sampled.add(
                        families.of(null, ModelConfig.ofFile(folder.model().resolve("config.json")))
                                .name()));
        Set<String> all = ServiceLoader.load(ModelFamily.class).stream()
                .map(found -> found.get().name())
                .collect(Collectors.toCollection(TreeSet::new));

        assertThat(sampled).isEqualTo(all);
    }

    @Test
    void everyStrategyHasACase() {
        Set<String> sampled = new TreeSet<>();
        EveryStrategyIT.sample().forEach(pair -> sampled.add(pair.accepted()));
        ReferenceFixturesIT.sampleOfSchedules().forEach(schedule -> sampled.addAll(schedule.ofSteps("strategy")));
        // VectorFixturesIT tests that its sample has each of these
        for (JsonNode golden : FixtureFamily.json(TinyModels.fixture("vectors/cases.json"))) {
            golden.get("steps").forEach(step -> sampled.add(step.get("strategy").textValue()));
        }
        // each variant of BLIP's cases is a pruning by cross-attention
        if (FixtureFamily.toRun().stream().anyMatch(FixtureFamily::isImageText)) {
            sampled.add("cross-attention");
        }
        Set<String> all = new TreeSet<>(PruningStrategies.discover(List.of()).names());
        all.remove(PruningOptions.NONE);

        assertThat(sampled).containsAll(all);
    }

    @Test
    void everyWeightFormatOfThisProcessorHasACase() {
        List<HalfPrecisionReportIT.Report> all = HalfPrecisionReportIT.reports();
        Set<String> forms = all.stream().map(HalfPrecisionReportIT.Report::form).collect(Collectors.toSet());

        assertThat(Sample.covering(all, HalfPrecisionReportIT.Report::family, HalfPrecisionReportIT.Report::form))
                .extracting(HalfPrecisionReportIT.Report::form)
                .containsAll(forms);
        assertThat(ReferenceFixturesIT.sample())
                .extracting(ReferenceFixturesIT.Compared::weights)
                .contains(WeightFormat.MAPPED, WeightFormat.COPIED);
    }
}
