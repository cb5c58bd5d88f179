package io.github.glimpse.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class GlimpseScoresTest {

    // Probabilities 0.88, 0.73, 0.5, 0.12; the first and the third are wanted.
    private static final float[] LOGITS = {2, 1, 0, -2};
    private static final float[] MASK = {1, 0, 1, 0};

    @Test
    void figuresFollowTheKeptTokens() {
        GlimpseScores.AtThreshold half = GlimpseScores.of(LOGITS, MASK, 0.6);
        assertThat(half.recall()).isEqualTo(0.5);
        assertThat(half.precision()).isEqualTo(0.5);
        assertThat(half.keptRatio()).isEqualTo(0.5);
        assertThat(half.intersectionOverUnion()).isCloseTo(1 / 3.0, within(1e-12));
    }

    @Test
    void aTokenAtTheThresholdIsNotKept() {
        assertThat(GlimpseScores.of(LOGITS, MASK, 0.5).recall()).isEqualTo(0.5);
    }

    @Test
    void whereNothingPassesTheBestTokenIsKept() {
        GlimpseScores.AtThreshold high = GlimpseScores.of(LOGITS, MASK, 0.99);
        assertThat(high.keptRatio()).isEqualTo(0.25);
        assertThat(high.recall()).isEqualTo(0.5);
    }

    @Test
    void theThresholdForARecallIsTheHighestThatReachesIt() {
        GlimpseScores scores = new GlimpseScores();
        scores.add(LOGITS, MASK, 1);
        scores.add(LOGITS, MASK, 3);
        assertThat(scores.forRecall(1).threshold()).isEqualTo(0.495);
        assertThat(scores.forRecall(0.5).threshold()).isEqualTo(0.995);
        assertThat(scores.loss()).isEqualTo(2);
    }

    @Test
    void theThresholdForOverlapIsTheBest() {
        GlimpseScores scores = new GlimpseScores();
        scores.add(LOGITS, new float[] {1, 1, 0, 0}, 0);
        assertThat(scores.forOverlap().intersectionOverUnion()).isEqualTo(1);
    }
}
