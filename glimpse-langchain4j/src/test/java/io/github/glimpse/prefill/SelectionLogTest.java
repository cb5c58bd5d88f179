package io.github.glimpse.prefill;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.image.ImageGrid;
import io.github.glimpse.image.PatchPlan;
import io.github.glimpse.image.TokenUnit;
import io.github.glimpse.prune.Confidence;
import io.github.glimpse.prune.EvidenceStrategy;
import io.github.glimpse.prune.GuardReport;
import io.github.glimpse.prune.GuardReport.Action;
import io.github.glimpse.prune.GuardedSelection;
import io.github.glimpse.prune.PruningPoint;
import io.github.glimpse.prune.PruningReport;
import io.github.glimpse.prune.PruningSchedule.Cut;
import io.github.glimpse.prune.RatioReason;
import io.github.glimpse.prune.StepReport;
import io.github.glimpse.prune.TokenBounds;
import io.github.glimpse.prune.TokenBudget;
import io.github.glimpse.prune.TokenSelection;
import io.github.glimpse.prune.TokenSelection.MergedToken;
import io.github.glimpse.prune.TokenSelection.ScoreKind;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Two pictures, of three tokens and of four. */
class SelectionLogTest {

    private static final PatchPlan THREE = plan(1, 3);
    private static final PatchPlan FOUR = plan(2, 2);
    private static final List<PatchPlan> PLANS = List.of(THREE, FOUR);
    private static final int TOKENS = 7;
    private static final int[] ALL = {0, 1, 2, 3, 4, 5, 6};
    private static final PruningPoint VISION = PruningPoint.vision();
    private static final PruningPoint LAYER = PruningPoint.afterLayers(2);

    private static PatchPlan plan(int rows, int columns) {
        return new PatchPlan(new ImageGrid(rows, columns, 14, 1), 14 * columns, 14 * rows, 0, 0, 14, 14);
    }

    private static Cut cut(PruningPoint at, String name) {
        EvidenceStrategy strategy =
                EvidenceStrategy.named(name, at).choosing((evidence, told) -> TokenSelection.all(0));
        return new Cut(at, name, strategy, new TokenBudget(TokenBounds.unset(), null));
    }

    private static List<TokenUnit> units(List<PatchPlan> plans) {
        return plans.stream()
                .map(plan -> TokenUnit.of(TokenUnit.Kind.IMAGE, plan))
                .toList();
    }

    private static PruningReport report(SelectionLog log) {
        return log.report(units(PLANS), units(PLANS), 0);
    }

    @Test
    void withoutAStepEveryTokenStays() {
        SelectionLog log = new SelectionLog(TOKENS);

        assertThat(log.alive()).isEqualTo(ALL);
        PruningReport report = report(log);
        assertThat(report.strategy()).isEqualTo("none");
        assertThat(report.at()).isNull();
        assertThat(report.steps()).isEmpty();
        assertThat(report.keptTokens()).isEqualTo(TOKENS);
        assertThat(report.images().get(1).kept()).containsExactly(0, 1, 2, 3);
        assertThat(report.images().get(0).probabilities()).isNull();
    }

    @Test
    void scoresStandInTheNumberingOfEachPictureAndTheLastLogitsAreTheMap() {
        SelectionLog log = new SelectionLog(TOKENS);
        int[] left = {0, 2, 3, 6};
        log.add(
                cut(VISION, "div-prune"),
                TokenSelection.scored(left, new float[] {7, 1, 6, 5, 2, 3, 4}, ScoreKind.VALUE),
                ALL,
                left,
                List.of());
        int[] last = {2, 6};
        log.add(
                cut(LAYER, "glimpse"),
                new TokenSelection(new int[] {1, 3}, new float[] {0, 1, -1, 2}, 2).withReason(RatioReason.THRESHOLD),
                left,
                last,
                List.of());

        PruningReport report = report(log);

        assertThat(log.alive()).containsExactly(2, 6);
        assertThat(report.strategy()).isEqualTo("div-prune, glimpse");
        assertThat(report.at()).isEqualTo(LAYER);
        assertThat(report.ratioReason()).isEqualTo(RatioReason.THRESHOLD);
        assertThat(report.images().get(0).kept()).containsExactly(2);
        assertThat(report.images().get(1).kept()).containsExactly(3);
        assertThat(report.images().get(0).probabilities())
                .as("a token that was dropped before has none left")
                .containsExactly(0.5f, 0, 0.7310586f);
        assertThat(report.images().get(1).probabilities()).containsExactly(0.26894143f, 0, 0, 0.8807971f);
        StepReport first = report.steps().get(0);
        assertThat(first.images().get(1).kept()).containsExactly(0, 3);
        assertThat(first.images().get(1).scores()).containsExactly(5, 2, 3, 4);
        assertThat(first.images().get(1).kind()).isEqualTo(ScoreKind.VALUE);
        assertThat(report.steps().get(1).images().get(0).scores()).containsExactly(0.5f, Float.NaN, 0.7310586f);
    }

    @Test
    void whatTheTokensWereRankedByIsToldBesideTheirProbabilitiesWhichTie() {
        SelectionLog log = new SelectionLog(TOKENS);
        int[] left = {0, 2, 3, 6};
        log.add(
                cut(VISION, "glimpse"),
                new TokenSelection(new int[] {1, 3}, new float[] {30, 20, 25, -1}, 3),
                left,
                left,
                List.of());

        StepReport step = report(log).steps().get(0);

        assertThat(step.images().get(0).scores()).containsExactly(1, Float.NaN, 1);
        assertThat(step.images().get(0).logits()).containsExactly(30, Float.NaN, 20);
        assertThat(step.images().get(1).logits()).containsExactly(25, Float.NaN, Float.NaN, -1);
        assertThat(step.withoutScores().images().get(0).logits()).isNull();
    }

    @Test
    void scoresOfAnotherKindRankByThemselves() {
        SelectionLog log = new SelectionLog(TOKENS);
        log.add(
                cut(VISION, "div-prune"),
                TokenSelection.scored(ALL, new float[] {7, 1, 6, 5, 2, 3, 4}, ScoreKind.VALUE),
                ALL,
                ALL,
                List.of());

        assertThat(report(log).steps().get(0).images().get(0).logits()).isNull();
    }

    @Test
    void mixturesAreToldWhereTheirPlaceIsWithoutSourcesOfAnotherPicture() {
        SelectionLog log = new SelectionLog(TOKENS);
        int[] before = {0, 1, 2, 4, 5, 6};
        int[] kept = {1, 3};
        TokenSelection selection = TokenSelection.of(kept)
                .withMerged(List.of(
                        new MergedToken(1, 0.5f, new int[] {0, 4}, new float[] {0.2f, 0.3f}),
                        MergedToken.mean(3, new int[] {5})));

        log.add(cut(VISION, "merge"), selection, before, new int[] {1, 4}, List.of());

        StepReport step = report(log).steps().get(0);
        MergedToken first = step.images().get(0).merged().get(0);
        assertThat(first.representative()).isEqualTo(1);
        assertThat(first.weight()).isEqualTo(0.5f);
        assertThat(first.sources()).containsExactly(0);
        assertThat(first.weights()).containsExactly(0.2f);
        MergedToken second = step.images().get(1).merged().get(0);
        assertThat(second.representative())
                .as("token 4 of all is token 1 of the second")
                .isEqualTo(1);
        assertThat(second.sources()).containsExactly(3);
    }

    @Test
    void ofPicturesThatAreDecidedOneByOneTheLeastConfidenceAndTheGravestActionAreTold() {
        SelectionLog log = new SelectionLog(TOKENS);
        Confidence low = Confidence.ofShares(new float[] {1, 1, 1}, new int[] {0});
        Confidence high = Confidence.ofShares(new float[] {1, 0, 0}, new int[] {0});
        GuardReport widened = new GuardReport(Action.WIDENED, "unsure", 0.0, 1, 2);
        TokenSelection some = TokenSelection.of(new int[] {0, 3});

        log.add(
                cut(VISION, "cls-attention"),
                some,
                ALL,
                new int[] {0, 3},
                List.of(
                        new GuardedSelection(some, high, GuardReport.none(1)),
                        new GuardedSelection(some, low, widened),
                        new GuardedSelection(some, null, GuardReport.none(1))));

        assertThat(report(log).confidence()).isEqualTo(low.confidence());
        assertThat(report(log).guard()).isEqualTo(widened);
    }

    @Test
    void aCopyGoesOnAlone() {
        SelectionLog log = new SelectionLog(TOKENS);
        log.add(cut(VISION, "grid"), TokenSelection.of(new int[] {0, 5}), ALL, new int[] {0, 5}, List.of());
        SelectionLog copy = log.copy();
        copy.add(cut(LAYER, "fastv"), TokenSelection.of(new int[] {1}), new int[] {0, 5}, new int[] {5}, List.of());

        assertThat(log.alive()).containsExactly(0, 5);
        assertThat(copy.alive()).containsExactly(5);
        assertThat(report(log).steps()).hasSize(1);
        assertThat(report(copy).strategy()).isEqualTo("grid, fastv");
    }

    @Test
    void aPictureThatWasMadeSmallerIsToldWithTheTokensThatItWouldHaveHad() {
        SelectionLog log = new SelectionLog(TOKENS);

        PruningReport report = log.report(units(PLANS), units(List.of(plan(3, 4), FOUR)), 0);

        assertThat(Arrays.stream(new int[] {0, 1})
                        .map(image -> report.images().get(image).imageTokens()))
                .containsExactly(12, 4);
        assertThat(report.imageTokens()).isEqualTo(16);
        assertThat(report.keptTokens()).isEqualTo(TOKENS);
    }
}
