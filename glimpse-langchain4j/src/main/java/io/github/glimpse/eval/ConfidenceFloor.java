package io.github.glimpse.eval;

import io.github.glimpse.prune.GuardOptions;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * What a floor of the guard parts: the answers whose selection is less confident than that, which would be widened or, if it
 * does not help, not cut, from the rest. Made of answers that no guard has touched. Shares are from 0 to 1.
 *
 * @param floor the confidence
 * @param below answers with less than that
 * @param rest the other answers
 * @param recallBelow their mean box recall, not a number if there are none
 * @param recallOfRest that of the others
 * @param separation Youden's J for finding box recall below one half: the share of such answers that lie below the floor, minus
 *     the share of the others that do. 1 parts them all, 0 is chance; not a number without both kinds
 * @see <a href="https://doi.org/10.1002/1097-0142(1950)3:1%3C32::AID-CNCR2820030106%3E3.0.CO;2-3">Youden 1950</a>
 */
public record ConfidenceFloor(
        double floor, int below, int rest, double recallBelow, double recallOfRest, double separation) {

    /** Answers on either side that a floor needs to be trusted. */
    static final int LEAST_SUPPORT = 20;

    /** Box recall from which the evidence counts as kept. */
    static final double FOUND = 0.5;

    private static final int STEPS = 20;
    private static final double PERCENT = 100;

    /**
     * The twentieths between 0 and 1, and the guard's default floors, rising; none without answers.
     *
     * @param confidences of the answers
     * @param recalls their box recall, in the same order
     */
    static List<ConfidenceFloor> candidates(double[] confidences, double[] recalls) {
        if (confidences.length == 0) {
            return List.of();
        }
        DoubleStream twentieths = IntStream.range(1, STEPS).mapToDouble(step -> (double) step / STEPS);
        return DoubleStream.concat(
                        twentieths, DoubleStream.of(GuardOptions.DEFAULT_SKIP_BELOW, GuardOptions.DEFAULT_WIDEN_BELOW))
                .sorted()
                .distinct()
                .mapToObj(floor -> of(floor, confidences, recalls))
                .toList();
    }

    private static ConfidenceFloor of(double floor, double[] confidences, double[] recalls) {
        int[] below = answers(confidences, floor, true);
        int[] rest = answers(confidences, floor, false);
        long poor = poor(below, recalls);
        long allPoor = poor + poor(rest, recalls);
        long good = below.length - poor;
        long allGood = recalls.length - allPoor;
        return new ConfidenceFloor(
                floor,
                below.length,
                rest.length,
                recall(below, recalls),
                recall(rest, recalls),
                allPoor == 0 || allGood == 0 ? Double.NaN : (double) poor / allPoor - (double) good / allGood);
    }

    private static int[] answers(double[] confidences, double floor, boolean less) {
        return IntStream.range(0, confidences.length)
                .filter(answer -> confidences[answer] < floor == less)
                .toArray();
    }

    private static long poor(int[] answers, double[] recalls) {
        return Arrays.stream(answers).filter(answer -> recalls[answer] < FOUND).count();
    }

    private static double recall(int[] answers, double[] recalls) {
        return Statistics.mean(
                Arrays.stream(answers).mapToDouble(answer -> recalls[answer]).toArray());
    }

    /**
     * The floor that parts best, if any does better than chance: of those with at least 20 answers on either side, and of equals
     * the lowest, which touches the fewest answers.
     */
    static Optional<ConfidenceFloor> best(List<ConfidenceFloor> candidates) {
        return candidates.stream()
                .filter(floor -> floor.isSupported() && floor.separation() > 0)
                .min(Comparator.comparingDouble((ConfidenceFloor floor) -> -floor.separation())
                        .thenComparingDouble(ConfidenceFloor::floor));
    }

    /** Whether there are enough answers on either side. */
    public boolean isSupported() {
        return Math.min(below, rest) >= LEAST_SUPPORT;
    }

    /** Answers below / all. */
    public double share() {
        return (double) below / (below + rest);
    }

    /** The end of a line for a console: shares in per cent. */
    String words() {
        return "floor=" + decimal(floor)
                + " below=" + RowFigures.number(PERCENT * share())
                + " recall-below=" + RowFigures.number(PERCENT * recallBelow)
                + " recall-rest=" + RowFigures.number(PERCENT * recallOfRest)
                + " separation=" + decimal(separation);
    }

    /** Two digits behind the point, {@code -} for what is not known. */
    static String decimal(double value) {
        // There is no minus zero in a table.
        return Double.isNaN(value)
                ? "-"
                : String.format(Locale.ROOT, "%.2f", value).replaceAll("^-(?=0.00$)", "");
    }
}
