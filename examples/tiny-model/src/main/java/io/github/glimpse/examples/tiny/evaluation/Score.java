package io.github.glimpse.examples.tiny.evaluation;

import java.util.Locale;

/** Sums over the questions of a kind. */
final class Score {

    private int questions;
    private int full;
    private int glimpse;
    private int random;
    private int grid;
    private double kept;
    private double recall;
    private int located;

    /** Adds a question. */
    void add(Outcome outcome) {
        questions++;
        full += outcome.full() ? 1 : 0;
        glimpse += outcome.glimpse() ? 1 : 0;
        random += outcome.random() ? 1 : 0;
        grid += outcome.grid() ? 1 : 0;
        kept += outcome.keptRatio();
        if (!Double.isNaN(outcome.foundRatio())) {
            recall += outcome.foundRatio();
            located++;
        }
    }

    /** One line of the report; all figures are percentages. */
    String line(String kind, String faces) {
        return String.format(
                Locale.ROOT,
                "kind=%s n=%d full=%.1f glimpse=%.1f random=%.1f grid=%.1f kept=%.1f recall=%s faces=%s",
                kind,
                questions,
                fullPercent(),
                glimpsePercent(),
                percent(random),
                percent(grid),
                keptPercent(),
                located == 0 ? "-" : String.format(Locale.ROOT, "%.1f", recallPercent()),
                faces);
    }

    /** Right answers with all image tokens. */
    double fullPercent() {
        return percent(full);
    }

    /** Right answers with the kept ones. */
    double glimpsePercent() {
        return percent(glimpse);
    }

    /** Kept of all image tokens, mean over the questions. */
    double keptPercent() {
        return percent(kept);
    }

    /** Kept of the evidence, mean over the questions that have any. */
    double recallPercent() {
        return 100 * recall / Math.max(1, located);
    }

    private double percent(double sum) {
        return 100 * sum / Math.max(1, questions);
    }
}
