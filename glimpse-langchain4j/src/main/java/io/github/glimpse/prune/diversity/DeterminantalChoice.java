package io.github.glimpse.prune.diversity;

import io.github.glimpse.image.ImageGrid;
import io.github.glimpse.prune.Ranking;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;

/**
 * CDPruner's choice: greedily the set with the largest determinant of {@code L = relevance x cosine x relevance}, so tokens
 * that matter and are unlike each other. Where nothing more is to be gained (as many tokens as the rows have directions), the
 * most relevant of the rest fill up.
 *
 * @param order the picks, in order
 * @param byGain how many of them were picked by gain, before the fill
 * @param logDeterminant natural logarithm of the determinant of those
 * @see <a href="https://arxiv.org/abs/2506.10967">CDPruner, section on the method</a>
 */
@SuppressWarnings("ArrayRecordComponent") // made and read in one place, never compared
record DeterminantalChoice(int[] order, int byGain, double logDeterminant) {

    private static final double NO_GAIN = 1e-5;

    /**
     * Picks.
     *
     * @param relevance one per token, 0..1 or a little above
     * @param cosines the cosines of a token to all tokens, 1 to itself
     */
    static DeterminantalChoice pick(float[] relevance, IntFunction<float[]> cosines, int count, String strategy) {
        Ranking.requireNumbers(relevance, strategy);
        int tokens = relevance.length;
        int wanted = Math.min(count, tokens);
        double[] gain = new double[tokens];
        for (int i = 0; i < tokens; i++) {
            gain[i] = (double) relevance[i] * relevance[i];
        }
        double[] own = gain.clone();
        // Rows of the Cholesky factor, one a pick.
        List<float[]> factor = new ArrayList<>();
        int[] order = new int[wanted];
        double logDeterminant = 0;
        for (; factor.size() < wanted; ) {
            int next = largest(gain);
            if (gain[next] < NO_GAIN) {
                break;
            }
            float[] row = cosines.apply(next);
            Ranking.requireNumbers(row, strategy);
            order[factor.size()] = next;
            logDeterminant += Math.log(gain[next]);
            factor.add(project(row, relevance, next, gain, factor));
        }
        int byGain = factor.size();
        fill(order, byGain, gain, own);
        return new DeterminantalChoice(order, byGain, logDeterminant);
    }

    /** The part of a row that the picks before do not explain; takes it off the gains. */
    private static float[] project(float[] cosines, float[] relevance, int next, double[] gain, List<float[]> factor) {
        int tokens = cosines.length;
        double[] rest = new double[tokens];
        for (int i = 0; i < tokens; i++) {
            rest[i] = (double) relevance[next] * cosines[i] * relevance[i];
        }
        for (float[] before : factor) {
            double share = before[next];
            for (int i = 0; i < tokens; i++) {
                rest[i] -= share * before[i];
            }
        }
        double length = Math.sqrt(gain[next]);
        float[] row = new float[tokens];
        for (int i = 0; i < tokens; i++) {
            double part = rest[i] / length;
            row[i] = (float) part;
            gain[i] -= part * part;
        }
        gain[next] = Double.NEGATIVE_INFINITY;
        return row;
    }

    private static int largest(double[] gain) {
        int best = 0;
        for (int i = 1; i < gain.length; i++) {
            if (gain[i] > gain[best]) {
                best = i;
            }
        }
        return best;
    }

    private static void fill(int[] order, int byGain, double[] gain, double[] own) {
        for (int count = byGain; count < order.length; count++) {
            int best = -1;
            for (int i = 0; i < own.length; i++) {
                if (gain[i] != Double.NEGATIVE_INFINITY && (best < 0 || own[i] > own[best])) {
                    best = i;
                }
            }
            gain[best] = Double.NEGATIVE_INFINITY;
            order[count] = best;
        }
    }

    /** Relevance for texts that are not there: everything matters alike. */
    static float[] alike(int tokens) {
        float[] alike = new float[tokens];
        Arrays.fill(alike, 1);
        return alike;
    }

    /**
     * Spreads relevance over 0..1, each image for itself.
     *
     * @param relevance one per token alive
     * @param alive original indices of those tokens, all images joined, rising
     */
    static float[] spreadPerImage(float[] relevance, List<ImageGrid> images, int[] alive, String strategy) {
        float[] spread = new float[relevance.length];
        int behindImage = 0;
        int from = 0;
        for (ImageGrid image : images) {
            behindImage += image.tokenCount();
            int to = from;
            while (to < alive.length && alive[to] < behindImage) {
                to++;
            }
            float[] part = spread(Arrays.copyOfRange(relevance, from, to), 0, strategy);
            System.arraycopy(part, 0, spread, from, part.length);
            from = to;
        }
        return spread;
    }

    /**
     * Spreads relevance over 0..1; all 1 if it is all the same.
     *
     * @param lift added to each before the division, so that the least relevant token is not lost; 0 for plain min-max
     */
    static float[] spread(float[] relevance, float lift, String strategy) {
        Ranking.requireNumbers(relevance, strategy);
        float least = Float.POSITIVE_INFINITY;
        float most = Float.NEGATIVE_INFINITY;
        for (float value : relevance) {
            least = Math.min(least, value);
            most = Math.max(most, value);
        }
        if (most - least < 1e-6f) {
            return alike(relevance.length);
        }
        float[] spread = new float[relevance.length];
        for (int i = 0; i < spread.length; i++) {
            spread[i] = (relevance[i] - least + lift) / (most - least);
        }
        return spread;
    }
}
