package io.github.glimpse.eval;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * How far a confidence, that of a selection or how likely the model held its answer, tells what an answer is worth. Not a number
 * where it cannot be said.
 *
 * @param readings answers with a confidence
 * @param recallCorrelation Spearman's correlation with box recall
 * @param recallSeparation area under the ROC curve for keeping at least half of the boxes' cells
 * @param agreementCorrelation Spearman's correlation with agreement: 1 where the answer is the unpruned one
 * @param agreementSeparation area under the ROC curve for agreement
 * @param lost answers that score less than the unpruned ones
 * @param lostInLeastConfident share of them among the tenth of the answers with the least confidence; answers of equal confidence
 *     at its border count in part
 * @param leastTenth the confidence at the border of that tenth
 * @param groups ten groups of rising confidence
 * @param floors what floors of the guard would part, rising, by the answers whose box recall is known; none where a guard has
 *     acted on the confidence already
 */
public record ConfidenceFigures(
        int readings,
        double recallCorrelation,
        double recallSeparation,
        double agreementCorrelation,
        double agreementSeparation,
        int lost,
        double lostInLeastConfident,
        double leastTenth,
        List<Group> groups,
        List<ConfidenceFloor> floors) {

    private static final int GROUPS = 10;
    private static final double LEAST_SHARE = 0.1;
    private static final double PERCENT = 100;

    /**
     * Answers of about the same confidence.
     *
     * @param confidence mean
     * @param agreement share of answers that equal the unpruned ones
     * @param recall mean box recall
     */
    public record Group(double confidence, double agreement, double recall) {}

    /** Copies the lists. */
    public ConfidenceFigures {
        groups = List.copyOf(groups);
        floors = List.copyOf(floors);
    }

    /** The floor that parts best the answers whose evidence was lost from the others; nothing without enough answers. */
    public Optional<ConfidenceFloor> bestFloor() {
        return ConfidenceFloor.best(floors);
    }

    /** The same for a setting whose guard has acted. */
    ConfidenceFigures withoutFloors() {
        return new ConfidenceFigures(
                readings,
                recallCorrelation,
                recallSeparation,
                agreementCorrelation,
                agreementSeparation,
                lost,
                lostInLeastConfident,
                leastTenth,
                groups,
                List.of());
    }

    /** One line for a console: how well confidence and box recall go together, and what the best floor parts. */
    String line(String setting) {
        return "confidence=" + setting
                + " n=" + readings
                + " spearman=" + ConfidenceFloor.decimal(recallCorrelation)
                + " auroc=" + ConfidenceFloor.decimal(recallSeparation)
                + " " + lostWords()
                + " " + bestFloor().map(ConfidenceFloor::words).orElse("floor=-");
    }

    /** The same for how likely answers were held, which says nothing of boxes. */
    String likelihoodLine(String setting) {
        return "likelihood=" + setting
                + " n=" + readings
                + " auroc=" + ConfidenceFloor.decimal(agreementSeparation)
                + " " + lostWords()
                + " border=" + ConfidenceFloor.decimal(leastTenth);
    }

    private String lostWords() {
        return "lost=" + lost + " least-tenth=" + RowFigures.number(PERCENT * lostInLeastConfident);
    }

    /** What is known of an answer. */
    record Sample(double confidence, double recall, boolean agrees, boolean lost) {}

    static ConfidenceFigures of(List<Sample> samples) {
        List<Sample> rising = samples.stream()
                .sorted(Comparator.comparingDouble(Sample::confidence))
                .toList();
        List<Sample> located =
                rising.stream().filter(sample -> !Double.isNaN(sample.recall())).toList();
        double[] agreement =
                rising.stream().mapToDouble(sample -> sample.agrees() ? 1 : 0).toArray();
        boolean[] agrees = new boolean[rising.size()];
        boolean[] found = new boolean[located.size()];
        for (int i = 0; i < agrees.length; i++) {
            agrees[i] = rising.get(i).agrees();
        }
        for (int i = 0; i < found.length; i++) {
            found[i] = located.get(i).recall() >= ConfidenceFloor.FOUND;
        }
        double[] recalls = located.stream().mapToDouble(Sample::recall).toArray();
        return new ConfidenceFigures(
                rising.size(),
                Statistics.rankCorrelation(confidences(located), recalls),
                Statistics.areaUnderCurve(confidences(located), found),
                Statistics.rankCorrelation(confidences(rising), agreement),
                Statistics.areaUnderCurve(confidences(rising), agrees),
                (int) rising.stream().filter(Sample::lost).count(),
                lostInLeast(rising),
                rising.get(tenth(rising) - 1).confidence(),
                groups(rising),
                ConfidenceFloor.candidates(confidences(located), recalls));
    }

    private static double[] confidences(List<Sample> samples) {
        return samples.stream().mapToDouble(Sample::confidence).toArray();
    }

    private static int tenth(List<Sample> rising) {
        return (int) Math.ceil(LEAST_SHARE * rising.size());
    }

    private static double lostInLeast(List<Sample> rising) {
        long lost = rising.stream().filter(Sample::lost).count();
        if (lost == 0) {
            return Double.NaN;
        }
        int size = tenth(rising);
        double border = rising.get(size - 1).confidence();
        List<Sample> below =
                rising.stream().filter(sample -> sample.confidence() < border).toList();
        List<Sample> equal =
                rising.stream().filter(sample -> sample.confidence() == border).toList();
        double share = (double) (size - below.size()) / equal.size();
        double least = below.stream().filter(Sample::lost).count()
                + share * equal.stream().filter(Sample::lost).count();
        return least / lost;
    }

    private static List<Group> groups(List<Sample> rising) {
        List<Group> groups = new ArrayList<>();
        for (int i = 0; i < GROUPS; i++) {
            List<Sample> group = rising.subList(i * rising.size() / GROUPS, (i + 1) * rising.size() / GROUPS);
            if (!group.isEmpty()) {
                groups.add(new Group(
                        Statistics.mean(confidences(group)),
                        (double) group.stream().filter(Sample::agrees).count() / group.size(),
                        Statistics.mean(group.stream()
                                .mapToDouble(Sample::recall)
                                .filter(recall -> !Double.isNaN(recall))
                                .toArray())));
            }
        }
        return groups;
    }
}
