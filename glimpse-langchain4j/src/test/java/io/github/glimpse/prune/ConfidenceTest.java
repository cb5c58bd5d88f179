package io.github.glimpse.prune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class ConfidenceTest {

    @Test
    void aSingleTokenIsConcentrated() {
        Confidence confidence = Confidence.ofShares(new float[] {0.3f}, new int[] {0});

        assertThat(confidence.concentration()).isEqualTo(1.0);
        assertThat(confidence.confidence()).isEqualTo(1.0);
    }

    @Test
    void flatAttentionKnowsNothing() {
        Confidence confidence = Confidence.ofShares(new float[] {0.25f, 0.25f, 0.25f, 0.25f}, new int[] {0, 1, 2});

        assertThat(confidence.mass()).isEqualTo(0.75);
        assertThat(confidence.confidence()).isCloseTo(0, within(1e-7));
    }

    @Test
    void attentionOnOneTokenIsSureOfIt() {
        Confidence confidence = Confidence.ofShares(new float[] {0, 0.5f, 0}, new int[] {1});

        assertThat(confidence.confidence()).isEqualTo(1.0);
        assertThat(confidence.coverage()).isNull();
    }

    @Test
    void noAttentionAtAllIsNoNumberNeither() {
        Confidence confidence = Confidence.ofShares(new float[] {0, 0}, new int[] {0});

        assertThat(confidence.confidence()).isNotNaN();
        assertThat(confidence.mass()).isEqualTo(0.5);
    }

    @Test
    void whereNoTokenHasAnyProbabilityTheCoverageIsTheShareThatWasKept() {
        float[] nothing = {-800, -800, -800, Float.NEGATIVE_INFINITY};

        assertThat(Confidence.ofLogits(nothing, new int[] {0}, 0.5).confidence())
                .as("as of four tokens with little")
                .isCloseTo(
                        Confidence.ofLogits(new float[] {-80, -80, -80, -80}, new int[] {0}, 0.5)
                                .confidence(),
                        within(1e-9))
                .isEqualTo(0.25);
    }

    @Test
    void aCapThatBitesShowsInTheCoverage() {
        float[] logits = {4, 4, 4, 4};

        assertThat(Confidence.ofLogits(logits, new int[] {0}, 0.5).coverage()).isCloseTo(0.25, within(1e-9));
        assertThat(Confidence.ofLogits(logits, new int[] {0, 1, 2, 3}, 0.5).confidence())
                .isEqualTo(1.0);
    }

    @Test
    void logitsBeyondFloatsStayNumbers() {
        Confidence confidence = Confidence.ofLogits(new float[] {-1000, 1000}, new int[] {1}, 0.5);

        assertThat(confidence.entropy()).isZero();
        assertThat(confidence.margin()).isEqualTo(1.0);
        assertThat(confidence.concentration()).isNull();
    }
}
