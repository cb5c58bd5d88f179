package io.github.glimpse.prune.diversity;

import io.github.glimpse.prune.Ranking;
import io.github.glimpse.prune.RatioReason;
import java.util.Arrays;
import java.util.function.IntFunction;

/**
 * DivPrune's choice: first the token that is farthest from its nearest neighbour, then again and again the one that is
 * farthest from all that are picked. Distance is 1 - cosine, below 1e-6 it counts as 0; equal distances: the lower index
 * first. A shorter choice is a prefix of a longer one.
 *
 * @param order the picks, in order
 * @param distanceLeft the largest distance of a token that was not picked to its nearest pick; 0 if all are picked
 * @param reason what ended it
 * @see <a href="https://arxiv.org/abs/2503.02175">DivPrune, section on the method</a>
 */
@SuppressWarnings("ArrayRecordComponent") // made and read in one place, never compared
record FarthestFirst(int[] order, float distanceLeft, RatioReason reason) {

    private static final float SAME = 1e-6f;

    /**
     * Picks a number of tokens.
     *
     * @param nearest for each token the largest cosine to another one
     * @param cosines the cosines of a token to all tokens
     */
    static FarthestFirst pick(float[] nearest, IntFunction<float[]> cosines, int count, String strategy) {
        FarthestFirst all = pick(nearest, cosines, count, count, 0, strategy);
        return new FarthestFirst(all.order(), all.distanceLeft(), RatioReason.COUNT);
    }

    /**
     * Picks until every token that is left out has a pick nearer than a distance.
     *
     * @param lowest at least so many
     * @param highest at most so many
     * @param distance the distance; 0 never ends it
     */
    static FarthestFirst pick(
            float[] nearest, IntFunction<float[]> cosines, int lowest, int highest, double distance, String strategy) {
        int tokens = nearest.length;
        int[] order = new int[Math.min(highest, tokens)];
        float[] toPicks = distances(nearest, strategy);
        boolean[] picked = new boolean[tokens];
        float left = 0;
        for (int count = 0; count < order.length; ) {
            int next = farthest(toPicks, picked);
            float[] toNext = distances(cosines.apply(next), strategy);
            // Until the first pick the distances are those to the nearest neighbour; from it on those to the picks.
            toPicks = count == 0 ? toNext : nearer(toPicks, toNext);
            picked[next] = true;
            order[count++] = next;
            left = count == tokens ? 0 : toPicks[farthest(toPicks, picked)];
            if (count >= lowest && left < distance) {
                RatioReason reason = count == lowest ? RatioReason.FLOOR : RatioReason.DISTANCE;
                return new FarthestFirst(Arrays.copyOf(order, count), left, reason);
            }
        }
        return new FarthestFirst(order, left, RatioReason.CAP);
    }

    private static float[] distances(float[] cosines, String strategy) {
        Ranking.requireNumbers(cosines, strategy);
        float[] distances = new float[cosines.length];
        for (int i = 0; i < distances.length; i++) {
            float distance = 1 - cosines[i];
            distances[i] = distance < SAME ? 0 : distance;
        }
        return distances;
    }

    private static float[] nearer(float[] distances, float[] others) {
        for (int i = 0; i < distances.length; i++) {
            distances[i] = Math.min(distances[i], others[i]);
        }
        return distances;
    }

    private static int farthest(float[] distances, boolean[] picked) {
        int best = -1;
        for (int i = 0; i < distances.length; i++) {
            if (!picked[i] && (best < 0 || distances[i] > distances[best])) {
                best = i;
            }
        }
        return best;
    }
}
