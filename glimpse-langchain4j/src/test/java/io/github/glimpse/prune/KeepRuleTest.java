package io.github.glimpse.prune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.glimpse.NonFiniteNumbersException;
import io.github.glimpse.image.ImageGrid;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class KeepRuleTest {

    private static final List<ImageGrid> GRID = List.of(new ImageGrid(2, 3, 14, 1));

    @Test
    void keepsWhatIsStrictlyAboveTheThreshold() {
        assertThat(decide(rule(0.5, null, 0), -1, 0, 1, 0.001f, -0.001f, 5).kept())
                .containsExactly(2, 3, 5);
    }

    @Test
    void theCapTruncatesLikeTheReference() {
        float[] logits = new float[42];
        java.util.Arrays.fill(logits, 1);
        TokenSelection selection = new KeepRule(0.5, 0.111, 1, Set.of())
                .decide(logits, List.of(new ImageGrid(6, 7, 14, 1)), alive(42), "glimpse");
        assertThat(selection.kept())
                .as("(int) (0.111 * 42), ties by the lower index")
                .containsExactly(0, 1, 2, 3);
        assertThat(selection.passedThreshold()).isEqualTo(42);
    }

    @Test
    void theCapDoesNotTouchWhatIsBelowIt() {
        assertThat(decide(rule(0.5, 0.5, 0), 3, -1, 2, -1, 1, -1).kept()).containsExactly(0, 2, 4);
    }

    @Test
    void aCapBelowOneTokenKeepsNothingWithoutAFloor() {
        assertThat(decide(rule(0.5, 0.1, 0), 1, 1, 1, 1, 1, 1).kept()).isEmpty();
    }

    @Test
    void keepsAtLeastTheFloorWhenAllScoresAreLow() {
        TokenSelection selection = decide(rule(0.5, null, 2), -5, -1, -3, -1, -2, -9);
        assertThat(selection.kept()).containsExactly(1, 3);
        assertThat(selection.passedThreshold()).isZero();
    }

    @Test
    void aFloorAboveTheNumberOfTokensKeepsAll() {
        assertThat(decide(rule(0.5, null, 99), -1, -1, -1, -1, -1, -1).kept()).hasSize(6);
    }

    @Test
    void aFloorAboveTheNumberOfTokensIsNotWhatSettledItIfAllPassTheThreshold() {
        assertThat(decide(rule(0.5, null, 99), 1, 1, 1, 1, 1, 1).reason()).isEqualTo(RatioReason.THRESHOLD);
        assertThat(decide(rule(0.5, null, 99), 1, 1, 1, 1, 1, -1).reason()).isEqualTo(RatioReason.FLOOR);
    }

    @Test
    void ranksByLogitWhereProbabilitiesAreAllOne() {
        assertThat(decide(rule(0.5, 0.34, 0), 30, 31, 29, 33, 28, 27).kept()).containsExactly(1, 3);
    }

    @Test
    void anchorsComeAfterTheCap() {
        KeepRule rule = new KeepRule(0.5, 0.2, 0, Set.of(Anchor.TOP_RIGHT, Anchor.BOTTOM_LEFT));
        assertThat(decide(rule, 1, 9, 1, 1, 1, 1).kept()).containsExactly(1, 2, 3);
    }

    @Test
    void anchorsThatAreNoLongerAliveAreLeftOut() {
        KeepRule rule = new KeepRule(0.5, null, 0, Set.of(Anchor.TOP_LEFT, Anchor.BOTTOM_RIGHT));
        TokenSelection selection = rule.decide(new float[] {-1, -1, -1}, GRID, new int[] {1, 2, 5}, "glimpse");
        assertThat(selection.kept()).containsExactly(2);
    }

    @Test
    void severalImagesShareOneDecision() {
        List<ImageGrid> grids = List.of(new ImageGrid(1, 2, 14, 1), new ImageGrid(1, 4, 14, 1));
        TokenSelection selection =
                new KeepRule(0.5, 0.5, 1, Set.of()).decide(new float[] {1, 2, 9, 8, 7, 6}, grids, alive(6), "glimpse");
        assertThat(selection.kept()).containsExactly(2, 3, 4);
    }

    @Test
    void aLogitThatIsNoNumberIsAnErrorThatNamesTheStrategy() {
        assertThatThrownBy(() -> decide(rule(0.5, null, 1), 0, Float.NaN, 0, 0, 0, 0))
                .isInstanceOf(NonFiniteNumbersException.class)
                .hasMessageContaining("glimpse")
                .hasMessageContaining("image token 1 of 6");
    }

    private static KeepRule rule(double threshold, @Nullable Double cap, int floor) {
        return new KeepRule(threshold, cap, floor, Set.of());
    }

    private static TokenSelection decide(KeepRule rule, float... logits) {
        return rule.decide(logits, GRID, alive(logits.length), "glimpse");
    }

    private static int[] alive(int count) {
        return IntStream.range(0, count).toArray();
    }
}
