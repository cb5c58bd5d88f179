package io.github.glimpse.prune.tower;

import io.github.glimpse.image.ImageGrid;
import io.github.glimpse.prune.Ranking;
import java.util.Arrays;

/**
 * VScan's choice: one half of the budget by an early block, spread over windows so that details everywhere are seen, the other
 * half by the last block, wherever it attends.
 *
 * @param local the first half, in the order in which it was picked
 * @param kept both halves, rising
 * @see <a href="https://arxiv.org/abs/2505.22654">VScan, section on the method</a>
 */
@SuppressWarnings("ArrayRecordComponent") // made and read in one place, never compared
record LocalThenGlobal(int[] local, int[] kept) {

    private static final int WINDOW = 4;

    /**
     * Chooses.
     *
     * @param early attention received in an early block, one per token alive
     * @param late attention received in the last block
     * @param tokens their places in the image, rising
     */
    static LocalThenGlobal choose(
            float[] early, float[] late, ImageGrid grid, int[] tokens, int count, String strategy) {
        int wanted = Math.min(count, tokens.length);
        int[] local = local(early, grid, tokens, wanted / 2, strategy);
        boolean[] taken = new boolean[tokens.length];
        Arrays.stream(local).forEach(place -> taken[place] = true);
        int[] global = Arrays.stream(Ranking.order(late, strategy))
                .filter(place -> !taken[place])
                .limit(wanted - local.length)
                .toArray();
        int[] both = Arrays.copyOf(local, local.length + global.length);
        System.arraycopy(global, 0, both, local.length, global.length);
        return new LocalThenGlobal(local, Ranking.rising(both));
    }

    private static int[] local(float[] scores, ImageGrid grid, int[] tokens, int half, String strategy) {
        int down = Math.max(1, grid.rows() / WINDOW);
        int across = Math.max(1, grid.columns() / WINDOW);
        int perWindow = (half + down * across - 1) / (down * across);
        int[] inWindow = new int[down * across];
        int[] picked = new int[half];
        int count = 0;
        for (int place : Ranking.order(scores, strategy)) {
            int row = tokens[place] / grid.columns();
            int column = tokens[place] % grid.columns();
            int window = Math.min(row / WINDOW, down - 1) * across + Math.min(column / WINDOW, across - 1);
            if (count < half && inWindow[window] < perWindow) {
                inWindow[window]++;
                picked[count++] = place;
            }
        }
        return Arrays.copyOf(picked, count);
    }
}
