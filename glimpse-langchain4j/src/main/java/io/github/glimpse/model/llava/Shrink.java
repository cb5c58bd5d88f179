package io.github.glimpse.model.llava;

import io.github.glimpse.image.ImageGrid;
import io.github.glimpse.image.TileGrid;

/**
 * Between which patches each token of a shrunk unit lies: bilinear, without anti-aliasing, centres on half pixels.
 *
 * @param places {@code [4, tokens]}: patches, tile by tile
 * @param weights {@code [4, tokens]}: their shares, which add up to 1
 */
@SuppressWarnings("ArrayRecordComponent") // passed on at once, never compared
record Shrink(long[] places, float[] weights) {

    /** Neighbours of a token. */
    static final int CORNERS = 4;

    static Shrink of(TileGrid tiles, ImageGrid grid) {
        int tokens = grid.tokenCount();
        long[] places = new long[CORNERS * tokens];
        float[] weights = new float[CORNERS * tokens];
        for (int token = 0; token < tokens; token++) {
            int row = token / grid.columns();
            int column = token % grid.columns();
            float down = source(row, tiles.shown().height(), grid.rows());
            float right = source(column, tiles.shown().width(), grid.columns());
            for (int corner = 0; corner < CORNERS; corner++) {
                boolean lower = corner / 2 == 1;
                boolean far = corner % 2 == 1;
                int y = Math.min((int) down + (lower ? 1 : 0), tiles.shown().height() - 1);
                int x = Math.min((int) right + (far ? 1 : 0), tiles.shown().width() - 1);
                places[corner * tokens + token] = tiles.patch(y, x);
                weights[corner * tokens + token] = share(down, lower) * share(right, far);
            }
        }
        return new Shrink(places, weights);
    }

    private static float share(float source, boolean upper) {
        float rest = source - (int) source;
        return upper ? rest : 1 - rest;
    }

    private static float source(int target, int before, int after) {
        return Math.max((target + 0.5f) * ((float) before / after) - 0.5f, 0);
    }
}
