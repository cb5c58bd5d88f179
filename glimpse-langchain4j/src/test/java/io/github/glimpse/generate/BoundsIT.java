package io.github.glimpse.generate;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.prune.Anchor;
import io.github.glimpse.prune.Confidence;
import io.github.glimpse.prune.GuardOptions;
import io.github.glimpse.prune.GuardReport;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.prune.PruningReport;
import io.github.glimpse.prune.PruningStep;
import io.github.glimpse.prune.RatioReason;
import io.github.glimpse.prune.StepReport;
import io.github.glimpse.sampling.GenerationOptions;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Floors, caps and anchors at steps whose strategies would choose otherwise, on the tiny model. */
class BoundsIT {

    private static final byte[] PICTURE = TinyModels.picture("qwen2_5_vl-tiny/cases/020/a.png");

    private static LoadedModel model;

    @BeforeAll
    static void load() {
        model = LoadedModel.load(TinyModels.qwen().build());
    }

    @AfterAll
    static void close() {
        model.close();
    }

    private static PruningReport report(PruningOptions.Builder pruning) {
        return report(model, pruning);
    }

    private static PruningReport report(LoadedModel engine, PruningOptions.Builder pruning) {
        return engine.generate(new GenerationRequest(
                        List.of(ChatTurn.user("What colour is the car?", PICTURE)),
                        pruning.build(),
                        GenerationOptions.builder().maxOutputTokens(1).build()))
                .report();
    }

    @Test
    void aFloorOfOneStepHoldsAtTheStepsThatSettleTheirNumberThemselves() {
        PruningStep counting = PruningStep.builder("random")
                .at("vision")
                .retentionRatio(0.9)
                .minTokens(20)
                .build();
        PruningStep capped =
                PruningStep.builder("glimpse").maxRetentionRatio(0.1).build();
        PruningStep byMass = PruningStep.builder("fastv")
                .at("layer 2")
                .options(Map.of("mass", "0.1", "min-ratio", "0"))
                .build();

        for (PruningStep settling : List.of(capped, byMass)) {
            PruningReport report = report(PruningOptions.builder().schedule(List.of(counting, settling)));

            assertThat(report.keptTokens()).as(settling.strategy()).isEqualTo(20);
            assertThat(report.ratioReason()).isEqualTo(RatioReason.FLOOR);
        }
    }

    @Test
    void confidenceAndGuardCountTheAnchorsThatStayBesidesACount() {
        PruningOptions.Builder fastv = PruningOptions.builder()
                .strategy("fastv")
                .retentionRatio(0.1)
                .anchors(Set.of(Anchor.TOP_LEFT, Anchor.TOP_RIGHT, Anchor.BOTTOM_LEFT));

        for (GuardOptions guard : List.of(GuardOptions.off(), new GuardOptions(true, 1.0, 0.0))) {
            StepReport step = report(fastv.guard(guard)).steps().get(0);

            StepReport.Image image = step.images().get(0);
            float[] scores = Objects.requireNonNull(image.scores());
            assertThat(step.confidence()).isEqualTo(Confidence.ofShares(scores, image.kept()));
            assertThat(step.guard().keptAfter()).isEqualTo(step.keptTokens());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"random", "div-prune", "fastv", "sparse-vlm", "vision-zip", "pool", "down-sample"})
    void theCapHoldsForStrategiesThatAreToldACountToo(String strategy) {
        PruningOptions.Builder capped =
                PruningOptions.builder().strategy(strategy).maxRetentionRatio(0.2);

        assertThat(report(capped.retentionRatio(0.5)).retention()).isBetween(0.01, 0.2);
        assertThat(report(capped.retentionRatio(1.0)).retention()).isBetween(0.01, 0.2);
        assertThat(report(capped.retentionRatio(0.1)).retention()).isBetween(0.01, 0.1);
    }

    @Test
    void theCapOfACountIsAShareOfAllTokensAtEachStep() {
        PruningStep.Builder half = PruningStep.builder("random").retentionRatio(0.5);
        PruningReport report = report(PruningOptions.builder()
                .maxRetentionRatio(0.4)
                .schedule(List.of(half.at("vision").build(), half.at("layer 2").build())));

        assertThat(report.steps()).extracting(StepReport::keptTokens).containsExactly(12, 12);
    }

    @Test
    void theGuardCountsTheCapInTokensOfThePictureBeforeItWasMadeSmaller() {
        PruningReport report = report(PruningOptions.builder()
                .maxRetentionRatio(0.4)
                .guard(new GuardOptions(true, 1.0, 0.0))
                .schedule(List.of(
                        PruningStep.builder("down-sample")
                                .at("pixels")
                                .retentionRatio(0.4)
                                .build(),
                        PruningStep.builder("fastv")
                                .at("layer 2")
                                .retentionRatio(0.1)
                                .build())));

        StepReport step = report.steps().get(1);
        assertThat(step.guard().action()).isEqualTo(GuardReport.Action.WIDENED);
        assertThat(step.keptTokens()).isEqualTo(4);
    }

    @Test
    void aCountSaysWhetherCapOrFloorSettledIt() {
        PruningOptions.Builder random = PruningOptions.builder().strategy("random");

        assertThat(report(random.retentionRatio(0.5)).ratioReason()).isEqualTo(RatioReason.COUNT);
        assertThat(report(random.maxRetentionRatio(0.2)).ratioReason()).isEqualTo(RatioReason.CAP);
        PruningReport floor = report(random.minTokens(20));
        assertThat(floor.ratioReason()).isEqualTo(RatioReason.FLOOR);
        assertThat(floor.keptTokens()).as("the floor wins over the cap").isEqualTo(20);
    }

    @Test
    void theCapOfAProfileHoldsWithoutAModule() {
        PruningOptions.Builder receipts =
                PruningOptions.builder().profile("balanced").maxRetentionRatio(0.2);

        try (LoadedModel bare = LoadedModel.load(TinyModels.qwen().module(null).build())) {
            PruningReport report = report(bare, receipts);

            assertThat(report.strategy()).isEqualTo("div-prune");
            assertThat(report.keptTokens()).isEqualTo(6);
        }
    }
}
