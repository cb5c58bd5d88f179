package io.github.glimpse.examples.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.glimpse.prune.PruningStep;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A schedule is what its text says. */
class ScheduleRowTest {

    @Test
    void readsStepsWithRatiosAndPlaces() {
        ScheduleRow row = ScheduleRow.parse("div-prune=0.333@vision + fastv=0.25@50 %+fastv @ layer 30");

        assertThat(row.name()).isEqualTo("div-prune=0.333@vision + fastv=0.25@50 %+fastv @ layer 30");
        assertThat(row.pruning().schedule())
                .containsExactly(
                        PruningStep.builder("div-prune")
                                .at("vision")
                                .retentionRatio(0.333)
                                .build(),
                        PruningStep.builder("fastv")
                                .at("50 %")
                                .retentionRatio(0.25)
                                .build(),
                        PruningStep.builder("fastv").at("layer 30").build());
    }

    @Test
    void glimpseTakesItsRatioAsACapWithoutAThreshold() {
        assertThat(ScheduleRow.parse("glimpse=0.111").pruning().schedule())
                .containsExactly(PruningStep.builder("glimpse")
                        .threshold(0.0)
                        .maxRetentionRatio(0.111)
                        .build());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "fastv +", "fastv=@vision", "fastv=-1", "fastv=0.5@", "FastV", "fastv 0.5"})
    void refusesWhatIsNone(String text) {
        assertThatThrownBy(() -> ScheduleRow.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("strategy=ratio@place");
    }

    @Test
    void refusesARatioAboveAll() {
        assertThatThrownBy(() -> ScheduleRow.parse("fastv=1.5")).hasMessageContaining("retention-ratio");
    }

    @Test
    void eachFamilyHasAtLeastSixOfItsOwnPlaces() {
        List<String> qwen = names("qwen2_5_vl");
        List<String> llava = names("llava");

        assertThat(qwen)
                .hasSizeGreaterThanOrEqualTo(6)
                .contains("none", "down-sample=0.333@pixels", "foveate=0.111@pixels");
        assertThat(llava).hasSizeGreaterThanOrEqualTo(6).contains("none", "cls-attention=0.111@vision");
    }

    private static List<String> names(String family) {
        return ScheduleRow.usual(family).stream().map(ScheduleRow::name).toList();
    }
}
