package io.github.glimpse.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.generate.EngineOptions;
import io.github.glimpse.prune.PruningProfile;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/** What containers and deployment files pass on: nothing for what is unset, and names in capitals. */
class LooseSpellingTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "glimpse.cache.prefix.scope",
                "glimpse.cache.vision-features.enabled",
                "glimpse.device",
                "glimpse.dtype",
                "glimpse.embedding-model.enabled",
                "glimpse.generation.temperature",
                "glimpse.limits.timeout",
                "glimpse.load",
                "glimpse.logging.requests",
                "glimpse.model.verify-checksums",
                "glimpse.native.download",
                "glimpse.observability.meters",
                "glimpse.pruning.schedule",
                "glimpse.scoring-model.enabled",
                "glimpse.threads",
                "glimpse.warm-up"
            })
    void aBlankValueIsTheDefault(String key) {
        assertThat(options(Map.of(key, ""), Map.of()))
                .usingRecursiveComparison()
                .isEqualTo(options(Map.of(), Map.of()));
        assertThat(bound(Map.of(key, ""), Map.of()))
                .usingRecursiveComparison()
                .ignoringFields("device")
                .isEqualTo(bound(Map.of(), Map.of()));
    }

    @Test
    void variablesOfTheEnvironmentReachTheStopDistanceOfAProfile() {
        EngineOptions options = options(Map.of(), Map.of("GLIMPSE_PRUNING_OPTIONS_STOPDISTANCE", "0.5"));

        assertThat(options.pruning().options()).containsExactly(Map.entry(PruningProfile.STOP_DISTANCE, "0.5"));
    }

    @Test
    void aVariableOfTheEnvironmentWinsOverAnOptionInAFile() {
        EngineOptions options = options(
                Map.of(
                        "glimpse.pruning.options.stop-distance", "0.4",
                        "glimpse.pruning.schedule[0].strategy", "fastv",
                        "glimpse.pruning.schedule[0].options.min-ratio", "0.1"),
                Map.of(
                        "GLIMPSE_PRUNING_OPTIONS_STOPDISTANCE", "0.5",
                        "GLIMPSE_PRUNING_OPTIONS_SEED", ""));

        assertThat(options.pruning().options()).containsEntry(PruningProfile.STOP_DISTANCE, "0.5");
    }

    private static GlimpseProperties bound(Map<String, Object> properties, Map<String, Object> variables) {
        StandardEnvironment environment = new StandardEnvironment();
        environment
                .getPropertySources()
                .replace(
                        StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME,
                        new SystemEnvironmentPropertySource(
                                StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME, variables));
        Map<String, Object> all = new LinkedHashMap<>(properties);
        all.put("glimpse.model.location", TinyModel.QWEN.resolve("model").toString());
        environment.getPropertySources().addLast(new MapPropertySource("test", all));
        ConfigurationPropertySources.attach(environment);
        return Binder.get(environment).bindOrCreate("glimpse", GlimpseProperties.class);
    }

    private static EngineOptions options(Map<String, Object> properties, Map<String, Object> variables) {
        GlimpseProperties bound = bound(properties, variables);
        try (ModelSources sources = ModelSources.open(bound.model(), LooseSpellingTest.class.getClassLoader())) {
            return new PropertiesMapper(bound).engine(sources).build();
        }
    }
}
