package io.github.glimpse.model.qwen25vl;

import io.github.glimpse.image.ImageGrid;
import java.util.ArrayList;
import java.util.List;

/**
 * The windows of a token grid: squares of {@code side} tokens from the top left, walked in raster order, smaller at the right
 * and bottom edge.
 */
final class WindowOrder {

    private WindowOrder() {}

    /** Token indices of each window, in raster order inside the window. */
    static List<int[]> windows(ImageGrid grid, int side) {
        List<int[]> windows = new ArrayList<>();
        for (int top = 0; top < grid.rows(); top += side) {
            for (int left = 0; left < grid.columns(); left += side) {
                int height = Math.min(side, grid.rows() - top);
                int width = Math.min(side, grid.columns() - left);
                int[] window = new int[height * width];
                for (int i = 0; i < window.length; i++) {
                    window[i] = (top + i / width) * grid.columns() + left + i % width;
                }
                windows.add(window);
            }
        }
        return windows;
    }
}
