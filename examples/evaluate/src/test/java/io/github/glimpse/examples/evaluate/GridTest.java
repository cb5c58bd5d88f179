package io.github.glimpse.examples.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.eval.EvaluationRow;
import io.github.glimpse.prune.PruningStep;
import java.util.List;
import org.junit.jupiter.api.Test;

class GridTest {

    @Test
    void comparesEachStrategyAtTheCountOfGlimpse() {
        List<EvaluationRow> rows = new Grid(
                        List.of("auto", "fastv", "foveate", "glimpse", "none", "random"),
                        List.of("glimpse", "vscan"),
                        List.of(0.2))
                .rows();
        assertThat(rows)
                .extracting(EvaluationRow::label)
                .containsExactly("none", "glimpse", "foveate", "auto", "fastv", "random", "glimpse at 20 %");
        assertThat(rows)
                .extracting(EvaluationRow::sameCountAs)
                .containsExactly(null, null, null, null, "glimpse", "glimpse", null);
        assertThat(rows.get(4).options().at(0.3).retentionRatio()).isEqualTo(0.3);
        assertThat(rows.get(6).options().at(0.2).maxRetentionRatio()).isEqualTo(0.2);
        assertThat(rows.get(6).options().at(0.2).threshold()).isZero();
    }

    @Test
    void comparesAStrategyAtAPlaceThatIsNotItsOwn() {
        List<EvaluationRow> rows = new Grid(List.of("glimpse", "grid@tower-3"), List.of(), List.of()).rows();

        assertThat(rows).extracting(EvaluationRow::label).containsExactly("none", "glimpse", "grid@tower-3");
        PruningStep step = rows.get(2).options().at(0.3).schedule().get(0);
        assertThat(step.strategy()).isEqualTo("grid");
        assertThat(step.at()).isEqualTo("tower 3");
        assertThat(step.bounds().retentionRatio()).isEqualTo(0.3);
    }

    @Test
    void comparesAtSharesWithoutGlimpse() {
        assertThat(new Grid(List.of("auto", "none", "random"), List.of("glimpse"), List.of(0.111, 0.5)).rows())
                .extracting(EvaluationRow::label)
                .containsExactly("none", "auto", "random at 11.1 %", "random at 50 %");
    }
}
