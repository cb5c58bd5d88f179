package io.github.glimpse.examples.tiny.evaluation;

import io.github.glimpse.generate.GenerationResult;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * What each threshold keeps and costs, and the choice: of those that keep few enough tokens and enough of the evidence the one that
 * costs the fewest right answers; of equal ones the one that keeps fewest.
 */
final class ThresholdTable {

    private static final List<Double> TRIED =
            List.of(0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.07, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8);
    private static final double MOST_KEPT = 12.0;
    private static final double LEAST_RECALL = 95.0;

    /**
     * A threshold.
     *
     * @param threshold probability above which a token stays
     * @param full right answers with all image tokens, in percent
     * @param glimpse right answers with the kept ones, in percent
     * @param kept mean share of kept tokens, in percent
     * @param recall mean share of the evidence that is kept, in percent
     */
    record Row(double threshold, double full, double glimpse, double kept, double recall) {

        boolean fits() {
            return kept <= MOST_KEPT && recall >= LEAST_RECALL;
        }

        double loss() {
            return full - glimpse;
        }

        String line() {
            return String.format(
                    Locale.ROOT,
                    "threshold=%.3f full=%.1f glimpse=%.1f loss=%.1f kept=%.1f recall=%.1f%s",
                    threshold,
                    full,
                    glimpse,
                    loss(),
                    kept,
                    recall,
                    fits() ? "" : " (beyond the bounds)");
        }
    }

    private ThresholdTable() {}

    /** Asks with each threshold and prints a line for each, then the choice. */
    static void print(Examination examination, PrintStream out) {
        List<Row> rows = rows(examination);
        rows.forEach(row -> out.println(row.line()));
        out.println(chosen(rows));
    }

    private static List<Row> rows(Examination examination) {
        List<List<Outcome>> asked = examination.each(question -> {
            List<GenerationResult> pruned = new ArrayList<>();
            TRIED.forEach(threshold -> pruned.add(examination.glimpse(question, threshold)));
            boolean full = examination.rightInFull(question);
            return pruned.stream()
                    .map(result -> new Outcome(
                            question.question().kind(),
                            full,
                            Examination.right(result, question),
                            false,
                            false,
                            result.report().retention(),
                            Examination.found(result, question)))
                    .toList();
        });
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < TRIED.size(); i++) {
            Score score = new Score();
            for (List<Outcome> outcomes : asked) {
                score.add(outcomes.get(i));
            }
            rows.add(new Row(
                    TRIED.get(i),
                    score.fullPercent(),
                    score.glimpsePercent(),
                    score.keptPercent(),
                    score.recallPercent()));
        }
        return rows;
    }

    /** The last line: the choice, or that there is none. */
    static String chosen(List<Row> rows) {
        return rows.stream()
                .filter(Row::fits)
                .min(Comparator.comparingDouble(Row::loss).thenComparingDouble(Row::kept))
                .map(row -> String.format(Locale.ROOT, "chosen threshold=%.3f", row.threshold()))
                .orElseGet(() -> String.format(
                        Locale.ROOT,
                        "no threshold keeps at most %.0f %% of the tokens and at least %.0f %% of the evidence",
                        MOST_KEPT,
                        LEAST_RECALL));
    }
}
