package io.github.glimpse.prune.tower;

import io.github.glimpse.prune.Ranking;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * VisionZip's choice: the tokens that the tower attends to most stay as they are; of the rest every n-th becomes the target of
 * those that are most like it.
 *
 * @param dominant tokens that stay as they are, rising
 * @param targets tokens of the rest that take others in, rising
 * @param members for each target the tokens that it takes in, rising, itself not among them
 * @see <a href="https://arxiv.org/abs/2412.04467">VisionZip, section on the method</a>
 */
@SuppressWarnings("ArrayRecordComponent") // made and read in one place, never compared
record DominantAndContextual(int[] dominant, int[] targets, List<int[]> members) {

    /** The contextual tokens' share of a budget: 0.05 of all tokens beside 0.65, as the authors set it for Qwen2.5-VL. */
    static final double SHARE = 1.0 / 14;

    /**
     * How many tokens of a budget are contextual: {@code (int) (share * count)}, at least one and at most all but one.
     */
    static int contextual(double share, int count) {
        return Math.max(0, Math.min(Math.max(1, (int) (share * count)), count - 1));
    }

    /**
     * Chooses.
     *
     * @param scores one per token
     * @param keys one row per token, {@code [tokens, width]}
     * @param dominant tokens that stay as they are
     * @param contextual targets; fewer if the rest is smaller
     */
    static DominantAndContextual choose(float[] scores, float[] keys, int dominant, int contextual, String strategy) {
        int[] stay = Ranking.rising(Ranking.best(scores, dominant, strategy));
        int[] rest = IntStream.range(0, scores.length)
                .filter(token -> Arrays.binarySearch(stay, token) < 0)
                .toArray();
        int count = Math.min(contextual, rest.length);
        int step = count == 0 ? 1 : Math.max(1, rest.length / count);
        int[] targets = IntStream.range(0, count).map(i -> rest[i * step]).toArray();
        Ranking.requireNumbers(keys, strategy);
        return new DominantAndContextual(stay, targets, members(rest, targets, unit(keys, scores.length)));
    }

    /** All tokens that are kept, rising. */
    int[] kept() {
        return IntStream.concat(Arrays.stream(dominant), Arrays.stream(targets))
                .sorted()
                .toArray();
    }

    private static List<int[]> members(int[] rest, int[] targets, float[][] unit) {
        List<List<Integer>> members = new ArrayList<>();
        for (int i = 0; i < targets.length; i++) {
            members.add(new ArrayList<>());
        }
        for (int token : rest) {
            if (targets.length > 0 && Arrays.binarySearch(targets, token) < 0) {
                members.get(mostAlike(unit[token], targets, unit)).add(token);
            }
        }
        return members.stream()
                .map(tokens -> tokens.stream().mapToInt(Integer::intValue).toArray())
                .toList();
    }

    private static int mostAlike(float[] row, int[] targets, float[][] unit) {
        int best = 0;
        double highest = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < targets.length; i++) {
            double product = 0;
            for (int k = 0; k < row.length; k++) {
                product += (double) row[k] * unit[targets[i]][k];
            }
            if (product > highest) {
                highest = product;
                best = i;
            }
        }
        return best;
    }

    private static float[][] unit(float[] keys, int tokens) {
        int width = keys.length / tokens;
        float[][] unit = new float[tokens][];
        for (int token = 0; token < tokens; token++) {
            float[] row = Arrays.copyOfRange(keys, token * width, (token + 1) * width);
            double squares = 0;
            for (float value : row) {
                squares += (double) value * value;
            }
            double length = squares == 0 ? 1 : Math.sqrt(squares);
            for (int k = 0; k < width; k++) {
                row[k] = (float) (row[k] / length);
            }
            unit[token] = row;
        }
        return unit;
    }
}
