package io.github.glimpse.examples.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.glimpse.examples.benchmark.ModelWork.Operations;
import io.github.glimpse.generate.AnswerLikelihood;
import io.github.glimpse.generate.FinishReason;
import io.github.glimpse.generate.GenerationResult;
import io.github.glimpse.generate.HistoryReport;
import io.github.glimpse.generate.StageTimings;
import io.github.glimpse.image.ImageGrid;
import io.github.glimpse.image.PatchPlan;
import io.github.glimpse.image.PixelScale;
import io.github.glimpse.model.NativePictures;
import io.github.glimpse.model.NativeSettings;
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

/** What two scales cost, against counts by hand: the look, the tower twice, and the rows that run behind the look. */
class TwoScaleWorkTest {

    private static final int TEXT = 20;
    private static final int BEHIND = 8;

    // 4 layers of 1,000 weights, attention 16 wide, a head of 50 weights; a predictor of 3 layers after 2 of them
    private static final ModelWork MODEL = new ModelWork(
            new TowerWork(2, Set.of(1), 8, 100, 10, 30, 4, 0, 4),
            new DecoderWork(4, 1_000, 16, 50, 0),
            new ModuleWork(2, 3, 6, 2, 7, true));

    private static final TwoScaleWork WORK = new TwoScaleWork(
            MODEL,
            new NativePictures(new NativeSettings(
                    "preprocessor_config.json",
                    14,
                    2,
                    2,
                    784,
                    784 * 1280,
                    new PixelScale(1, List.of(0.0, 0.0, 0.0), List.of(1.0, 1.0, 1.0)))),
            BEHIND);

    // 16 x 16 tokens; the small picture has 8 x 8, in windows of 4 x 4: 256 patches in 4 windows of 64
    private static final double SMALL_TOWER =
            2 * 256 * (10 + 2 * 100) + 2 * 64 * 30 + 4 * 8 * (4 * 64 * 64 + 256 * 256);
    // 64 small tokens, 20 of text and the glimpse token are 88 rows, in the first 2 layers
    private static final double COARSE = 2 * (2 * 1_000 * 88 + 2 * 16 * 88 * 88);
    private static final double PREDICTOR = 2 * 7 * 64 + 2 * (6 + 2) * 3 * 64 * 64;
    private static final double HEAD = 2 * 50;

    @Test
    void countsTheCoarsePassAndTheRowsBehindIt() {
        // The first two of 16 rows of tokens: 32 tokens in 4 windows of 8; 128 patches, 32 in each window.
        double tower = 2 * 128 * (10 + 2 * 100) + 2 * 32 * 30 + 4 * 8 * (4 * 32 * 32 + 128 * 128);
        // 12 of text and 64 small tokens are used again; 32 kept ones and 8 of text behind, 40 rows, run behind them.
        double again = 2 * (2 * 1_000 * 40 + 2 * 16 * ((76 + 40) * (76 + 40) - 76 * 76));
        // 64 + 32 + 20 rows are 120
        double others = 2 * (2 * 1_000 * 120 + 2 * 16 * 120 * 120);

        Operations operations = WORK.operations(result(16, 16, 32, TEXT + 64 + 32));

        assertThat(operations.tower()).isEqualTo(SMALL_TOWER + tower);
        assertThat(operations.decoder()).isEqualTo(COARSE + PREDICTOR + again + others + HEAD);
    }

    @Test
    void withNothingKeptOnlyTheLastRowRunsAgain() {
        double again = 2 * (2 * 1_000 + 2 * 16 * (84 * 84 - 83 * 83));
        double others = 2 * (2 * 1_000 * 88 + 2 * 16 * 88 * 88);

        Operations operations = WORK.operations(result(16, 16, 0, TEXT + 64));

        assertThat(operations.tower()).isEqualTo(SMALL_TOWER);
        assertThat(operations.decoder()).isEqualTo(COARSE + PREDICTOR + again + others + HEAD);
    }

    @Test
    void aPictureThatIsShownAsAWholeStandsWithoutItsSmallCopy() {
        double tower = 2 * 1024 * (10 + 2 * 100) + 2 * 256 * 30 + 4 * 8 * (16 * 64 * 64 + 1024 * 1024);
        // Only the 12 of text before the picture are used again: 264 rows, a multiple of 8; all 276 are 280.
        double again = 2 * (2 * 1_000 * 264 + 2 * 16 * (276 * 276 - 12 * 12));
        double others = 2 * (2 * 1_000 * 280 + 2 * 16 * 280 * 280);

        Operations operations = WORK.operations(result(16, 16, 256, TEXT + 256));

        assertThat(operations.tower()).isEqualTo(SMALL_TOWER + tower);
        assertThat(operations.decoder()).isEqualTo(COARSE + PREDICTOR + again + others + HEAD);
    }

    @Test
    void aPictureOfOneTokenIsNotLookedAt() {
        Operations operations = WORK.operations(result(1, 1, 1, TEXT + 1));

        assertThat(operations.tower()).isEqualTo(2 * 4 * (10 + 2 * 100) + 2 * 1 * 30 + 4 * 8 * (4 * 4 + 4 * 4));
        assertThat(operations.decoder()).isEqualTo(4 * (2 * 1_000 * 24 + 2 * 16 * 24 * 24) + HEAD);
    }

    @Test
    void saysWhenOtherRowsRanThanItCounts() {
        assertThatThrownBy(() -> WORK.operations(result(16, 16, 32, TEXT + 100 + 32)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("152 rows ran, and 116 are counted with a small picture of 64 tokens");
    }

    private static GenerationResult result(int rows, int columns, int kept, int prefilled) {
        ImageGrid grid = new ImageGrid(2 * rows, 2 * columns, 14, 2);
        PatchPlan plan = new PatchPlan(grid, 28 * columns, 28 * rows, 0, 0, 28, 28);
        int[] cells = IntStream.range(0, kept).toArray();
        StepReport.Image image = new StepReport.Image(cells, new float[kept], ScoreKind.VALUE, List.of());
        StepReport step =
                new StepReport(PruningPoint.pixels(), "foveate", List.of(image), null, null, GuardReport.none(kept));
        Duration none = Duration.ZERO;
        return new GenerationResult(
                "",
                new int[] {1},
                FinishReason.LENGTH,
                new AnswerLikelihood(1, 1, 1),
                TEXT + grid.tokenCount(),
                prefilled,
                new PruningReport(
                        "foveate",
                        PruningPoint.pixels(),
                        List.of(new PruningReport.Image(plan, cells, null)),
                        List.of(step)),
                new StageTimings(none, none, none, none, none, none, none, none),
                HistoryReport.WHOLE);
    }
}
