package io.github.glimpse.examples.tiny.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.glimpse.examples.tiny.drawing.FacePool;
import io.github.glimpse.examples.tiny.drawing.QuestionKind;
import io.github.glimpse.examples.tiny.drawing.Split;
import org.junit.jupiter.api.Test;

class EvaluationOptionsTest {

    @Test
    void asksTheEmbeddedModelTwoThousandQuestionsInEachPoolOfFaces() {
        EvaluationOptions options = EvaluationOptions.parse();
        assertThat(options.model()).isNull();
        assertThat(options.module()).isNull();
        assertThat(options.questions()).isEqualTo(2_000);
        assertThat(options.faces()).containsExactly(FacePool.SEEN, FacePool.UNSEEN);
        assertThat(options.split()).isEqualTo(Split.TEST);
        assertThat(options.threshold()).isNull();
    }

    @Test
    void asksOnlyTheKindsThatAreNamed() {
        assertThat(EvaluationOptions.parse().kinds()).isEmpty();
        assertThat(EvaluationOptions.parse("--kinds=highest,lowest").kinds())
                .containsExactlyInAnyOrder(QuestionKind.HIGHEST, QuestionKind.LOWEST);
        assertThatThrownBy(() -> EvaluationOptions.parse("--kinds=tallest"))
                .hasMessageContainingAll("tallest", "HIGHEST");
    }

    @Test
    void choosesTheThresholdOnTheValidationSplit() {
        EvaluationOptions options = EvaluationOptions.parse("model", "module", "--choose-threshold", "--questions=9");
        assertThat(options.model()).isEqualTo("model");
        assertThat(options.module()).isEqualTo("module");
        assertThat(options.split()).isEqualTo(Split.VALIDATION);
        assertThat(options.faces()).containsExactly(FacePool.SEEN);
    }

    @Test
    void refusesToChooseTheThresholdOnTheTestSplit() {
        assertThatThrownBy(() -> EvaluationOptions.parse("--split=test", "--choose-threshold"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("validation");
    }

    @Test
    void namesWhatItDoesNotKnow() {
        assertThatThrownBy(() -> EvaluationOptions.parse("--face=seen")).hasMessageContaining("--faces=");
        assertThatThrownBy(() -> EvaluationOptions.parse("model")).hasMessageContaining("glimpse module");
    }
}
