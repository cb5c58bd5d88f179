package io.github.glimpse.documents;

import io.github.glimpse.image.PatchPlan;
import io.github.glimpse.prune.PruningReport;
import org.jspecify.annotations.Nullable;

/**
 * Where a question was looked for on a page, at no extra cost: the scores are in the answer's report. Of the tokens that pruning has kept
 * those near the highest score tell the line, the rows in which there are most of them; the box holds them. A region of tokens that
 * touch, weighted by its scores, is wrong far more often: what is kept beside the answer is larger than the answer.
 */
final class KeptRegion {

    /**
     * Of the highest score: what counts. With the share below the best of 8 x 4 pairs for 605 right answers on drawn pages without a text
     * layer, 92.2 % of them hit; 0.9 and 0.5 gave 84.8 %. Scores are near 1 on the whole line, so little is left between right and wrong.
     */
    private static final double NEAR = 0.995;

    /** Of the best row's weight: what makes a row beside it part of the line. */
    private static final double SHARE = 0.25;

    private KeptRegion() {}

    /**
     * The line's box.
     *
     * @param picture number of the page among the pictures of the prompt, from 0
     * @return null if nothing was dropped, or nothing kept: then the report says nothing of the place
     */
    static @Nullable PageBox of(PruningReport report, int picture, PageMapping mapping) {
        PageBox box = null;
        double most = 0;
        for (PruningReport.Image unit : report.images()) {
            if (unit.unit().index() == picture
                    && unit.kept().length > 0
                    && unit.kept().length < unit.plan().grid().tokenCount()) {
                double least = NEAR * highest(unit);
                double[] rows = rows(unit, least);
                int best = best(rows);
                if (rows[best] > most) {
                    most = rows[best];
                    box = box(unit, least, rows, best, mapping);
                }
            }
        }
        return box;
    }

    private static double score(PruningReport.Image unit, int token) {
        float[] scores = unit.probabilities();
        return scores == null ? 1 : scores[token];
    }

    private static double highest(PruningReport.Image unit) {
        double highest = 0;
        for (int token : unit.kept()) {
            highest = Math.max(highest, score(unit, token));
        }
        return highest;
    }

    /** Sum of the scores that count, row by row. */
    private static double[] rows(PruningReport.Image unit, double least) {
        double[] rows = new double[unit.plan().grid().rows()];
        for (int token : unit.kept()) {
            double score = score(unit, token);
            rows[token / unit.plan().grid().columns()] += score >= least ? score : 0;
        }
        return rows;
    }

    private static int best(double[] rows) {
        int best = 0;
        for (int row = 1; row < rows.length; row++) {
            best = rows[row] > rows[best] ? row : best;
        }
        return best;
    }

    private static @Nullable PageBox box(
            PruningReport.Image unit, double least, double[] rows, int best, PageMapping mapping) {
        int first = best;
        int last = best;
        while (first > 0 && rows[first - 1] > SHARE * rows[best]) {
            first--;
        }
        while (last + 1 < rows.length && rows[last + 1] > SHARE * rows[best]) {
            last++;
        }
        PatchPlan plan = unit.plan();
        PageBox box = null;
        for (int token : unit.kept()) {
            int row = token / plan.grid().columns();
            if (row >= first && row <= last && score(unit, token) >= least) {
                PageBox part = mapping.ofToken(token, plan);
                box = box == null ? part : box.union(part);
            }
        }
        return box;
    }
}
