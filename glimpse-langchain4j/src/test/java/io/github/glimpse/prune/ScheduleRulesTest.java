package io.github.glimpse.prune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.github.glimpse.UnsupportedModelException;
import io.github.glimpse.nn.DecoderStack.ScoreForm;
import io.github.glimpse.prune.PruningSchedule.Cut;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each combination of steps that is forbidden, and what is said of it. */
class ScheduleRulesTest {

    private static final PruningPoint PIXELS = PruningPoint.pixels();
    private static final PruningPoint VISION = PruningPoint.vision();
    private static final PruningPoint LAYER_1 = PruningPoint.afterLayers(1);
    private static final PruningPoint LAYER_2 = PruningPoint.afterLayers(2);
    private static final PruningPoint LAYER_3 = PruningPoint.afterLayers(3);
    private static final PruningPoint LAST = PruningPoint.last();

    /** A strategy that is nothing but what the rules ask of it. */
    private record Described(
            Set<EvidenceRequest> needs,
            Set<StrategyTrait> traits,
            @Nullable ProbeToken probe) implements PruningStrategy {

        @Override
        public PruningPoint defaultPoint() {
            return VISION;
        }

        @Override
        public void checkPoint(PruningPoint point) {}

        @Override
        public @Nullable ProbeToken probeToken() {
            return probe;
        }

        @Override
        public TokenSelection select(PruningEvidence evidence, TokenBudget budget) {
            throw new AssertionError("rules do not select");
        }

        @Override
        public void close() {}
    }

    /** A strategy that first looks at smaller pictures. */
    private static final class TwoScales implements TwoScaleStrategy {

        @Override
        public double scale() {
            return 0.5;
        }

        @Override
        public PruningPoint coarsePoint() {
            return LAYER_2;
        }

        @Override
        public PruningPoint defaultPoint() {
            return PIXELS;
        }

        @Override
        public void checkPoint(PruningPoint point) {}

        @Override
        public Set<EvidenceRequest> needs() {
            return Set.of();
        }

        @Override
        public @Nullable ProbeToken probeToken() {
            return null;
        }

        @Override
        public TokenSelection select(PruningEvidence evidence, TokenBudget budget) {
            throw new AssertionError("rules do not select");
        }

        @Override
        public void close() {}
    }

    private static Cut twoScales() {
        return new Cut(PIXELS, "foveate", new TwoScales(), new TokenBudget(TokenBounds.unset(), null));
    }

    private static Cut counting(PruningPoint at, @Nullable Double ratio, StrategyTrait... more) {
        Set<StrategyTrait> traits = new java.util.HashSet<>(List.of(more));
        traits.add(StrategyTrait.USES_BUDGET);
        return cut(at, ratio, new Described(Set.of(), traits, null));
    }

    private static Cut looking(PruningPoint at, EvidenceRequest need) {
        return cut(at, 0.5, new Described(Set.of(need), Set.of(StrategyTrait.USES_BUDGET), null));
    }

    private static Cut cut(PruningPoint at, @Nullable Double ratio, PruningStrategy strategy) {
        return new Cut(at, "some", strategy, new TokenBudget(new TokenBounds(ratio, null, null, null, null), null));
    }

    static Stream<Arguments> forbidden() {
        return Stream.concat(
                Stream.of(
                        arguments(
                                "falling",
                                List.of(counting(LAYER_3, 0.5), counting(LAYER_2, 0.5)),
                                "The cut at layer 2 follows the one at layer 3; places of a schedule must rise"),
                        arguments(
                                "two at a place",
                                List.of(counting(VISION, 0.5), counting(VISION, 0.25)),
                                "The cut at vision follows the one at vision; places of a schedule must rise"),
                        arguments(
                                "vision before pixels",
                                List.of(counting(VISION, 0.5), counting(PIXELS, 0.5)),
                                "The cut at pixels follows the one at vision"),
                        arguments(
                                "no ratio",
                                List.of(counting(VISION, null)),
                                "'some' keeps a given share of the image tokens and none is said; set"
                                        + " glimpse.pruning.retention-ratio"),
                        arguments(
                                "rising ratio",
                                List.of(counting(VISION, 0.25), counting(LAYER_2, 0.5)),
                                "The step at layer 2 keeps 0.5 of the image tokens after the one at vision keeps 0.25"),
                        arguments(
                                "rising ratio inside the tower",
                                List.of(counting(PruningPoint.insideTower(1), 0.25), counting(VISION, 0.5)),
                                "The step at vision keeps 0.5 of the image tokens after the one at tower 1 keeps 0.25"),
                        arguments(
                                "rising ratio around one of what is alive",
                                List.of(
                                        counting(PruningPoint.insideTower(1), 0.25),
                                        counting(PruningPoint.insideTower(2), 0.9, StrategyTrait.RATIO_OF_ALIVE),
                                        counting(VISION, 0.5)),
                                "The step at vision keeps 0.5 of the image tokens after the one at tower 1 keeps 0.25"),
                        arguments(
                                "hole in the grid",
                                List.of(counting(PIXELS, 0.5), counting(VISION, 0.25, StrategyTrait.NEEDS_FULL_GRID)),
                                "'some' at vision needs the full grid, and 'some' at pixels leaves holes in it"),
                        arguments(
                                "two that merge",
                                List.of(
                                        counting(VISION, 0.5, StrategyTrait.MERGES),
                                        counting(LAYER_1, 0.25, StrategyTrait.MERGES)),
                                "at most one step may merge"),
                        arguments(
                                "merging late",
                                List.of(counting(LAYER_2, 0.25, StrategyTrait.MERGES)),
                                "no step after 'layer 1' may merge"),
                        arguments(
                                "two scales before others",
                                List.of(twoScales(), counting(LAYER_2, 0.5)),
                                "'foveate' shows small pictures beside parts of the whole ones, and no other step can"
                                        + " count both; leave out 'some' at layer 2, or 'foveate'"),
                        arguments(
                                "two scales twice",
                                List.of(twoScales(), twoScales()),
                                "leave out 'foveate' at pixels, or 'foveate'"),
                        arguments(
                                "smaller picture late",
                                List.of(counting(VISION, 0.25, StrategyTrait.SHRINKS_PICTURE)),
                                "it works at 'pixels' only, not at 'vision'")),
                Stream.of(
                                new EvidenceRequest.LastRowAttention(),
                                new EvidenceRequest.LayerPeek(true),
                                new EvidenceRequest.TextAttention(),
                                new EvidenceRequest.EnteredRows(),
                                new EvidenceRequest.ProbeAttention(List.of(1), ScoreForm.LOGITS),
                                new EvidenceRequest.Pixels())
                        .map(need -> arguments(
                                "too early for " + need,
                                List.of(looking(VISION, need)),
                                "which is not there at 'vision'; use")));
    }

    static Stream<Arguments> forbiddenAtOtherPlaces() {
        return Stream.of(
                arguments(new EvidenceRequest.LayerPeek(true), LAST),
                arguments(new EvidenceRequest.ProbeAttention(List.of(2), ScoreForm.LOGITS), LAYER_2),
                arguments(new EvidenceRequest.ImageRows(), PIXELS),
                arguments(new EvidenceRequest.TextRows(EvidenceRequest.TextRows.Which.LAST_USER_MESSAGE), PIXELS),
                arguments(new EvidenceRequest.TowerCls(-2), PIXELS),
                arguments(new EvidenceRequest.TowerReceived(-1), PIXELS),
                arguments(new EvidenceRequest.TowerKeys(-1), PIXELS),
                arguments(new EvidenceRequest.VisionTaps(List.of(1)), PIXELS),
                arguments(new EvidenceRequest.Pixels(), LAYER_2));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("forbidden")
    void refusesWithTheRule(String name, List<Cut> cuts, String rule) {
        assertThatThrownBy(() -> schedule(cuts, KvForm.UNIFORM, PositionForm.ORIGINAL))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(rule);
    }

    @ParameterizedTest(name = "{0} at {1}")
    @MethodSource("forbiddenAtOtherPlaces")
    void refusesWhereThereIsNothingToSee(EvidenceRequest need, PruningPoint at) {
        assertThatThrownBy(() -> schedule(List.of(looking(at, need)), KvForm.UNIFORM, PositionForm.ORIGINAL))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("not there at '" + at + "'");
    }

    @Test
    void refusesToRenumberBetweenLayersWithUniformCaches() {
        List<Cut> cuts = List.of(counting(LAYER_2, 0.5));

        assertThatThrownBy(() -> schedule(cuts, KvForm.UNIFORM, PositionForm.RENUMBER))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("set glimpse.pruning.kv=ragged");
        assertThatCode(() -> schedule(cuts, KvForm.RAGGED, PositionForm.RENUMBER))
                .doesNotThrowAnyException();
    }

    @Test
    void twoScalesMayStandAlone() {
        Cut alone = twoScales();

        PruningSchedule schedule = schedule(List.of(alone), KvForm.RAGGED, PositionForm.ORIGINAL);

        assertThat(schedule.twoScaleCut()).isSameAs(alone);
        assertThat(PruningSchedule.none().twoScaleCut()).isNull();
    }

    @Test
    void aRatioOfWhatIsAliveMayBeHigherThanAnEarlierOne() {
        List<Cut> cuts = List.of(
                counting(PruningPoint.insideTower(1), 0.5),
                counting(PruningPoint.insideTower(2), 0.9, StrategyTrait.RATIO_OF_ALIVE),
                counting(VISION, 0.5));

        assertThatCode(() -> schedule(cuts, KvForm.UNIFORM, PositionForm.ORIGINAL))
                .doesNotThrowAnyException();
    }

    @Test
    void aRatioOfVideosMayBeLowerThanALaterOneOfAllTokens() {
        List<Cut> cuts = List.of(counting(VISION, 0.25, StrategyTrait.OVER_TIME), counting(LAYER_2, 0.5));

        assertThatCode(() -> schedule(cuts, KvForm.UNIFORM, PositionForm.ORIGINAL))
                .doesNotThrowAnyException();
    }

    @Test
    void aCutOverTimeIsRefusedWhereThereAreNoVideos() {
        PruningSchedule overTime = schedule(
                List.of(counting(VISION, 0.25, StrategyTrait.OVER_TIME)), KvForm.UNIFORM, PositionForm.ORIGINAL);

        assertThatThrownBy(overTime::checkForPicturesOnly)
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("'some' chooses among the slices of a video")
                .hasMessageContaining("takes no videos; use div-prune");
        assertThatCode(() -> PruningSchedule.none().checkForPicturesOnly()).doesNotThrowAnyException();
    }

    @Test
    void allowsWhatNoRuleForbids() {
        List<Cut> cuts = List.of(
                counting(PIXELS, 0.9),
                counting(VISION, 0.5, StrategyTrait.MERGES),
                looking(LAYER_2, new EvidenceRequest.LastRowAttention()),
                looking(LAYER_3, new EvidenceRequest.LayerPeek(false)));

        assertThatCode(() -> schedule(cuts, KvForm.UNIFORM, PositionForm.ORIGINAL))
                .doesNotThrowAnyException();
    }

    private static PruningSchedule schedule(List<PruningSchedule.Cut> cuts, KvForm kv, PositionForm positions) {
        return new PruningSchedule(cuts, kv, positions, new SelectionGuard(GuardOptions.off()));
    }
}
