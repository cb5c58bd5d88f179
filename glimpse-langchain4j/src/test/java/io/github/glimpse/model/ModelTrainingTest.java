package io.github.glimpse.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.glimpse.ModelFilesException;
import io.github.glimpse.hub.ModelConfig;
import org.junit.jupiter.api.Test;

/** Training limits of {@code config.json}. */
class ModelTrainingTest {

    private static ModelTraining of(String json) {
        return ModelTraining.of(ModelConfig.ofJson("config.json", json));
    }

    @Test
    void aFolderWithoutTheKeyHasNoLimits() {
        assertThat(of("{}")).isEqualTo(ModelTraining.ANY);
        assertThat(of("{\"glimpse_training\": {}}")).isEqualTo(ModelTraining.ANY);
        assertThat(ModelTraining.ANY.calls("anything")).isTrue();
    }

    @Test
    void onlyListedToolsAreCalled() {
        ModelTraining training = of("{\"glimpse_training\": {\"tools\": [\"zoom\"], \"json\": \"text-records\"}}");

        assertThat(training.calls("zoom")).isTrue();
        assertThat(training.calls("add")).isFalse();
        assertThat(training.textRecords()).isTrue();
        assertThat(of("{\"glimpse_training\": {\"tools\": []}}").calls("zoom")).isFalse();
    }

    @Test
    void anUnknownKindOfJsonIsRefusedByName() {
        assertThatThrownBy(() -> of("{\"glimpse_training\": {\"json\": \"xml\"}}"))
                .isInstanceOf(ModelFilesException.class)
                .hasMessageContainingAll("glimpse_training.json", "config.json", "xml", "text-records");
    }
}
