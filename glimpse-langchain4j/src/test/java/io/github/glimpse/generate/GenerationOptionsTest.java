package io.github.glimpse.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.glimpse.sampling.GenerationOptions;
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

    @Test
    void aRangeIsToldInTheNumbersOfItsOption() {
        assertRange(
                "lookup is -1, it must be at least 0 and at most 15",
                GenerationOptions.builder().lookup(-1));
        assertRange(
                "top-k is -2, it must be at least 0",
                GenerationOptions.builder().topK(-2));
        assertRange(
                "top-p is 0.0, it must be above 0 and at most 1",
                GenerationOptions.builder().topP(0.0));
        assertRange(
                "repetition-penalty is NaN, it must be at least 0.01 and at most 100",
                GenerationOptions.builder().repetitionPenalty(Double.NaN));
    }

    private static void assertRange(String message, GenerationOptions.Builder options) {
        assertThatIllegalArgumentException().isThrownBy(options::build).withMessage(message);
    }
}
