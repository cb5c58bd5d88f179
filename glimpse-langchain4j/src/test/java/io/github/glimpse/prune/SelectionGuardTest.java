package io.github.glimpse.prune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.glimpse.image.ImageGrid;
import io.github.glimpse.prune.GuardReport.Action;
import io.github.glimpse.prune.TokenSelection.ScoreKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SelectionGuardTest {

    private static final SelectionGuard ON = new SelectionGuard(GuardOptions.on());

    private static TokenSelection never(TokenBudget budget) {
        throw new AssertionError("asked again for " + budget);
    }

    private static double confidence(GuardedSelection guarded) {
        return Objects.requireNonNull(guarded.confidence()).confidence();
    }

    /** One image of n tokens in a row. */
    private static List<ImageGrid> grid(int tokens) {
        return List.of(new ImageGrid(1, tokens, 14, 1));
    }

    private static int[] all(int tokens) {
        return IntStream.range(0, tokens).toArray();
    }

    private static float[] logits(double... probabilities) {
        float[] logits = new float[probabilities.length];
        for (int i = 0; i < logits.length; i++) {
            logits[i] = (float) Math.log(probabilities[i] / (1 - probabilities[i]));
        }
        return logits;
    }

    private static GuardedSelection learned(SelectionGuard guard, @Nullable Double cap, double... probabilities) {
        float[] logits = logits(probabilities);
        TokenBudget budget = new TokenBudget(null, cap, null, null);
        return guard.check(
                settlement(budget, logits.length), TokenSelection.byThreshold(logits), SelectionGuardTest::never);
    }

    private static Settlement settlement(TokenBudget budget, int tokens) {
        return Settlement.of("mine", budget, budget.bounds(), grid(tokens), all(tokens));
    }

    private static GuardedSelection counted(float[] shares, int count, IntFunction<TokenSelection> again) {
        return ON.check(
                settlement(TokenBudget.ofCount(count), shares.length),
                best(shares, count),
                budget -> again.apply(budget.requireCount()));
    }

    private static TokenSelection best(float[] shares, int count) {
        return TokenSelection.scored(Ranking.rising(Ranking.best(shares, count, "test")), shares, ScoreKind.SHARE);
    }

    @Test
    void aSureChoiceIsLeftAlone() {
        GuardedSelection guarded = learned(ON, null, 0.99, 0.98, 0.01, 0.02);

        assertThat(guarded.guard().action()).isEqualTo(Action.NONE);
        assertThat(guarded.guard().message()).isNull();
        assertThat(guarded.selection().kept()).containsExactly(0, 1);
        assertThat(guarded.confidence()).isNotNull();
    }

    @Test
    void anUnsureChoiceIsWidenedToALowerThreshold() {
        // One of the four above 0.4 is above 0.6: stability 1/4; around 0.4 three of four are above 0.5.
        GuardedSelection guarded = learned(ON, null, 0.9, 0.52, 0.53, 0.45, 0.01);

        assertThat(guarded.guard().action()).isEqualTo(Action.WIDENED);
        assertThat(guarded.selection().kept()).containsExactly(0, 1, 2, 3);
        assertThat(guarded.guard().confidence()).isCloseTo(0.25, within(1e-6));
        assertThat(guarded.guard().keptBefore()).isEqualTo(3);
        assertThat(guarded.guard().keptAfter()).isEqualTo(4);
        assertThat(guarded.guard().message())
                .contains("0.25 is below 0.50", "lowered to 0.40", "4 tokens stay instead of 3");
        assertThat(confidence(guarded)).isCloseTo(0.75, within(1e-6));
    }

    @Test
    void whereNothingIsFoundNothingIsCut() {
        GuardedSelection guarded = learned(ON, null, 0.1, 0.11, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1);

        assertThat(guarded.guard().action()).isEqualTo(Action.SKIPPED);
        assertThat(guarded.selection().kept()).hasSize(8);
        assertThat(guarded.selection().merged()).isEmpty();
        assertThat(guarded.guard().keptBefore()).isEqualTo(1);
        assertThat(guarded.guard().message()).contains("all 8 tokens stay instead of 1");
    }

    @Test
    void theCapIsNeverPassedAndIsNamedWhereItIsToBlame() {
        // Eight of ten are sure; the cap lets one stay, so that the coverage is an eighth.
        GuardedSelection guarded = learned(ON, 0.1, 0.99, 0.98, 0.99, 0.98, 0.99, 0.98, 0.99, 0.98, 0.01, 0.01);

        assertThat(guarded.guard().action()).isEqualTo(Action.REPORTED);
        assertThat(guarded.selection().kept()).hasSize(1);
        assertThat(guarded.selection().reason()).isEqualTo(RatioReason.CAP);
        assertThat(guarded.guard().message())
                .contains("because of the cap, not of the selector", "max-retention-ratio 0.1 lets 1 of 10");
    }

    @Test
    void theCapForbidsToSkipAndIsNotBlamedForAnUnsureSelector() {
        GuardedSelection guarded = learned(ON, 0.5, 0.1, 0.11, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1);

        assertThat(guarded.guard().action()).isEqualTo(Action.REPORTED);
        assertThat(guarded.selection().kept()).hasSize(1);
        assertThat(guarded.guard().message())
                .contains("max-retention-ratio 0.5 lets 4 of 8 tokens stay and forbids keeping all")
                .doesNotContain("because of the cap");
    }

    @Test
    void wideningStopsAtTheCap() {
        GuardedSelection guarded = learned(ON, 0.6, 0.9, 0.52, 0.45, 0.44, 0.43);

        assertThat(guarded.guard().action()).isEqualTo(Action.WIDENED);
        assertThat(guarded.selection().kept()).containsExactly(0, 1, 2);
    }

    @Test
    void switchedOffItOnlyTellsTheConfidence() {
        GuardedSelection guarded =
                learned(new SelectionGuard(GuardOptions.off()), null, 0.1, 0.11, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1);

        assertThat(guarded.guard().action()).isEqualTo(Action.NONE);
        assertThat(guarded.selection().kept()).hasSize(1);
        assertThat(confidence(guarded)).isLessThan(0.25);
    }

    @Test
    void aStrategyWithACountIsAskedForHalfAsManyAgain() {
        float[] shares = {0.3f, 0.2f, 0.1f, 0.1f, 0.1f, 0.1f, 0.05f, 0.05f};
        List<Integer> asked = new ArrayList<>();

        GuardedSelection guarded = counted(shares, 2, count -> {
            asked.add(count);
            return best(shares, count);
        });

        assertThat(asked).containsExactly(3);
        assertThat(guarded.guard().action()).isEqualTo(Action.WIDENED);
        assertThat(guarded.selection().kept()).containsExactly(0, 1, 2);
        assertThat(guarded.guard().message()).contains("half as many tokens again");
    }

    @Test
    void aStrategyThatKeepsNoMoreIsNotToldOfAThreshold() {
        float[] shares = {0.5f, 0.3f, 0.1f, 0.1f};

        GuardedSelection guarded = counted(shares, 3, count -> best(shares, 3));

        assertThat(guarded.guard().action()).isEqualTo(Action.REPORTED);
        assertThat(guarded.guard().message()).contains("the strategy keeps nothing more");
    }

    @Test
    void aCapBelowOneTokenLeavesACountOfOne() {
        float[] flat = {1, 1, 1, 1, 1, 1, 1, 1};
        TokenBudget budget = new TokenBudget(null, 0.1, null, null).withCount(1);

        GuardedSelection guarded = ON.check(settlement(budget, 8), best(flat, 1), SelectionGuardTest::never);

        assertThat(guarded.guard().action()).isEqualTo(Action.REPORTED);
        assertThat(guarded.guard().message()).contains("lets 1 of 8 tokens stay");
    }

    @Test
    void flatAttentionCutsNothing() {
        float[] flat = {1, 1, 1, 1, 1, 1, 1, 1};

        GuardedSelection guarded = counted(flat, 4, count -> best(flat, count));

        assertThat(guarded.guard().action()).isEqualTo(Action.SKIPPED);
        assertThat(guarded.selection().kept()).hasSize(8);
    }

    @Test
    void strategiesThatKnowNothingOfTheQuestionAreLeftAlone() {
        TokenBudget budget = TokenBudget.ofCount(2);
        TokenSelection chosen = TokenSelection.picked(new int[] {3, 1});

        GuardedSelection guarded = ON.check(settlement(budget, 5), chosen, SelectionGuardTest::never);

        assertThat(guarded.confidence()).isNull();
        assertThat(guarded.selection()).isSameAs(chosen);
        assertThat(guarded.guard()).isEqualTo(GuardReport.none(2));
    }

    @Test
    void floorsThatContradictEachOtherAreRefused() {
        assertThatThrownBy(() -> new SelectionGuard(new GuardOptions(true, 0.3, 0.4)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("skip-below is 0.4", "widen-below", "0.3");
        assertThatThrownBy(() -> new GuardOptions(true, 1.5, null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("guard.widen-below is 1.5");
        assertThat(new GuardOptions(true, 0.1, null).skipFloor()).isEqualTo(0.1);
    }
}
