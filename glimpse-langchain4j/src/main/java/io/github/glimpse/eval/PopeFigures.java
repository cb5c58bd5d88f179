package io.github.glimpse.eval;

import java.util.List;

/**
 * What POPE reports of a set of yes-or-no questions; {@code yes} is the positive class. All from 0 to 1; not a number where a
 * divisor is 0.
 *
 * @param questions how many
 * @param accuracy share of right answers
 * @param precision share of the answers {@code yes} that are right
 * @param recall share of the questions to be answered {@code yes} that are
 * @param f1 harmonic mean of the two
 * @param yesRate share of the answers {@code yes}
 */
public record PopeFigures(int questions, double accuracy, double precision, double recall, double f1, double yesRate) {

    /** An answer and what it should be. */
    record Pair(String answer, String expected) {}

    static PopeFigures of(List<Pair> pairs) {
        int truePositive = 0;
        int falsePositive = 0;
        int trueNegative = 0;
        int falseNegative = 0;
        for (Pair pair : pairs) {
            boolean yes = Pope.saysYes(pair.answer());
            boolean right = Pope.saysYes(pair.expected());
            truePositive += yes && right ? 1 : 0;
            falsePositive += yes && !right ? 1 : 0;
            trueNegative += !yes && !right ? 1 : 0;
            falseNegative += !yes && right ? 1 : 0;
        }
        double count = pairs.size();
        double precision = (double) truePositive / (truePositive + falsePositive);
        double recall = (double) truePositive / (truePositive + falseNegative);
        return new PopeFigures(
                pairs.size(),
                (truePositive + trueNegative) / count,
                precision,
                recall,
                2 * precision * recall / (precision + recall),
                (truePositive + falsePositive) / count);
    }
}
