package io.github.glimpse.prune;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.image.ImageDecoder;
import io.github.glimpse.image.ImageGrid;
import io.github.glimpse.image.ImageLimits;
import io.github.glimpse.image.PatchPlan;
import io.github.glimpse.image.RasterImage;
import io.github.glimpse.image.Transparency;
import io.github.glimpse.prune.GuardReport.Action;
import io.github.glimpse.prune.TokenSelection.MergedToken;
import io.github.glimpse.prune.TokenSelection.ScoreKind;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What the steps of a report add up to, and how they are drawn. */
class PruningReportTest {

    /** Two tokens of 10 x 10 pixels beside each other. */
    private static final PatchPlan PLAN = new PatchPlan(new ImageGrid(1, 2, 14, 1), 28, 14, 0, 0, 10, 10);

    private static StepReport step(
            @Nullable RatioReason reason, @Nullable Confidence confidence, Action action, StepReport.Image image) {
        return new StepReport(
                PruningPoint.vision(),
                "test",
                List.of(image),
                reason,
                confidence,
                new GuardReport(action, null, null, 1, 1));
    }

    @SuppressWarnings("NullAway") // a compact constructor's class file does not say that the array may be null
    private static StepReport.Image image(float @Nullable [] scores, List<MergedToken> merged) {
        return new StepReport.Image(new int[] {1}, scores, ScoreKind.SHARE, merged);
    }

    private static PruningReport report(StepReport... steps) {
        return new PruningReport(
                "test",
                PruningPoint.vision(),
                List.of(new PruningReport.Image(PLAN, new int[] {1}, null)),
                List.of(steps));
    }

    @Test
    void itIsAsSureAsItsLeastSureStepThatKnows() {
        Confidence sure = Confidence.ofShares(new float[] {0, 1}, new int[] {1});
        Confidence unsure = Confidence.ofShares(new float[] {1, 1}, new int[] {1});

        assertThat(report().confidence()).isNull();
        assertThat(report(step(null, null, Action.NONE, image(null, List.of()))).confidence())
                .isNull();
        assertThat(report(
                                step(null, sure, Action.NONE, image(null, List.of())),
                                step(null, null, Action.NONE, image(null, List.of())))
                        .confidence())
                .isEqualTo(1.0);
        assertThat(report(
                                step(null, sure, Action.NONE, image(null, List.of())),
                                step(null, unsure, Action.NONE, image(null, List.of())))
                        .confidence())
                .isZero();
    }

    @Test
    void theReasonIsTheLastOneAndTheGuardsActionTheGravest() {
        PruningReport report = report(
                step(RatioReason.DISTANCE, null, Action.SKIPPED, image(null, List.of())),
                step(RatioReason.MASS, null, Action.WIDENED, image(null, List.of())),
                step(null, null, Action.NONE, image(null, List.of())));

        assertThat(report.ratioReason()).isEqualTo(RatioReason.MASS);
        assertThat(report.guard().action()).isEqualTo(Action.SKIPPED);
        assertThat(report().guard().action()).isEqualTo(Action.NONE);
    }

    @Test
    void aStepIsDrawnInThePixelsOfItsTokens() {
        byte[] rgb = new byte[3 * 20 * 10];
        java.util.Arrays.fill(rgb, (byte) 100);
        PruningReport report = report(step(
                null, null, Action.NONE, image(new float[] {Float.NaN, 0.5f}, List.of(MergedToken.mean(1, new int[] {0
                })))));

        PruningExplanation drawn = PruningExplanation.of(report, List.of(new RasterImage(20, 10, rgb)));

        assertThat(pixel(drawn.mask(0, 0), 4, 4))
                .as("dropped: two fifths of the grey")
                .containsExactly(40, 40, 40);
        assertThat(pixel(drawn.mask(0, 0), 14, 4)).as("kept").containsExactly(100, 100, 100);
        // A single score has the middle colour: 0.6 of (188, 55, 84) and 0.4 of the grey.
        assertThat(pixel(drawn.scores(0, 0).orElseThrow(), 14, 4)).containsExactly(153, 73, 90);
        assertThat(pixel(drawn.scores(0, 0).orElseThrow(), 4, 4)).containsExactly(40, 40, 40);
        // A source has half of the dark grey and half of the first colour, (230, 159, 0).
        assertThat(pixel(drawn.merged(0, 0).orElseThrow(), 4, 2)).containsExactly(135, 100, 20);
        assertThat(pixel(drawn.merged(0, 0).orElseThrow(), 10, 0)).containsExactly(230, 159, 0);
    }

    @Test
    void withoutScoresOrMixturesThereIsNothingToDrawOfThem() {
        PruningExplanation drawn = PruningExplanation.of(
                report(step(null, null, Action.NONE, image(null, List.of()))),
                List.of(new RasterImage(20, 10, new byte[3 * 20 * 10])));
        assertThat(drawn.scores(0, 0)).isEmpty();
        assertThat(drawn.merged(0, 0)).isEmpty();
    }

    private static int[] pixel(byte[] png, int x, int y) {
        RasterImage image = new ImageDecoder(ImageLimits.defaults(), Transparency.DROP).decode(png);
        int at = 3 * (y * image.width() + x);
        return new int[] {image.rgb()[at] & 0xFF, image.rgb()[at + 1] & 0xFF, image.rgb()[at + 2] & 0xFF};
    }
}
