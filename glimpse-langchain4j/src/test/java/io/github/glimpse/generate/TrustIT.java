package io.github.glimpse.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.glimpse.image.ImageDecoder;
import io.github.glimpse.image.ImageLimits;
import io.github.glimpse.image.MaskOverlay;
import io.github.glimpse.image.RasterImage;
import io.github.glimpse.image.Transparency;
import io.github.glimpse.prune.Confidence;
import io.github.glimpse.prune.GuardOptions;
import io.github.glimpse.prune.GuardReport.Action;
import io.github.glimpse.prune.PruningExplanation;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.prune.PruningReport;
import io.github.glimpse.prune.PruningStep;
import io.github.glimpse.prune.RatioReason;
import io.github.glimpse.prune.StepReport;
import io.github.glimpse.sampling.GenerationOptions;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Profiles, confidence, guard and explanation on the tiny models. */
class TrustIT {

    private static final byte[] PICTURE = TinyModels.picture("qwen2_5_vl-tiny/cases/020/a.png");

    private static LoadedModel model;
    private static LoadedModel bare;

    @BeforeAll
    static void load() {
        model = LoadedModel.load(TinyModels.qwen()
                .profiles(Map.of(
                        "receipts",
                        PruningOptions.builder()
                                .profile("careful")
                                .maxRetentionRatio(0.5)
                                .build()))
                .build());
        bare = LoadedModel.load(TinyModels.qwen().module(null).build());
    }

    @AfterAll
    static void close() {
        model.close();
        bare.close();
    }

    private static GenerationResult ask(LoadedModel engine, PruningOptions.Builder pruning, int pictures) {
        byte[][] files = new byte[pictures][];
        java.util.Arrays.fill(files, PICTURE);
        return engine.generate(new GenerationRequest(
                List.of(ChatTurn.user("What colour is the car?", files)),
                pruning.build(),
                GenerationOptions.builder().maxOutputTokens(3).build()));
    }

    private static PruningReport report(LoadedModel engine, PruningOptions.Builder pruning) {
        return ask(engine, pruning, 1).report();
    }

    @Test
    void theConfidenceIsThatOfTheProbabilitiesInTheReport() {
        PruningReport report = report(model, PruningOptions.builder());

        StepReport step = report.steps().get(0);
        float[] probabilities = Objects.requireNonNull(report.images().get(0).probabilities());
        double all = 0;
        double kept = 0;
        for (float probability : probabilities) {
            all += probability;
        }
        for (int token : report.images().get(0).kept()) {
            kept += probabilities[token];
        }
        Confidence confidence = Objects.requireNonNull(step.confidence());
        assertThat(confidence.coverage()).isCloseTo(kept / all, org.assertj.core.api.Assertions.within(1e-5));
        assertThat(report.confidence()).isEqualTo(confidence.confidence());
        assertThat(report.ratioReason()).isNotNull();
        assertThat(report.guard().action()).as("off by default").isEqualTo(Action.NONE);
        assertThat(step.images().get(0).scores()).containsExactly(probabilities);
    }

    @Test
    void aProfileOfTheRequestChangesWhatIsKept() {
        PruningReport bold = report(model, PruningOptions.builder().profile("bold"));
        PruningReport off = report(model, PruningOptions.builder().profile("off"));
        PruningReport own = report(model, PruningOptions.builder().profile("receipts"));

        assertThat(bold.retention()).isLessThanOrEqualTo(0.111);
        assertThat(off.retention()).isEqualTo(1);
        assertThat(off.confidence()).isNull();
        assertThat(own.retention()).isLessThanOrEqualTo(0.5);
        assertThat(model.plan(PruningOptions.builder().profile("receipts").build())
                        .get(0)
                        .budget())
                .satisfies(budget -> assertThat(budget.threshold()).isEqualTo(0.3));
    }

    @Test
    void anUnknownProfileIsRefusedWithTheKnownOnes() {
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        model.check(PruningOptions.builder().profile("brave").build()))
                .withMessageContaining("auto, balanced, bold, careful, off, receipts");
    }

    @Test
    void withoutAModuleAProfileIsDiversityAndKnowsNoConfidence() {
        PruningReport report = report(bare, PruningOptions.builder().profile("balanced"));

        assertThat(report.strategy()).isEqualTo("div-prune");
        assertThat(report.keptTokens()).isEqualTo(12);
        assertThat(report.confidence()).isNull();
        assertThat(report.guard().action()).isEqualTo(Action.NONE);
    }

    @Test
    void autoWithoutAModuleNeedsADistanceAndThenDecidesTwice() {
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        bare.check(PruningOptions.builder().profile("auto").build()))
                .withMessageContaining("stop-distance");

        PruningReport report =
                report(bare, PruningOptions.builder().profile("auto").options(Map.of("stop-distance", "0.3")));

        assertThat(report.steps()).extracting(StepReport::strategy).containsExactly("div-prune", "fastv");
        assertThat(report.steps().get(0).ratioReason()).isIn(RatioReason.DISTANCE, RatioReason.FLOOR, RatioReason.CAP);
        assertThat(report.steps().get(1).ratioReason()).isIn(RatioReason.MASS, RatioReason.FLOOR, RatioReason.CAP);
        assertThat(report.confidence()).isBetween(0.0, 1.0);
        int first = report.steps().get(0).keptTokens();
        assertThat(first).isBetween(3, 18);
        assertThat(report.keptTokens()).isBetween(Math.max(1, (int) (0.3 * first)), first);
    }

    @Test
    void theGuardKeepsAllWhereItsFloorsAreNotReached() {
        GuardOptions never = new GuardOptions(true, 1.0, 1.0);
        PruningReport skipped = report(model, PruningOptions.builder().guard(never));
        PruningReport capped =
                report(model, PruningOptions.builder().guard(never).maxRetentionRatio(0.1));

        assertThat(skipped.guard().action()).isEqualTo(Action.SKIPPED);
        assertThat(skipped.retention()).isEqualTo(1);
        assertThat(skipped.steps().get(0).ratioReason()).isNull();
        assertThat(capped.guard().action()).isEqualTo(Action.REPORTED);
        assertThat(capped.keptTokens()).isEqualTo(3);
        assertThat(capped.guard().message()).contains("max-retention-ratio 0.1");
    }

    @Test
    void aSkippedCutGivesTheUnprunedAnswer() {
        GuardOptions never = new GuardOptions(true, 1.0, 1.0);
        assertThat(ask(model, PruningOptions.builder().guard(never), 1).tokenIds())
                .isEqualTo(
                        ask(model, PruningOptions.builder().enabled(false), 1).tokenIds());
    }

    @Test
    void theGuardAsksACountingStrategyForMoreTokens() {
        PruningOptions.Builder fastv =
                PruningOptions.builder().strategy("fastv").retentionRatio(0.2).guard(new GuardOptions(true, 1.0, 0.0));

        PruningReport widened = report(model, fastv);

        assertThat(widened.guard().action()).isEqualTo(Action.WIDENED);
        assertThat(widened.keptTokens()).isEqualTo(9);
        assertThat(widened.guard().keptBefore()).isEqualTo(6);
    }

    @Test
    void eachStepOfAScheduleIsReportedForEachImage() {
        PruningOptions.Builder schedule = PruningOptions.builder()
                .schedule(List.of(
                        PruningStep.builder("vision-zip")
                                .at("vision")
                                .retentionRatio(0.5)
                                .build(),
                        PruningStep.builder("fastv")
                                .at("layer 2")
                                .retentionRatio(0.2)
                                .build()));

        PruningReport report = ask(bare, schedule, 2).report();

        assertThat(report.steps()).hasSize(2);
        StepReport first = report.steps().get(0);
        StepReport second = report.steps().get(1);
        assertThat(first.images()).hasSize(2);
        assertThat(first.images()).allSatisfy(image -> assertThat(image.kept()).hasSize(15));
        assertThat(first.images().get(0).merged()).isNotEmpty();
        assertThat(first.images().get(0).merged())
                .allSatisfy(token -> assertThat(first.images().get(0).kept()).contains(token.representative()));
        assertThat(second.keptTokens()).isEqualTo(12);
        float[] scores = Objects.requireNonNull(second.images().get(1).scores());
        int[] scored = IntStream.range(0, scores.length)
                .filter(token -> !Float.isNaN(scores[token]))
                .toArray();
        assertThat(scored).containsExactly(first.images().get(1).kept());
        assertThat(report.images().get(1).kept())
                .containsExactly(second.images().get(1).kept());
    }

    @Test
    void theExplanationDrawsEachStepOnEachPicture() {
        PruningOptions.Builder schedule = PruningOptions.builder()
                .schedule(List.of(
                        PruningStep.builder("vision-zip")
                                .at("vision")
                                .retentionRatio(0.5)
                                .build(),
                        PruningStep.builder("fastv")
                                .at("layer 2")
                                .retentionRatio(0.2)
                                .build()));
        PruningReport report = ask(bare, schedule, 2).report();
        ImageDecoder decoder = new ImageDecoder(ImageLimits.defaults(), Transparency.WHITE);
        RasterImage picture = decoder.decode(PICTURE);

        PruningExplanation drawn = PruningExplanation.of(report, decoder, List.of(PICTURE, PICTURE));

        assertThat(drawn.steps()).isEqualTo(2);
        assertThat(drawn.mask(1)).isEqualTo(drawn.mask(1, 1));
        assertThat(drawn.mask(0, 0))
                .isEqualTo(MaskOverlay.png(
                        picture,
                        report.images().get(0).plan(),
                        report.steps().get(0).images().get(0).kept()));
        for (int image = 0; image < 2; image++) {
            assertThat(drawn.merged(0, image)).isPresent();
            assertThat(drawn.merged(1, image)).isEmpty();
            assertThat(drawn.scores(1, image))
                    .hasValueSatisfying(
                            png -> assertThat(decoder.decode(png).size()).isEqualTo(picture.size()));
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PruningExplanation.of(report, List.of(picture)))
                .withMessageContaining("2 pictures, 1 were given");
    }

    @Test
    void withoutScoresTheReportKeepsMasksAndConfidence() {
        PruningReport report = report(model, PruningOptions.builder());
        PruningReport plain = report.withoutScores();

        assertThat(plain.steps().get(0).images().get(0).scores()).isNull();
        assertThat(plain.images().get(0).probabilities()).isNull();
        assertThat(plain.confidence()).isEqualTo(report.confidence());
        assertThat(plain.keptJoined()).containsExactly(report.keptJoined());
    }
}
