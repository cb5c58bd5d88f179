package io.github.glimpse.examples.tiny.evaluation;

import java.util.Locale;

/** Sums over the questions of a kind. */
final class Score {

    private int questions;
    private int full;
    private int glimpse;
    private int random;
    private double kept;
    private double recall;
    private int located;

    /**
     * Adds a question.
     *
     * @param keptRatio share of the image tokens that the module kept
     * @param foundRatio share of the evidence that it kept; not a number where there is none
     */
    void add(boolean rightInFull, boolean rightByGlimpse, boolean rightByChance, double keptRatio, double foundRatio) {
        questions++;
        full += rightInFull ? 1 : 0;
        glimpse += rightByGlimpse ? 1 : 0;
        random += rightByChance ? 1 : 0;
        kept += keptRatio;
        if (!Double.isNaN(foundRatio)) {
            recall += foundRatio;
            located++;
        }
    }

    /** One line of the report; all figures are percentages. */
    String line(String kind) {
        return String.format(
                Locale.ROOT,
                "kind=%s n=%d full=%.1f glimpse=%.1f random=%.1f kept=%.1f recall=%s",
                kind,
                questions,
                percent(full),
                percent(glimpse),
                percent(random),
                percent(kept),
                located == 0 ? "-" : String.format(Locale.ROOT, "%.1f", 100 * recall / located));
    }

    private double percent(double sum) {
        return 100 * sum / Math.max(1, questions);
    }
}
