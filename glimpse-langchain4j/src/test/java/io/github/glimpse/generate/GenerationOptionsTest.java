package io.github.glimpse.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.glimpse.testing.EveryValue;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class GenerationOptionsTest {

    private static final GenerationOptions ALL = EveryValue.GENERATION;

    @Test
    void aCopyHasEveryValue() {
        assertThat(ALL.toBuilder().build()).isEqualTo(ALL);
        assertThat(ALL.toBuilder().beams(4).build().orElse(ALL))
                .isEqualTo(ALL.toBuilder().beams(4).build());
    }

    @Test
    void everyUnsetValueFallsThrough() {
        assertThat(GenerationOptions.defaults().orElse(ALL)).isEqualTo(ALL);
        assertThat(ALL.orElse(GenerationOptions.defaults())).isEqualTo(ALL);
    }

    @Test
    void everyValueIsShownButStopSequences() {
        assertThat(Arrays.stream(GenerationOptions.class.getRecordComponents())
                        .map(RecordComponent::getName)
                        .map(name -> name.equals("stop") ? "stopSequences=1" : name + "=")
                        .toList())
                .allMatch(ALL.toString()::contains);
        assertThat(GenerationOptions.defaults()).hasToString("GenerationOptions[]");
    }

    @Test
    void aRequestRefusesWhatIsOutOfRangeAndNotYetChecked() {
        GenerationOptions brought = GenerationOptions.builder().minP(2.0).unchecked();

        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        new GenerationRequest(List.of(), io.github.glimpse.prune.PruningOptions.defaults(), brought))
                .withMessageContaining("min-p is 2.0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> EngineOptions.builder(java.nio.file.Path.of("model"))
                        .generation(brought)
                        .build())
                .withMessageContaining("min-p is 2.0");
    }
}
