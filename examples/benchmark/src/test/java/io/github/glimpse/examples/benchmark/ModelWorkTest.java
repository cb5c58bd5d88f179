package io.github.glimpse.examples.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.generate.AnswerLikelihood;
import io.github.glimpse.generate.FinishReason;
import io.github.glimpse.generate.GenerationResult;
import io.github.glimpse.generate.HistoryReport;
import io.github.glimpse.generate.StageTimings;
import io.github.glimpse.image.ImageGrid;
import io.github.glimpse.image.PatchPlan;
import io.github.glimpse.prune.GuardReport;
import io.github.glimpse.prune.PruningPoint;
import io.github.glimpse.prune.PruningReport;
import io.github.glimpse.prune.StepReport;
import io.github.glimpse.prune.TokenSelection.ScoreKind;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The rows that each part of a model multiplies, as a report tells them, and their operations. */
class ModelWorkTest {

    private static final int TEXT = 20;

    // 16 x 16 tokens
    private static final ImageGrid GRID = new ImageGrid(32, 32, 14, 2);

    // 4 layers of 1,000 weights, attention 16 wide, a head of 50 weights
    // and a predictor of 3 layers, 7 weights for a token, whose queries are 6 wide and values 2
    private static final ModelWork MODEL = new ModelWork(
            new TowerWork(2, Set.of(1), 8, 100, 10, 30, 4, 0, 4),
            new DecoderWork(4, 1_000, 16, 50, 0),
            new ModuleWork(2, 3, 6, 2, 7, true));

    @Test
    void unprunedEveryLayerHasEveryRow() {
        assertThat(MODEL.rowsByLayer(TEXT, 256, List.of())).containsExactly(280, 280, 280, 280);
    }

    @Test
    void stepsBetweenLayersShortenWhatFollows() {
        List<StepReport> steps = List.of(
                step("fastv", PruningPoint.afterLayers(1), 128), step("fastv", PruningPoint.afterLayers(3), 10));

        assertThat(MODEL.rowsByLayer(TEXT, 256, steps)).containsExactly(280, 152, 152, 32);
    }

    @Test
    void theGlimpseTokenIsARowUntilItsCut() {
        // 44 and 20 are 64 rows; one more makes 72
        assertThat(MODEL.rowsByLayer(TEXT, 44, List.of(step("glimpse", PruningPoint.afterLayers(2), 44))))
                .containsExactly(72, 72, 64, 64);
        assertThat(MODEL.rowsByLayer(TEXT, 44, List.of(step("glimpse", PruningPoint.last(), 44))))
                .containsExactly(72, 72, 72, 72);
    }

    @Test
    void countsTheDecoder() {
        // 256 + 20 tokens are 280 rows; behind layer 1 128 + 20 are 152. Each row of the head's 50 weights is one
        // product.
        double all = 2 * 1_000 * 280 + 2 * 16 * 280 * 280;
        double left = 2 * 1_000 * 152 + 2 * 16 * 152 * 152;
        List<StepReport> steps = List.of(step("fastv", PruningPoint.afterLayers(1), 128));

        assertThat(MODEL.operations(result(128, steps)).decoder()).isEqualTo(all + 3 * left + 2 * 50);
    }

    @Test
    void countsThePredictorOfTheModuleOnWhatTheStepsBeforeLeft() {
        List<StepReport> steps =
                List.of(step("div-prune", PruningPoint.vision(), 40), step("glimpse", PruningPoint.afterLayers(2), 4));
        // 40 and 20 tokens and the probe are 64 rows; 4 and 20 are 24
        double before = 2 * (2 * 1_000 * 64 + 2 * 16 * 64 * 64);
        double behind = 2 * (2 * 1_000 * 24 + 2 * 16 * 24 * 24);
        double predictor = 2 * 7 * 40 + 2 * (6 + 2) * 3 * 40 * 40;

        assertThat(MODEL.operations(result(4, steps)).decoder()).isEqualTo(before + behind + 2 * 50 + predictor);
    }

    @Test
    void aStepAtVisionLeavesTheTowerAsItIs() {
        List<StepReport> steps = List.of(step("div-prune", PruningPoint.vision(), 28));
        ModelWork.Operations operations = MODEL.operations(result(28, steps));

        assertThat(operations.tower())
                .isEqualTo(MODEL.operations(result(256, List.of())).tower());
        assertThat(operations.decoder()).isEqualTo(4 * (2 * 1_000 * 48 + 2 * 16 * 48 * 48) + 2 * 50);
    }

    @Test
    void aStepAtPixelsSparesTheTowerToo() {
        List<StepReport> steps =
                List.of(step("grid", PruningPoint.pixels(), 44), step("fastv", PruningPoint.afterLayers(2), 20));
        ModelWork.Operations operations = MODEL.operations(result(20, steps));

        // 44 tokens are 176 patches, a multiple of 8, and 48 rows of the merger; they lie in the first 3 rows of
        // tokens: 12 of each of 4 windows but the last, which has 8 (two rows of 4).
        double pairs = 3 * 48 * 48 + 32 * 32 + 176 * 176;
        assertThat(operations.tower()).isEqualTo(2 * 176 * (10 + 2 * 100) + 2 * 48 * 30 + 4 * 8 * pairs);
        assertThat(operations.decoder())
                .isEqualTo(2 * (2 * 1_000 * 64 + 2 * 16 * 64 * 64) + 2 * (2 * 1_000 * 40 + 2 * 16 * 40 * 40) + 2 * 50);
    }

    @Test
    void aStepInsideTheTowerSparesItsLaterBlocks() {
        List<StepReport> steps = List.of(
                step("received-attention", PruningPoint.insideTower(1), 44), step("fastv", PruningPoint.last(), 20));
        ModelWork.Operations operations = MODEL.operations(result(20, steps));

        // All 1,024 patches go through the first block, in 16 windows of 64; 176 of them through the second.
        double first = 2 * 1_024 * (10 + 100) + 4 * 8 * 16 * 64 * 64;
        double second = 2 * 176 * 100 + 4 * 8 * 176 * 176;
        assertThat(operations.tower()).isEqualTo(first + second + 2 * 48 * 30);
        assertThat(operations.decoder()).isEqualTo(4 * (2 * 1_000 * 64 + 2 * 16 * 64 * 64) + 2 * 50);
    }

    private static GenerationResult result(int left, List<StepReport> steps) {
        PatchPlan plan = new PatchPlan(GRID, 448, 448, 0, 0, 28, 28);
        PruningReport report = new PruningReport(
                steps.isEmpty() ? "none" : "steps",
                null,
                List.of(new PruningReport.Image(plan, first(left), null)),
                steps);
        Duration none = Duration.ZERO;
        return new GenerationResult(
                "",
                new int[] {1},
                FinishReason.LENGTH,
                new AnswerLikelihood(1, 1, 1),
                TEXT + 256,
                TEXT + left,
                report,
                new StageTimings(none, none, none, none, none, none, none, none),
                HistoryReport.WHOLE);
    }

    private static StepReport step(String strategy, PruningPoint at, int kept) {
        StepReport.Image image = new StepReport.Image(first(kept), new float[kept], ScoreKind.VALUE, List.of());
        return new StepReport(at, strategy, List.of(image), null, null, GuardReport.none(kept));
    }

    private static int[] first(int tokens) {
        return IntStream.range(0, tokens).toArray();
    }
}
