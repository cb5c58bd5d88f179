package io.github.glimpse.prefill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.glimpse.NonFiniteNumbersException;
import io.github.glimpse.image.ImageGrid;
import io.github.glimpse.prune.Anchor;
import io.github.glimpse.prune.EvidenceStrategy;
import io.github.glimpse.prune.GuardOptions;
import io.github.glimpse.prune.GuardReport.Action;
import io.github.glimpse.prune.GuardedSelection;
import io.github.glimpse.prune.KvForm;
import io.github.glimpse.prune.PositionForm;
import io.github.glimpse.prune.ProbeToken;
import io.github.glimpse.prune.PruningEvidence;
import io.github.glimpse.prune.PruningPoint;
import io.github.glimpse.prune.PruningSchedule;
import io.github.glimpse.prune.PruningSchedule.Cut;
import io.github.glimpse.prune.RatioReason;
import io.github.glimpse.prune.SelectionGuard;
import io.github.glimpse.prune.StrategyTrait;
import io.github.glimpse.prune.TokenBounds;
import io.github.glimpse.prune.TokenBudget;
import io.github.glimpse.prune.TokenSelection;
import io.github.glimpse.prune.TokenSelection.ScoreKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Without the native library: the strategies look at no evidence. */
class StepDecisionTest {

    private static final int TOKENS = 8;
    private static final List<ImageGrid> GRID = List.of(new ImageGrid(2, 4, 14, 1));
    private static final int[] ALL = IntStream.range(0, TOKENS).toArray();
    private static final PruningPoint FIRST = PruningPoint.afterLayers(1);
    private static final PruningPoint SECOND = PruningPoint.afterLayers(2);
    private static final TokenBudget NOTHING_SET = new TokenBudget(null, null, null, null);
    // Two tokens are a little above the threshold of 0.5 and one a little below it.
    private static final float[] UNSURE = {-3, -3, 0.1f, -3, -3, 0.2f, -0.1f, -3};

    private static final GuardOptions NEVER_SKIPS = new GuardOptions(true, 0.5, 0.0);

    private final List<TokenBudget> asked = new ArrayList<>();

    private Cut cut(
            PruningPoint at,
            TokenBudget budget,
            Function<TokenBudget, TokenSelection> choice,
            StrategyTrait... traits) {
        EvidenceStrategy strategy = EvidenceStrategy.named("mine", at)
                .traits(traits)
                .choosing((evidence, told) -> {
                    asked.add(told);
                    return choice.apply(told);
                });
        return new Cut(at, "mine", strategy, budget);
    }

    private static StepDecision decision(GuardOptions guard, Cut... cuts) {
        return new StepDecision(
                new PruningSchedule(List.of(cuts), KvForm.UNIFORM, PositionForm.ORIGINAL, new SelectionGuard(guard)),
                null,
                StageObserver.NONE);
    }

    private static TokenSelection decide(StepDecision decision, Cut cut, int... alive) {
        return decision.decide(cut, GRID, TOKENS, alive, StepDecisionTest::nothingSeen);
    }

    @SuppressWarnings("NullAway") // a strategy without temporaries needs no scope, and a scope the native library
    private static PruningEvidence nothingSeen() {
        return PruningEvidence.builder(GRID, List.of(), ALL, null).build();
    }

    @Test
    void theGuardDoesNotOverruleAStrategyWhoseLogitsAreNotAllThatItGoesBy() {
        Cut cut = cut(FIRST, NOTHING_SET, told -> new TokenSelection(new int[] {5, 6}, UNSURE, 2));
        StepDecision decision = decision(NEVER_SKIPS, cut);

        assertThat(decide(decision, cut, ALL).kept()).containsExactly(5, 6);
        assertThat(decision.takeVerdicts())
                .singleElement()
                .extracting(verdict -> verdict.guard().action())
                .isEqualTo(Action.REPORTED);
    }

    @Test
    void theGuardAsksAStrategyThatLeftNothingOpenByALowerThreshold() {
        Cut cut = cut(FIRST, NOTHING_SET, told -> {
            double threshold = told.threshold() == null ? 0.5 : told.threshold();
            return new TokenSelection(threshold < 0.5 ? new int[] {2, 5, 6, 7} : new int[] {5, 6}, UNSURE, 2);
        });
        StepDecision decision = decision(NEVER_SKIPS, cut);

        assertThat(decide(decision, cut, ALL).kept()).containsExactly(2, 5, 6, 7);
        assertThat(asked).extracting(TokenBudget::threshold).containsExactly(null, 0.4);
        GuardedSelection verdict = decision.takeVerdicts().get(0);
        assertThat(verdict.guard().action()).isEqualTo(Action.WIDENED);
        assertThat(verdict.guard().message()).contains("lowered to 0.40", "4 tokens stay instead of 2");
        assertThat(decision.takeVerdicts()).as("they are told once").isEmpty();
    }

    @Test
    void aStrategyThatLeavesTheThresholdOpenIsAskedOnce() {
        Cut cut = cut(FIRST, NOTHING_SET, told -> TokenSelection.byThreshold(UNSURE));
        StepDecision decision = decision(NEVER_SKIPS, cut);

        assertThat(decide(decision, cut, ALL).kept()).containsExactly(2, 5, 6);
        assertThat(asked).hasSize(1);
    }

    @Test
    void aStrategyIsToldTheFloorAndTheAnchorsOfEveryStep() {
        Cut first = cut(FIRST, new TokenBudget(null, null, 2, Set.of(Anchor.TOP_LEFT)), told -> keeping(3));
        Cut second = cut(SECOND, new TokenBudget(null, null, 5, Set.of(Anchor.BOTTOM_RIGHT)), told -> keeping(2));
        StepDecision decision = decision(GuardOptions.off(), first, second);

        assertThat(decide(decision, first, ALL).kept())
                .as("its own and the corners")
                .containsExactly(0, 3, 7);
        assertThat(asked.get(0).minTokens()).isEqualTo(5);
        assertThat(asked.get(0).anchors()).containsExactly(Anchor.TOP_LEFT, Anchor.BOTTOM_RIGHT);
        assertThat(decide(decision, second, 0, 3, 7).kept()).containsExactly(0, 2);
    }

    private static TokenSelection keeping(int token) {
        return TokenSelection.of(new int[] {token});
    }

    @Test
    void nothingIsLookedAtWhereEveryTokenStays() {
        Cut cut = cut(
                FIRST,
                new TokenBudget(TokenBounds.unset().withRetentionRatio(0.5).withMinTokens(3), null),
                told -> TokenSelection.byCount(new float[TOKENS], ScoreKind.VALUE),
                StrategyTrait.USES_BUDGET);
        StepDecision decision = decision(GuardOptions.on(), cut);

        TokenSelection all = decision.decide(cut, GRID, TOKENS, new int[] {1, 4, 5}, () -> {
            throw new AssertionError("looked");
        });

        assertThat(all.kept()).containsExactly(0, 1, 2);
        assertThat(asked).isEmpty();
        assertThat(decision.takeVerdicts()).isEmpty();
    }

    @Test
    void aCountIsAShareOfTheTokensBeforeAnyStep() {
        Cut cut = cut(
                FIRST,
                new TokenBudget(TokenBounds.unset().withRetentionRatio(0.5).withMaxRetentionRatio(0.3), null),
                told -> TokenSelection.byCount(new float[] {1, 2, 3, 4, 5}, ScoreKind.VALUE),
                StrategyTrait.USES_BUDGET);
        StepDecision decision = decision(GuardOptions.on(), cut);

        TokenSelection kept = decide(decision, cut, 0, 2, 4, 6, 7);

        assertThat(kept.kept()).as("(int) (0.3 * 8)").containsExactly(3, 4);
        assertThat(kept.reason()).isEqualTo(RatioReason.CAP);
        assertThat(asked).extracting(TokenBudget::count).containsExactly(2);
    }

    @Test
    void aScoreThatIsNoNumberEndsTheStep() {
        float[] scores = UNSURE.clone();
        scores[4] = Float.NaN;
        Cut cut = cut(FIRST, NOTHING_SET, told -> new TokenSelection(new int[] {1}, scores, 1));
        StepDecision decision = decision(GuardOptions.off(), cut);

        assertThatThrownBy(() -> decide(decision, cut, ALL))
                .isInstanceOf(NonFiniteNumbersException.class)
                .hasMessageContainingAll("'mine'", "image token 4 of 8");
    }

    @Test
    void theObserverSeesWhatStaysBeforeTheGuard() {
        List<TokenSelection> seen = new ArrayList<>();
        StageObserver observer = new StageObserver() {
            @Override
            public void onSelection(PruningEvidence evidence, @Nullable ProbeToken probe, TokenSelection selection) {
                seen.add(selection);
            }
        };
        Cut cut = cut(FIRST, NOTHING_SET, told -> TokenSelection.byThreshold(UNSURE));
        PruningSchedule schedule = new PruningSchedule(
                List.of(cut), KvForm.UNIFORM, PositionForm.ORIGINAL, new SelectionGuard(NEVER_SKIPS));

        decide(new StepDecision(schedule, null, observer), cut, ALL);

        assertThat(seen).singleElement().satisfies(selection -> assertThat(selection.kept())
                .containsExactly(2, 5));
    }
}
