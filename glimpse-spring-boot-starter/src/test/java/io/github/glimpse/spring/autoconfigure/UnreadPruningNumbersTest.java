package io.github.glimpse.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.generate.LoadedModel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
class UnreadPruningNumbersTest {

    private static final String NO_EFFECT = ": no effect by default, ";

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(GlimpseAutoConfiguration.class))
            .withPropertyValues("glimpse.warm-up=false");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "glimpse.pruning.retention-ratio=0.1 | retention-ratio 0.1: no effect by default, glimpse settles by itself",
                "glimpse.pruning.strategy=grid,glimpse.pruning.retention-ratio=0.5,glimpse.pruning.threshold=0.9"
                        + " | threshold 0.9: no effect by default, grid keeps the share",
                "glimpse.model.pruning-module=,glimpse.pruning.max-retention-ratio=0.2"
                        + " | max-retention-ratio 0.2: no effect by default, nothing is pruned; the model has no pruning module"
            })
    void warnsOfANumberThatNoCutLooksAt(String properties, String warning, CapturedOutput output) {
        runner.withPropertyValues(properties.split(",")).run(context -> {
            assertThat(context).hasSingleBean(LoadedModel.class);
            assertThat(output).containsOnlyOnce(NO_EFFECT).contains("Pruning of glimpse-tiny: " + warning);
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "glimpse.pruning.max-retention-ratio=0.2,glimpse.pruning.threshold=0.9,glimpse.pruning.min-tokens=2",
                "glimpse.pruning.strategy=grid,glimpse.pruning.retention-ratio=0.5,glimpse.pruning.min-tokens=2",
                "glimpse.pruning.strategy=grid,glimpse.pruning.retention-ratio=0.5,glimpse.pruning.max-retention-ratio=0.2",
                "glimpse.pruning.strategy=foveate,glimpse.pruning.retention-ratio=0.5",
                "glimpse.pruning.strategy=none,glimpse.pruning.retention-ratio=0.5",
                "glimpse.pruning.enabled=false,glimpse.pruning.threshold=0.5",
                "glimpse.pruning.profile=off,glimpse.pruning.threshold=0.5",
                "glimpse.pruning.schedule[0].strategy=grid,glimpse.pruning.schedule[1].strategy=glimpse,"
                        + "glimpse.pruning.retention-ratio=0.5,glimpse.pruning.threshold=0.9"
            })
    void saysNothingOfNumbersThatCountOrAreMeantForRequests(String properties, CapturedOutput output) {
        runner.withPropertyValues(properties.split(",")).run(context -> {
            assertThat(context).hasSingleBean(LoadedModel.class);
            assertThat(output).doesNotContain(NO_EFFECT);
        });
    }

    @Test
    void saysNothingWhereNothingIsSet(CapturedOutput output) {
        runner.run(context -> assertThat(output).doesNotContain(NO_EFFECT));
    }
}
