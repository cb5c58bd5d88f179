package io.github.glimpse.prune.tower;

import io.github.glimpse.image.ImageGrid;
import io.github.glimpse.prune.Ranking;
import java.util.Arrays;
import java.util.BitSet;

/**
 * HiPrune's choice: anchors where a middle block attends, their neighbours, and for the rest of the budget where a late block
 * attends. The neighbours to the left and right are counted in raster order, so they go on in the row above or below, as
 * published.
 *
 * @param anchors tokens that the middle block attends to most, rising
 * @param withNeighbours anchors and their neighbours, rising
 * @param kept all that is kept, rising
 * @see <a href="https://arxiv.org/abs/2508.00553">HiPrune, section on the method</a>
 */
@SuppressWarnings("ArrayRecordComponent") // made and read in one place, never compared
record AnchorsAndNeighbours(int[] anchors, int[] withNeighbours, int[] kept) {

    /** Anchors and neighbours of them, when all are there. */
    private static final int ANCHOR_AND_NEIGHBOURS = 5;

    /**
     * Chooses.
     *
     * @param middle attention received in the middle block, one per token alive
     * @param late attention received in the late block
     * @param grid the image
     * @param tokens places of the tokens alive in the image, rising
     * @param alpha share of the budget for anchors and their neighbours
     * @throws IllegalArgumentException if anchors and neighbours are more than the budget
     */
    static AnchorsAndNeighbours choose(
            float[] middle, float[] late, ImageGrid grid, int[] tokens, int count, double alpha, String strategy) {
        int[] anchors =
                Ranking.rising(Ranking.best(middle, (int) Math.rint(count * alpha / ANCHOR_AND_NEIGHBOURS), strategy));
        BitSet kept = new BitSet(tokens.length);
        int last = grid.tokenCount() - 1;
        for (int place : anchors) {
            kept.set(place);
            for (int step : new int[] {-1, 1, -grid.columns(), grid.columns()}) {
                int neighbour = Arrays.binarySearch(tokens, Math.max(0, Math.min(tokens[place] + step, last)));
                if (neighbour >= 0) {
                    kept.set(neighbour);
                }
            }
        }
        int[] withNeighbours = kept.stream().toArray();
        if (withNeighbours.length > count) {
            throw new IllegalArgumentException("The strategy '" + strategy + "' has " + withNeighbours.length
                    + " anchors and neighbours for a budget of " + count + " tokens, because alpha is " + alpha
                    + "; lower glimpse.pruning.options.alpha or raise glimpse.pruning.retention-ratio");
        }
        for (int place : Ranking.order(late, strategy)) {
            if (kept.cardinality() == Math.min(count, tokens.length)) {
                break;
            }
            kept.set(place);
        }
        return new AnchorsAndNeighbours(anchors, withNeighbours, kept.stream().toArray());
    }
}
