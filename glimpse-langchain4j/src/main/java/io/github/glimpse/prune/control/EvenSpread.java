package io.github.glimpse.prune.control;

import io.github.glimpse.image.ImageGrid;
import java.util.Arrays;

/**
 * Exactly as many tokens as wanted, spread over the plane: those of a {@link Lattice}, then again and again the token that is
 * farthest from all that are kept. Not a stride in raster order, which gives stripes where it divides the width.
 */
final class EvenSpread {

    private EvenSpread() {}

    /**
     * Chooses.
     *
     * @param tokens tokens of the image that are alive, rising
     * @return places in {@code tokens}, rising
     */
    static int[] choose(ImageGrid grid, int[] tokens, int count) {
        boolean[] kept = new boolean[tokens.length];
        long[] nearest = new long[tokens.length];
        Arrays.fill(nearest, Long.MAX_VALUE);
        int left = Math.min(count, tokens.length);
        if (left == 0) {
            return new int[0];
        }
        for (int token : Lattice.of(grid, left).tokens()) {
            int place = Arrays.binarySearch(tokens, token);
            if (place >= 0) {
                keep(place, grid, tokens, kept, nearest);
                left--;
            }
        }
        for (; left > 0; left--) {
            keep(farthest(kept, nearest), grid, tokens, kept, nearest);
        }
        return places(kept);
    }

    private static int farthest(boolean[] kept, long[] nearest) {
        int best = -1;
        for (int i = 0; i < kept.length; i++) {
            if (!kept[i] && (best < 0 || nearest[i] > nearest[best])) {
                best = i;
            }
        }
        return best;
    }

    private static void keep(int place, ImageGrid grid, int[] tokens, boolean[] kept, long[] nearest) {
        kept[place] = true;
        int columns = grid.columns();
        for (int i = 0; i < tokens.length; i++) {
            long down = (long) tokens[i] / columns - tokens[place] / columns;
            long right = (long) tokens[i] % columns - tokens[place] % columns;
            nearest[i] = Math.min(nearest[i], down * down + right * right);
        }
    }

    private static int[] places(boolean[] kept) {
        int[] places = new int[kept.length];
        int next = 0;
        for (int i = 0; i < kept.length; i++) {
            if (kept[i]) {
                places[next++] = i;
            }
        }
        return Arrays.copyOf(places, next);
    }
}
