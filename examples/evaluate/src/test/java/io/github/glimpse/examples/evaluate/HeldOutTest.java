package io.github.glimpse.examples.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.eval.EvaluationItem;
import io.github.glimpse.eval.EvaluationSet;
import io.github.glimpse.examples.tiny.drawing.FacePool;
import io.github.glimpse.examples.tiny.drawing.Split;
import org.junit.jupiter.api.Test;

class HeldOutTest {

    @Test
    void drawsTheSameQuestionsEachTime() {
        EvaluationSet set = HeldOut.questions(40, Split.TEST, FacePool.SEEN);
        assertThat(set.items()).hasSize(40);
        EvaluationSet again = HeldOut.questions(40, Split.TEST, FacePool.SEEN);
        for (int i = 0; i < 40; i++) {
            EvaluationItem item = set.items().get(i);
            assertThat(again.items().get(i).id()).isEqualTo(item.id());
            assertThat(again.items().get(i).question()).isEqualTo(item.question());
            assertThat(again.items().get(i).answers()).isEqualTo(item.answers());
            assertThat(again.items().get(i).boxes()).isEqualTo(item.boxes());
        }
        assertThat(again.items().get(0).picture().bytes())
                .isEqualTo(set.items().get(0).picture().bytes());
        assertThat(set.items())
                .extracting(EvaluationItem::kind)
                .contains("doc", "sign")
                .doesNotContain("count");
    }

    @Test
    void drawsOtherPicturesToChooseBy() {
        EvaluationSet test = HeldOut.questions(10, Split.TEST, FacePool.SEEN);
        EvaluationSet validation = HeldOut.questions(10, Split.VALIDATION, FacePool.SEEN);
        assertThat(validation.items().get(0).picture().bytes())
                .isNotEqualTo(test.items().get(0).picture().bytes());
        assertThat(validation.name()).isEqualTo("drawings to choose by, seen faces");
    }
}
