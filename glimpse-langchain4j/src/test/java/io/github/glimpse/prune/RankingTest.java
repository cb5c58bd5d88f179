package io.github.glimpse.prune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.glimpse.NonFiniteNumbersException;
import org.junit.jupiter.api.Test;

class RankingTest {

    @Test
    void theLargerScoreComesFirstAndEqualOnesByIndex() {
        float[] scores = {0.5f, -1f, 0.5f, 3f, -2f, 3f};

        assertThat(Ranking.order(scores, "test")).containsExactly(3, 5, 0, 2, 1, 4);
        assertThat(Ranking.best(scores, 3, "test")).containsExactly(3, 5, 0);
    }

    @Test
    void bothZerosAreEqual() {
        assertThat(Ranking.order(new float[] {-0f, 0f, -0f}, "test")).containsExactly(0, 1, 2);
    }

    @Test
    void infiniteScoresRankAtTheEnds() {
        float[] scores = {Float.NEGATIVE_INFINITY, 0, Float.POSITIVE_INFINITY};

        assertThat(Ranking.order(scores, "test")).containsExactly(2, 1, 0);
    }

    @Test
    void moreThanThereAreGivesAllAndLessThanOneNone() {
        assertThat(Ranking.best(new float[] {1, 2}, 7, "test")).containsExactly(1, 0);
        assertThat(Ranking.best(new float[] {1, 2}, 0, "test")).isEmpty();
    }

    @Test
    void whatIsNoNumberIsRefusedWithTheStrategysName() {
        assertThatThrownBy(() -> Ranking.best(new float[] {1, Float.NaN}, 1, "fastv"))
                .isInstanceOf(NonFiniteNumbersException.class)
                .hasMessageContaining("'fastv'")
                .hasMessageContaining("token 1 of 2");
    }
}
