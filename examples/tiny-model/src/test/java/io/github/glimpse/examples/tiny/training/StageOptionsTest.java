package io.github.glimpse.examples.tiny.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.glimpse.train.ParameterGroup;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class StageOptionsTest {

    @Test
    void blocksThatWereAddedLearnFasterIfThatIsAsked() {
        assertThat(factors("--added=8")).containsExactly(1.0, 8.0, 1.0, 1.0, 8.0, 1.0);
        assertThat(factors("--rate=4e-4")).containsExactly(1.0, 1.0, 1.0, 1.0, 1.0, 1.0);
    }

    @Test
    void anEyeThatIsKeptDoesNotLearnWhateverWasAdded() {
        assertThat(factors("--keep-eye")).containsOnly(0.0);
        assertThat(parse("--keep-eye").eye().rateFactor()).isZero();
        assertThat(parse("--rate=4e-4").eye().rateFactor()).isEqualTo(1.0);
    }

    @Test
    void anUnknownOptionIsRefusedWithThoseThereAre() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> parse("--speed=8"))
                .withMessageContaining("--speed")
                .withMessageContaining("--added");
    }

    @Test
    void sharesLieBetweenNothingAndAll() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> parse("--share=1.5"))
                .withMessage("--share is 1.5; give a number from 0 to 1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> parse("--pages=NaN"))
                .withMessageContaining("--pages");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> parse("--drawings=1,2,3"))
                .withMessage(
                        "--drawings is [1, 2, 3]; give four counts, of documents, signs, charts and scenes, such as 6,7,4,3");
    }

    private static List<Double> factors(String option) {
        return IntStream.range(0, TinyShape.VISION_DEPTH)
                .mapToObj(parse(option).blocks())
                .map(ParameterGroup::rateFactor)
                .toList();
    }

    private static StageOptions parse(String option) {
        return StageOptions.parse(Path.of("run"), List.of(option), 10, 1e-3);
    }
}
