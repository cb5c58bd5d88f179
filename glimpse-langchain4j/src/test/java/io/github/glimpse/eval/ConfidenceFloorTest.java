package io.github.glimpse.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.glimpse.prune.GuardOptions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What floors part, against examples worked out by hand. */
class ConfidenceFloorTest {

    private static final double CLOSE = 1e-12;

    /** Answers that are alike. */
    private record Alike(int count, double confidence, double recall) {}

    private static List<ConfidenceFloor> candidates(Alike... groups) {
        return ConfidenceFloor.candidates(
                Arrays.stream(groups)
                        .flatMapToDouble(group -> Arrays.stream(repeated(group.count(), group.confidence())))
                        .toArray(),
                Arrays.stream(groups)
                        .flatMapToDouble(group -> Arrays.stream(repeated(group.count(), group.recall())))
                        .toArray());
    }

    private static double[] repeated(int count, double value) {
        double[] values = new double[count];
        Arrays.fill(values, value);
        return values;
    }

    private static ConfidenceFloor at(double floor, List<ConfidenceFloor> candidates) {
        return candidates.stream()
                .filter(candidate -> candidate.floor() == floor)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void partsAnswersByTheirConfidence() {
        // Ten answers: of the four with recall below one half three lie below 0.3, of the six others one does.
        List<ConfidenceFloor> candidates = candidates(
                new Alike(3, 0.2, 0.1), new Alike(1, 0.2, 0.9), new Alike(1, 0.8, 0.3), new Alike(5, 0.8, 1.0));

        ConfidenceFloor floor = at(0.3, candidates);

        assertThat(floor.below()).isEqualTo(4);
        assertThat(floor.rest()).isEqualTo(6);
        assertThat(floor.share()).isEqualTo(0.4);
        assertThat(floor.recallBelow()).isCloseTo((3 * 0.1 + 0.9) / 4, within(CLOSE));
        assertThat(floor.recallOfRest()).isCloseTo((0.3 + 5) / 6, within(CLOSE));
        assertThat(floor.separation()).isCloseTo(3 / 4.0 - 1 / 6.0, within(CLOSE));
    }

    @Test
    void anAnswerAtTheFloorIsNotBelowItAndARecallOfOneHalfIsNotLost() {
        ConfidenceFloor floor = at(0.5, candidates(new Alike(1, 0.5, 0.5), new Alike(1, 0.4, 0.49)));

        assertThat(floor.below()).isEqualTo(1);
        assertThat(floor.separation()).isEqualTo(1.0);
    }

    @Test
    void wherePartsAreEmptyOrAllAlikeNothingIsKnown() {
        ConfidenceFloor low = at(0.05, candidates(new Alike(3, 0.4, 0.9)));

        assertThat(low.below()).isZero();
        assertThat(low.recallBelow()).isNaN();
        assertThat(low.recallOfRest()).isCloseTo(0.9, within(CLOSE));
        assertThat(low.separation()).isNaN();
        assertThat(candidates()).isEmpty();
    }

    @Test
    void candidatesAreTwentiethsAndTheGuardsOwnFloors() {
        List<Double> floors = candidates(new Alike(1, 0.5, 0.5)).stream()
                .map(ConfidenceFloor::floor)
                .toList();

        assertThat(floors)
                .isSorted()
                .doesNotHaveDuplicates()
                .hasSizeBetween(19, 21)
                .contains(0.05, 0.95, GuardOptions.DEFAULT_WIDEN_BELOW, GuardOptions.DEFAULT_SKIP_BELOW);
    }

    @Test
    void theBestFloorIsTheLowestOfThoseThatPartBest() {
        // Everything between 0.3 and 0.6 parts the lost ones from the others.
        List<ConfidenceFloor> candidates = candidates(new Alike(25, 0.27, 0.2), new Alike(75, 0.6, 1.0));

        assertThat(ConfidenceFloor.best(candidates)).hasValueSatisfying(best -> {
            assertThat(best.floor()).isEqualTo(0.3);
            assertThat(best.separation()).isEqualTo(1.0);
            assertThat(best.below()).isEqualTo(25);
        });
    }

    @Test
    void aFloorThatPartsWellButFewIsNotTaken() {
        // Below 0.2 lie 19 lost answers; only with 6 more, and 10 that are not lost, are they enough.
        List<ConfidenceFloor> candidates = candidates(
                new Alike(19, 0.1, 0.0), new Alike(10, 0.3, 1.0), new Alike(6, 0.4, 0.0), new Alike(65, 0.9, 1.0));

        assertThat(at(0.2, candidates).isSupported()).isFalse();
        assertThat(ConfidenceFloor.best(candidates).map(ConfidenceFloor::floor)).hasValue(0.45);

        List<ConfidenceFloor> fewOthers = candidates(new Alike(50, 0.1, 0.0), new Alike(19, 0.9, 1.0));
        assertThat(ConfidenceFloor.best(fewOthers)).isEmpty();
    }

    @Test
    void aFloorNoBetterThanChanceIsNone() {
        // The less confident, the better.
        assertThat(ConfidenceFloor.best(candidates(new Alike(30, 0.1, 1.0), new Alike(30, 0.9, 0.0))))
                .isEmpty();
        assertThat(ConfidenceFloor.best(candidates(new Alike(60, 0.5, 0.9)))).isEmpty();
    }

    @Test
    void answersWithoutBoxesCountInNoFloor() {
        List<ConfidenceFigures.Sample> samples = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            samples.add(new ConfidenceFigures.Sample(0.1, 0.2, false, false));
            samples.add(new ConfidenceFigures.Sample(0.1, Double.NaN, true, false));
            samples.add(new ConfidenceFigures.Sample(0.9, 1.0, true, false));
        }

        ConfidenceFigures figures = ConfidenceFigures.of(samples);

        assertThat(figures.bestFloor()).hasValueSatisfying(best -> assertThat(best.below() + best.rest())
                .isEqualTo(60));
        assertThat(figures.line("glimpse"))
                .isEqualTo(
                        "confidence=glimpse n=90 spearman=1.00 auroc=1.00 lost=0 least-tenth=- floor=0.15 below=50.0 recall-below=20.0"
                                + " recall-rest=100.0 separation=1.00");
        assertThat(figures.withoutFloors().line("auto"))
                .isEqualTo("confidence=auto n=90 spearman=1.00 auroc=1.00 lost=0 least-tenth=- floor=-");
    }
}
