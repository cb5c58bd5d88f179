package io.github.glimpse.eval;

import java.util.List;

/**
 * {@code anls}: average normalised Levenshtein similarity. For the accepted answer that is nearest, 1 minus the distance over the
 * longer length; below a similarity of 0.5 it is 0. Case and runs of spaces do not count.
 *
 * @see <a href="https://arxiv.org/abs/1907.00490">ICDAR 2019 competition on scene text VQA, section 3</a>
 */
final class Anls implements Metric {

    private static final double THRESHOLD = 0.5;

    /** Longer answers are cut, so that a model that does not stop cannot stall the run. */
    private static final int LONGEST = 10_000;

    @Override
    public String name() {
        return "anls";
    }

    @Override
    public double score(String answer, List<String> accepted) {
        int[] given = letters(answer);
        double best = 0;
        for (String right : accepted) {
            int[] expected = letters(right);
            int longer = Math.max(given.length, expected.length);
            double distance = longer == 0 ? 0 : (double) distance(given, expected) / longer;
            best = Math.max(best, 1 - distance);
        }
        return best < THRESHOLD ? 0 : best;
    }

    private static int[] letters(String text) {
        return AnswerText.asWritten(text).codePoints().limit(LONGEST).toArray();
    }

    private static int distance(int[] from, int[] to) {
        int[] above = new int[to.length + 1];
        for (int j = 0; j <= to.length; j++) {
            above[j] = j;
        }
        for (int i = 1; i <= from.length; i++) {
            int[] row = new int[to.length + 1];
            row[0] = i;
            for (int j = 1; j <= to.length; j++) {
                int replaced = above[j - 1] + (from[i - 1] == to[j - 1] ? 0 : 1);
                row[j] = Math.min(replaced, 1 + Math.min(above[j], row[j - 1]));
            }
            above = row;
        }
        return above[to.length];
    }
}
