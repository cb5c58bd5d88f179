package io.github.glimpse.examples.tiny.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ScoreTest {

    @Test
    void countsSharesInPercent() {
        Score score = new Score();
        score.add(true, true, false, 0.10, 1.0);
        score.add(true, false, false, 0.20, 0.5);
        score.add(false, false, true, 0.15, Double.NaN);
        assertThat(score.line("doc"))
                .isEqualTo("kind=doc n=3 full=66.7 glimpse=33.3 random=33.3 kept=15.0 recall=75.0");
    }

    @Test
    void hasNoRecallWhereThereIsNoEvidence() {
        Score score = new Score();
        score.add(true, true, true, 0.05, Double.NaN);
        assertThat(score.line("unanswerable"))
                .isEqualTo("kind=unanswerable n=1 full=100.0 glimpse=100.0 random=100.0 kept=5.0 recall=-");
    }
}
