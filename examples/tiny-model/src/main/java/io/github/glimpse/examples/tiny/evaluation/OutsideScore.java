package io.github.glimpse.examples.tiny.evaluation;

import java.util.Locale;

/** Sums of one line of the suite outside of the model's world. Not safe for concurrent use. */
final class OutsideScore {

    private static final double SURE = 0.9;

    private int count;
    private int full;
    private int pruned;
    private int chance;
    private int refused;
    private int sureAndWrong;
    private double kept;
    private double found;
    private int evidenced;

    /**
     * One question.
     *
     * @param full whether the answer with all tokens is right
     * @param pruned whether the pruned one is
     * @param chance whether the one with as many tokens by chance is
     * @param refused whether the answer with all tokens is a refusal
     * @param likelihood of that answer, 0 to 1
     * @param prunedLikelihood of the pruned answer; not a number where it is another answer's
     * @param prunedMean mean likelihood of the pruned answer's tokens, 0 to 1; not a number where it is another answer's
     * @param kept share of the image tokens that stayed
     * @param found share of the evidence that stayed; not a number where there is none
     */
    record Outcome(
            String line,
            boolean full,
            boolean pruned,
            boolean chance,
            boolean refused,
            double likelihood,
            double prunedLikelihood,
            double prunedMean,
            double kept,
            double found) {

        /** The same for the answers behind a call, which are another line. */
        Outcome then(String name, boolean later, boolean laterPruned, boolean laterByChance) {
            return new Outcome(
                    name,
                    later,
                    laterPruned,
                    laterByChance,
                    false,
                    likelihood,
                    Double.NaN,
                    Double.NaN,
                    kept,
                    Double.NaN);
        }
    }

    void add(Outcome outcome) {
        count++;
        full += outcome.full() ? 1 : 0;
        pruned += outcome.pruned() ? 1 : 0;
        chance += outcome.chance() ? 1 : 0;
        refused += outcome.refused() ? 1 : 0;
        sureAndWrong += !outcome.full() && outcome.likelihood() >= SURE ? 1 : 0;
        kept += outcome.kept();
        if (!Double.isNaN(outcome.found())) {
            found += outcome.found();
            evidenced++;
        }
    }

    /** The line of a report; shares in percent. */
    String line(String name) {
        return String.format(
                Locale.ROOT,
                "line=%s n=%d full=%.1f glimpse=%.1f random=%.1f refused=%.1f sure-and-wrong=%.1f kept=%.1f recall=%s",
                name,
                count,
                percent(full, count),
                percent(pruned, count),
                percent(chance, count),
                percent(refused, count),
                percent(sureAndWrong, count),
                percent(kept, count),
                evidenced == 0 ? "-" : String.format(Locale.ROOT, "%.1f", percent(found, evidenced)));
    }

    private static double percent(double sum, int of) {
        return 100 * sum / Math.max(1, of);
    }
}
