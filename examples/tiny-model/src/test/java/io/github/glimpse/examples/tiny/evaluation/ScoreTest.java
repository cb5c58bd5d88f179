package io.github.glimpse.examples.tiny.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.examples.tiny.drawing.QuestionKind;
import org.junit.jupiter.api.Test;

class ScoreTest {

    @Test
    void countsSharesInPercent() {
        Score score = new Score();
        score.add(new Outcome(QuestionKind.DOC, true, true, false, true, 0.10, 1.0));
        score.add(new Outcome(QuestionKind.DOC, true, false, false, false, 0.20, 0.5));
        score.add(new Outcome(QuestionKind.DOC, false, false, true, true, 0.15, Double.NaN));
        assertThat(score.line("doc", "seen"))
                .isEqualTo(
                        "kind=doc n=3 full=66.7 glimpse=33.3 random=33.3 grid=66.7 kept=15.0 recall=75.0 faces=seen");
    }

    @Test
    void hasNoRecallWhereThereIsNoEvidence() {
        Score score = new Score();
        score.add(new Outcome(QuestionKind.UNANSWERABLE, true, true, true, true, 0.05, Double.NaN));
        assertThat(score.line("unanswerable", "unseen"))
                .isEqualTo("kind=unanswerable n=1 full=100.0 glimpse=100.0 random=100.0 grid=100.0 kept=5.0 recall=-"
                        + " faces=unseen");
    }
}
