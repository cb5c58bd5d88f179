package io.github.glimpse.prune.attention;

import io.github.glimpse.prune.Ranking;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What SparseVLM makes of the tokens that it drops: the best third of them is joined by density peaks into a few tokens that
 * go behind the kept ones. It needs the hidden rows of the dropped tokens at the cut, which no strategy sees; so it is exact
 * here, for those who compare with the published tables, and {@link SparseVlmStrategyFactory} does without it.
 *
 * @param recycled dropped tokens that are used again, best first
 * @param centres places in {@code recycled} of the clusters' centres, best first
 * @param centreOf for each recycled token the place in {@code centres} of its cluster
 * @see <a href="https://arxiv.org/abs/2410.04417">SparseVLM, section on the method</a>
 */
@SuppressWarnings("ArrayRecordComponent") // made and read in one place, never compared
record TokenRecycling(int[] recycled, int[] centres, int[] centreOf) {

    /**
     * Joins.
     *
     * @param scores one per token
     * @param kept rising indices of those that stay
     * @param rows hidden rows of all tokens, {@code [tokens, width]}
     */
    static TokenRecycling of(float[] scores, int[] kept, float[] rows, String strategy) {
        int dropped = scores.length - kept.length;
        int wanted = dropped == 0 ? 0 : (int) (0.3 * dropped) + 1;
        int[] recycled = Arrays.stream(Ranking.order(scores, strategy))
                .filter(token -> Arrays.binarySearch(kept, token) < 0)
                .limit(wanted)
                .toArray();
        int clusters = recycled.length == 0 ? 0 : Math.min(recycled.length, recycled.length / 10 + 1);
        double[][] distances = distances(recycled, rows, rows.length / scores.length);
        int[] centres = centres(distances, clusters, strategy);
        return new TokenRecycling(recycled, centres, nearest(distances, centres));
    }

    /** The tokens of each cluster, in the order of the centres; members in the order of {@link #recycled}. */
    List<int[]> members() {
        List<int[]> members = new ArrayList<>();
        for (int cluster = 0; cluster < centres.length; cluster++) {
            int of = cluster;
            members.add(java.util.stream.IntStream.range(0, recycled.length)
                    .filter(place -> centreOf[place] == of)
                    .map(place -> recycled[place])
                    .toArray());
        }
        return members;
    }

    private static double[][] distances(int[] tokens, float[] rows, int width) {
        double[][] distances = new double[tokens.length][tokens.length];
        for (int i = 0; i < tokens.length; i++) {
            for (int j = 0; j < i; j++) {
                double sum = 0;
                for (int k = 0; k < width; k++) {
                    double difference = (double) rows[tokens[i] * width + k] - rows[tokens[j] * width + k];
                    sum += difference * difference;
                }
                distances[i][j] = Math.sqrt(sum) / Math.sqrt(width);
                distances[j][i] = distances[i][j];
            }
        }
        return distances;
    }

    private static int[] centres(double[][] distances, int clusters, String strategy) {
        int count = distances.length;
        double[] density = new double[count];
        double largest = 0;
        for (int i = 0; i < count; i++) {
            double[] sorted = distances[i].clone();
            Arrays.sort(sorted);
            density[i] = Math.exp(-Arrays.stream(sorted)
                    .limit(clusters)
                    .map(distance -> distance * distance)
                    .average()
                    .orElse(0));
            largest = Math.max(largest, sorted[count - 1]);
        }
        float[] peaks = new float[count];
        for (int i = 0; i < count; i++) {
            double toDenser = largest;
            for (int j = 0; j < count; j++) {
                if (density[j] > density[i]) {
                    toDenser = Math.min(toDenser, distances[i][j]);
                }
            }
            peaks[i] = (float) (toDenser * density[i]);
        }
        return Ranking.best(peaks, clusters, strategy);
    }

    private static int[] nearest(double[][] distances, int[] centres) {
        int[] nearest = new int[distances.length];
        for (int i = 0; i < nearest.length; i++) {
            for (int cluster = 1; cluster < centres.length; cluster++) {
                if (distances[i][centres[cluster]] < distances[i][centres[nearest[i]]]) {
                    nearest[i] = cluster;
                }
            }
        }
        for (int cluster = 0; cluster < centres.length; cluster++) {
            nearest[centres[cluster]] = cluster;
        }
        return nearest;
    }
}
