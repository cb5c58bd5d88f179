package io.github.glimpse.model.qwen3vl;

import io.github.glimpse.image.ImageGrid;

/**
 * Where the patches of a grid lie on the learned position table, which is stretched over the grid corner to corner: between four of its
 * rows each.
 *
 * @param places four rows of the table for each patch, {@code [4, patches]}
 * @param shares of each of them, together 1 for a patch, {@code [4, patches]}
 */
@SuppressWarnings("ArrayRecordComponent") // read only, never compared
record PositionCorners(long[] places, float[] shares) {

    static final int CORNERS = 4;

    /**
     * For the patches of some tokens, token by token.
     *
     * @param kept rising numbers of the tokens, in raster order of the grid
     * @param side rows and columns of the table
     */
    static PositionCorners of(ImageGrid grid, int[] kept, int side) {
        int merge = grid.mergeSize();
        int group = merge * merge;
        int patches = kept.length * group;
        long[] places = new long[CORNERS * patches];
        float[] shares = new float[CORNERS * patches];
        for (int i = 0; i < patches; i++) {
            int token = kept[i / group];
            double y = onTable(token / grid.columns() * merge + i % group / merge, grid.patchRows(), side);
            double x = onTable(token % grid.columns() * merge + i % merge, grid.patchColumns(), side);
            for (int corner = 0; corner < CORNERS; corner++) {
                int row = corner < 2 ? (int) y : Math.min((int) y + 1, side - 1);
                int column = corner % 2 == 0 ? (int) x : Math.min((int) x + 1, side - 1);
                double below = y - (int) y;
                double right = x - (int) x;
                places[corner * patches + i] = (long) row * side + column;
                shares[corner * patches + i] =
                        (float) ((corner < 2 ? 1 - below : below) * (corner % 2 == 0 ? 1 - right : right));
            }
        }
        return new PositionCorners(places, shares);
    }

    private static double onTable(int patch, int patches, int side) {
        return patches == 1 ? 0 : patch * (side - 1.0) / (patches - 1);
    }
}
