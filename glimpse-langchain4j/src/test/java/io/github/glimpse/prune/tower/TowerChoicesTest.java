package io.github.glimpse.prune.tower;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.glimpse.image.ImageGrid;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TowerChoicesTest {

    private static final ImageGrid GRID = new ImageGrid(6, 6, 14, 1);
    private static final int[] ALL = IntStream.range(0, 36).toArray();

    @Test
    void anchorsThatDoNotFitTheBudgetAreAnErrorWithTheNumbers() {
        float[] scores = falling();
        scores[14] = 100;

        assertThatThrownBy(() -> AnchorsAndNeighbours.choose(scores, scores, GRID, ALL, 3, 1, "hi-prune"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("3 tokens")
                .hasMessageContaining("alpha is 1.0");
    }

    @Test
    void halfAnAnchorIsRoundedToTheEvenNumber() {
        float[] scores = falling();

        // 25 * 0.1 / 5 = 0.5 and 15 * 0.5 / 5 = 1.5
        assertThat(AnchorsAndNeighbours.choose(scores, scores, GRID, ALL, 25, 0.1, "hi-prune")
                        .anchors())
                .isEmpty();
        assertThat(AnchorsAndNeighbours.choose(scores, scores, GRID, ALL, 15, 0.5, "hi-prune")
                        .anchors())
                .hasSize(2);
    }

    @Test
    void neighboursGoOnInTheRowAboveAndMissingOnesAreSkipped() {
        float[] scores = new float[36];
        scores[12] = 1;
        assertThat(AnchorsAndNeighbours.choose(scores, scores, GRID, ALL, 5, 1, "hi-prune")
                        .kept())
                .containsExactly(6, 11, 12, 13, 18);

        int[] holes = Arrays.stream(ALL).filter(token -> token != 11).toArray();
        float[] alive = new float[35];
        alive[11] = 1;
        assertThat(AnchorsAndNeighbours.choose(alive, alive, GRID, holes, 5, 1, "hi-prune")
                        .withNeighbours())
                .containsExactly(6, 11, 12, 17);
    }

    @Test
    void anOddCountGivesTheLaterBlockOneMore() {
        float[] scores = falling();
        LocalThenGlobal choice = LocalThenGlobal.choose(scores, scores, GRID, ALL, 7, "vscan");

        assertThat(choice.local()).hasSize(3);
        assertThat(choice.kept()).hasSize(7);
    }

    @Test
    void aNarrowPictureHasOneWindowAcross() {
        ImageGrid narrow = new ImageGrid(12, 2, 14, 1);
        int[] tokens = IntStream.range(0, 24).toArray();
        float[] scores = new float[24];
        Arrays.setAll(tokens, i -> i);
        for (int i = 0; i < 24; i++) {
            scores[i] = 24 - i;
        }
        LocalThenGlobal choice = LocalThenGlobal.choose(scores, scores, narrow, tokens, 6, "vscan");

        // Three windows of four rows, one token each.
        assertThat(choice.local()).containsExactly(0, 8, 16);
    }

    @Test
    void aBudgetIsSplitAndNeverWithoutADominantToken() {
        assertThat(DominantAndContextual.contextual(DominantAndContextual.SHARE, 140))
                .isEqualTo(10);
        assertThat(DominantAndContextual.contextual(DominantAndContextual.SHARE, 5))
                .isEqualTo(1);
        assertThat(DominantAndContextual.contextual(DominantAndContextual.SHARE, 1))
                .isZero();
        assertThat(DominantAndContextual.contextual(1, 9)).isEqualTo(8);
    }

    @Test
    void lessRestThanTargetsMakesEveryOneOfItATarget() {
        float[] keys = new float[36];
        Arrays.fill(keys, 1);
        DominantAndContextual choice = DominantAndContextual.choose(falling(), keys, 34, 5, "vision-zip");

        assertThat(choice.kept()).hasSize(36);
        assertThat(choice.members()).allSatisfy(members -> assertThat(members).isEmpty());
    }

    private static float[] falling() {
        float[] scores = new float[36];
        for (int i = 0; i < scores.length; i++) {
            scores[i] = scores.length - i;
        }
        return scores;
    }
}
