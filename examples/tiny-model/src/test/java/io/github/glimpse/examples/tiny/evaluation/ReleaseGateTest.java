package io.github.glimpse.examples.tiny.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.glimpse.hub.ModelSource;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReleaseGateTest {

    private static final String CARD = """
            | question | n | all tokens | glimpse | random | grid | kept | box recall | unseen faces: all tokens | glimpse |
            |---|---|---|---|---|---|---|---|---|---|
            | read | 1000 | 96.0 | 95.0 | 10.0 | 9.0 | 9.4 | 97.0 | 91.0 | 90.0 |
            | choose | 1000 | 100.0 | 99.0 | 10.0 | 9.0 | 9.4 | 97.0 | - | - |

            | line | what was asked | questions | right | pruned | by chance | before | refused | sure and wrong | kept | recall |
            |---|---|---|---|---|---|---|---|---|---|---|
            | cap-13 | capitals of 13 pixels | 2,000 | 47.4 | 47.7 | 1.0 | 3.0 | 18.2 | 11.3 | 6.8 | 80.2 |
            | 600x800 | a receipt of 600 x 800 pixels | 2,000 | 83.9 | 81.2 | 0.4 | 0.0 | 2.9 | 2.2 | 5.9 | 86.5 |
            """;

    @Test
    void whatChanceExplainsHasNotFallen() {
        assertThat(ReleaseGate.fallen(
                        CARD,
                        List.of(
                                "line=cap-13 n=150 full=36.0 glimpse=47.7 random=1.0 refused=1.0 sure-and-wrong=1.0 kept=1.0 recall=-",
                                "line=600x800 n=2000 full=81.0 glimpse=80.0 random=1.0 refused=1.0",
                                "kind=read n=1000 full=94.0 glimpse=93.0 random=1.0 grid=1 kept=1 recall=1 faces=seen",
                                "kind=read n=1000 full=88.0 glimpse=88.0 random=1.0 grid=1 kept=1 recall=1 faces=unseen",
                                "doubt signal=likelihood n=12 auroc=0.9")))
                .isEmpty();
    }

    @Test
    void whatChanceDoesNotExplainHasFallen() {
        assertThat(
                        ReleaseGate.fallen(
                                CARD,
                                List.of(
                                        "line=600x800 n=2000 full=79.9 glimpse=81.0 random=1.0 refused=1.0",
                                        "kind=choose n=1000 full=97.9 glimpse=99.0 random=1.0 grid=1 kept=1 recall=1 faces=seen",
                                        "kind=read n=1000 full=91.0 glimpse=80.0 random=1.0 grid=1 kept=1 recall=1 faces=unseen")))
                .satisfiesExactly(
                        line -> assertThat(line)
                                .startsWith("600x800: 79.9 of 2000 questions, the card says 83.9 of 2000"),
                        line -> assertThat(line).startsWith("choose: 97.9"),
                        line -> assertThat(line).startsWith("read unseen, pruned: 80.0"));
    }

    @Test
    void aReportOfSomethingElseIsRefused() {
        assertThatThrownBy(() -> ReleaseGate.fallen(CARD, List.of("line=other n=1 full=1.0 glimpse=1.0 random=1.0")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("None of the report's lines");
    }

    @Test
    void everyLineOfTheShippedCardIsHeld() throws IOException {
        String card;
        try (ModelSource model = ModelSource.embedded()) {
            card = Files.readString(model.directory().resolve("README.md"));
        }

        assertThat(ReleaseGate.fallen(
                        card,
                        List.of(
                                "line=faces n=2000 full=1.0 glimpse=1.0 random=1.0",
                                "line=600x800 n=2000 full=1.0 glimpse=1.0 random=1.0",
                                "line=too-small n=2000 full=0.0 glimpse=0.0 random=1.0",
                                "kind=all n=2000 full=1.0 glimpse=1.0 random=1.0 faces=unseen")))
                .hasSize(8);
    }
}
